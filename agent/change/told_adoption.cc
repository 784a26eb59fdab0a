#include "agent/change/told_adoption.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

namespace wgmesh {

std::string adoption_words(const Predecessor& predecessor, const Proposal& proposal) {
  std::vector<std::string> going;
  for (const auto& [name, device] : proposal.observed.predecessors) { going.push_back(name); }
  for (const auto& [name, tunnel] : proposal.observed.tunnels) {
    if (!proposal.desired.tunnels.contains(name)) { going.push_back(name); }
  }
  const std::size_t keys = predecessor.preshared_keys.size();
  return fmt::format("adopt {}: its private key and {} preshared key{}{}{}", predecessor.file, keys,
                     keys == 1 ? "" : "s", going.empty() ? "" : "; remove ",
                     fmt::join(going, ", "));
}

std::string adoption_note(const Predecessor& predecessor) {
  return fmt::format(
      "{0} is now called {0}{1}; delete it when you are sure that you need it no more",
      predecessor.file, kAdoptedEnding);
}

}  // namespace wgmesh
