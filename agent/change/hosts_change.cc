#include "agent/change/hosts_change.h"

#include <chrono>
#include <thread>
#include <utility>

#include "agent/state/diff.h"
#include "agent/text/messages.h"
#include "common/error.h"

namespace wgmesh {
namespace {

// A refusal may pass.
constexpr int kHostsAttempts = 3;
constexpr std::chrono::milliseconds kHostsPause{100};

bool is_of_hosts(const Operation& operation) {
  return std::holds_alternative<SetHosts>(operation) ||
         std::holds_alternative<RemoveHosts>(operation);
}

}  // namespace

std::vector<Operation> without_hosts(std::vector<Operation> operations) {
  std::erase_if(operations, is_of_hosts);
  return operations;
}

std::vector<Operation> take_out_hosts(Proposal& proposal) {
  std::vector<Operation> hosts = diff_of_hosts(proposal.desired, proposal.observed);
  proposal.desired.hosts = proposal.observed.hosts;
  std::erase_if(proposal.schedule,
                [](const auto& scheduled) { return is_of_hosts(scheduled.operation); });
  return hosts;
}

std::optional<Said> write_hosts(Kernel& kernel, const std::vector<Operation>& operations) {
  if (operations.empty()) { return std::nullopt; }
  for (int attempt = 1;; ++attempt) {
    try {
      kernel.apply(operations, [](std::size_t) {});
      return std::nullopt;
    } catch (const Error& error) {
      if (attempt == kHostsAttempts) { return say<"hosts-not-written">(error.message()); }
    }
    std::this_thread::sleep_for(kHostsPause);
  }
}

}  // namespace wgmesh
