// The agent's world outside: the one abstract class of the agent. LinuxKernel speaks netlink;
// FakeKernel (tests) keeps state and copies the kernel's rules; FailingKernel (tests) fails on
// demand around either.
#pragma once

#include <functional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "agent/state/operation.h"
#include "agent/state/state.h"
#include "proto/status.pb.h"

namespace wgmesh {

// What to look for: the mesh's own links (by mark) and the named foreign interfaces.
struct Scope {
  std::string mesh;
  std::set<std::string> wanted_names;   // interface names and altnames that the plan will use
  std::set<std::string> foreign_ports;  // interfaces of bridge_ports, now and formerly
};

// A link that has a name we want, but not our mark; never touched.
struct NameTaken {
  std::string name;
  std::string kind;   // "dummy", "bridge", … or empty
  std::string alias;  // what it says of itself, may be empty
};

struct Observation {
  State state;
  std::vector<NameTaken> taken;
  std::set<std::string> missing_ports;  // foreign_ports that do not exist
  std::set<std::string> strangers;      // ports of our bridge that nobody but the user put there
  // The mesh's bridge takes router advertisements, or would, and that cannot be switched off here.
  bool takes_advertisements = false;
};

class Kernel {
 public:
  virtual ~Kernel() = default;

  // Consistent dumps (retried when interrupted). A link is ours by name and group, or name and
  // alias.
  virtual Observation observe(const Scope& scope) = 0;

  // Applies in order; may pipeline, so when one fails, later ones may have been done as well: the
  // caller observes again and undoes. Throws NetlinkError with describe(operation) as context.
  // `done` is called with the number of operations acknowledged so far.
  virtual void apply(std::span<const Operation> operations,
                     const std::function<void(std::size_t)>& done) = 0;

  // Measured values of the mesh's links. Peers and ports are named by alias where known.
  virtual proto::Status measure(const std::string& mesh) = 0;
};

}  // namespace wgmesh
