#include "agent/linux/failing_kernel.h"

#include <signal.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string_view>

#include "agent/netlink/netlink_error.h"

namespace wgmesh {
namespace {

std::string_view text_from(const char* variable) {
  const char* text = std::getenv(variable);
  return text == nullptr ? std::string_view() : text;
}

std::size_t number_in(std::string_view text) {
  std::size_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

InjectedFault read_fault() {
  InjectedFault fault;
  const std::string_view fail_at = text_from("WGMESH_FAIL_AT");
  fault.fail_at = number_in(fail_at);
  fault.stays = fail_at.ends_with('+');
  fault.die_at = number_in(text_from("WGMESH_DIE_AT"));
  if (const auto number = number_in(text_from("WGMESH_FAIL_ERRNO"))) {
    fault.error_number = static_cast<int>(number);
  }
  return fault;
}

FailingKernel::FailingKernel(std::unique_ptr<Kernel> kernel, InjectedFault fault)
    : owned_(std::move(kernel)), kernel_(*owned_), fault_(fault) {}

FailingKernel::FailingKernel(Kernel& kernel, InjectedFault fault)
    : kernel_(kernel), fault_(fault) {}

void FailingKernel::apply(std::span<const Operation> operations,
                          const std::function<void(std::size_t)>& done) {
  const auto nth = [&](std::size_t n) {
    return n > count_ && n <= count_ + operations.size() ? n - count_ - 1 : operations.size();
  };
  const bool has_begun = fault_.stays && fault_.fail_at > 0 && fault_.fail_at <= count_;
  const std::size_t fails = has_begun ? 0 : nth(fault_.fail_at);
  const std::size_t dies = nth(fault_.die_at);
  const std::size_t healthy = std::min(fails, dies);
  count_ += operations.size();
  if (healthy > 0) { kernel_.apply(operations.first(healthy), done); }
  if (healthy == operations.size()) { return; }
  if (dies == healthy) { ::raise(SIGKILL); }
  NetlinkError refusal(fault_.error_number, "a fault that a test asked for");
  refusal.add_context(describe(operations[healthy]));
  throw refusal;
}

}  // namespace wgmesh
