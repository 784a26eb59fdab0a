#include "agent/change/hosts_change.h"

#include <utility>

#include "agent/change/repeat.h"
#include "agent/state/diff.h"
#include "agent/text/messages.h"
#include "common/error.h"

namespace wgmesh {
namespace {

bool is_of_hosts(const Operation& operation) {
  return std::holds_alternative<SetHosts>(operation) ||
         std::holds_alternative<RemoveHosts>(operation);
}

}  // namespace

std::vector<Operation> without_hosts(std::vector<Operation> operations) {
  std::erase_if(operations, is_of_hosts);
  return operations;
}

std::optional<HostsBlock> take_out_hosts(Proposal& proposal) {
  std::erase_if(proposal.schedule,
                [](const auto& scheduled) { return is_of_hosts(scheduled.operation); });
  return std::exchange(proposal.desired.hosts, proposal.observed.hosts);
}

std::optional<Said> change_hosts(Kernel& kernel, const Scope& scope,
                                 const std::optional<HostsBlock>& now,
                                 const std::optional<HostsBlock>& wanted) {
  if (now == wanted) { return std::nullopt; }
  try {
    repeat(kernel, scope, {}, [&](const Observation& observed, bool) {
      return diff_of_hosts(wanted, observed.state.hosts);
    });
  } catch (const Error& error) { return say<"hosts-not-written">(error.message()); }
  return std::nullopt;
}

}  // namespace wgmesh
