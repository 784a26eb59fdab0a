// A kernel that refuses, or kills this process, at one chosen operation, around a real or a fake
// one. For tests: builds with -DWGMESH_FAULTS=ON and the program wgmesh-agent-faults have it.
#pragma once

#include <cstddef>
#include <memory>

#include "agent/kernel.h"

namespace wgmesh {

struct Fault {
  std::size_t fail_at = 0;  // the n-th operation of this kernel is refused; 0: none is
  std::size_t die_at = 0;   // before the n-th operation the process gets SIGKILL; 0: never
};

// From WGMESH_FAIL_AT and WGMESH_DIE_AT in the environment.
Fault read_fault();

class FailingKernel final : public Kernel {
 public:
  FailingKernel(std::unique_ptr<Kernel> kernel, Fault fault);
  FailingKernel(Kernel& kernel, Fault fault);

  Observation observe(const Scope& scope) override { return kernel_.observe(scope); }
  void apply(std::span<const Operation> operations,
             const std::function<void(std::size_t)>& done) override;
  proto::Status measure(const std::string& mesh) override { return kernel_.measure(mesh); }

 private:
  std::unique_ptr<Kernel> owned_;
  Kernel& kernel_;
  Fault fault_;
  std::size_t count_ = 0;
};

}  // namespace wgmesh
