// The agent's world outside: the one abstract class of the agent. LinuxKernel speaks netlink;
// FakeKernel (tests) keeps state and copies the kernel's rules; FailingKernel (tests) fails on
// demand around either.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "agent/state/observation.h"
#include "agent/state/operation.h"
#include "agent/state/status_of.h"

namespace wgmesh {

class Kernel {
 public:
  virtual ~Kernel() = default;

  // Consistent dumps (retried when interrupted). The counters of interfaces cost more, and only a
  // status needs them.
  virtual KernelReading read(const std::string& mesh, bool with_counters) = 0;

  // Applies in order; may pipeline, so when one fails, later ones may have been done as well: the
  // caller observes again and undoes. Throws NetlinkError with describe(operation) as context.
  // `done` is called with the number of operations acknowledged so far.
  virtual void apply(std::span<const Operation> operations,
                     const std::function<void(std::size_t)>& done) = 0;

  Observation observe(const Scope& scope) { return observation_of(read(scope.mesh, false), scope); }
  proto::Status measure(const std::string& mesh) { return status_of(read(mesh, true), mesh); }
};

}  // namespace wgmesh
