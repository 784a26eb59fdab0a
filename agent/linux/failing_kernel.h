// A kernel that refuses, or kills this process, at one chosen operation, around a real or a fake
// one. For tests: builds with -DWGMESH_FAULTS=ON and the program wgmesh-agent-faults have it.
#pragma once

#include <cerrno>
#include <cstddef>
#include <memory>

#include "agent/state/kernel.h"

namespace wgmesh {

struct InjectedFault {
  std::size_t fail_at = 0;    // the n-th operation of this kernel is refused; 0: none is
  std::size_t die_at = 0;     // before the n-th operation the process gets SIGKILL; 0: never
  int error_number = EINVAL;  // of the refusal
  bool stays = false;         // every operation from then on is refused too
};

// From the environment: WGMESH_FAIL_AT=7, or 7+ for "from then on"; WGMESH_FAIL_ERRNO=12;
// WGMESH_DIE_AT=7.
InjectedFault read_fault();

class FailingKernel final : public Kernel {
 public:
  FailingKernel(std::unique_ptr<Kernel> kernel, InjectedFault fault);
  FailingKernel(Kernel& kernel, InjectedFault fault);

  KernelReading read(const std::string& mesh, bool with_counters) override {
    return kernel_.read(mesh, with_counters);
  }
  void apply(std::span<const Operation> operations,
             const std::function<void(std::size_t)>& done) override;
  // Operations asked for so far, the refused ones too.
  std::size_t count() const { return count_; }

 private:
  std::unique_ptr<Kernel> owned_;
  Kernel& kernel_;
  InjectedFault fault_;
  std::size_t count_ = 0;
};

}  // namespace wgmesh
