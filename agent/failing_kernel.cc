#include "agent/failing_kernel.h"

#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

namespace wgmesh {
namespace {

std::size_t number_from(const char* variable) {
  const char* text = std::getenv(variable);
  return text == nullptr ? 0 : std::strtoul(text, nullptr, 10);
}

}  // namespace

Fault read_fault() { return {number_from("WGMESH_FAIL_AT"), number_from("WGMESH_DIE_AT")}; }

FailingKernel::FailingKernel(std::unique_ptr<Kernel> kernel, Fault fault)
    : owned_(std::move(kernel)), kernel_(*owned_), fault_(fault) {}

FailingKernel::FailingKernel(Kernel& kernel, Fault fault) : kernel_(kernel), fault_(fault) {}

void FailingKernel::apply(std::span<const Operation> operations,
                          const std::function<void(std::size_t)>& done) {
  const auto nth = [&](std::size_t n) {
    return n > count_ && n <= count_ + operations.size() ? n - count_ - 1 : operations.size();
  };
  const std::size_t fails = nth(fault_.fail_at);
  const std::size_t dies = nth(fault_.die_at);
  const std::size_t healthy = std::min(fails, dies);
  count_ += operations.size();
  if (healthy > 0) kernel_.apply(operations.first(healthy), done);
  if (healthy == operations.size()) return;
  if (dies == healthy) ::raise(SIGKILL);
  NetlinkError refusal(EINVAL, "a fault that a test asked for");
  refusal.add_context(describe(operations[healthy]));
  throw refusal;
}

}  // namespace wgmesh
