#include "agent/change/told_adoption.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "common/naming.h"

namespace wgmesh {
namespace {

std::string_view name_in(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// Those of the file that the mesh goes on with: `rotate` makes others.
std::string keys_kept(const Predecessor& predecessor, const StoredMesh& stored) {
  std::vector<std::string> kept;
  if (stored.private_key == predecessor.private_key) { kept.emplace_back("its private key"); }
  std::size_t preshared = 0;
  for (const auto& [node, key] : predecessor.preshared_keys) {
    const auto now = stored.preshared_keys.find(node);
    if (now != stored.preshared_keys.end() && now->second == key) { ++preshared; }
  }
  if (preshared != 0) {
    kept.push_back(fmt::format("{} preshared key{}", preshared, preshared == 1 ? "" : "s"));
  }
  return kept.empty() ? "without its keys" : fmt::format("{}", fmt::join(kept, " and "));
}

std::vector<std::string> former_peers(const Predecessor& predecessor, const StoredMesh& stored) {
  std::vector<std::string> former;
  for (const auto& [node, key] : predecessor.preshared_keys) {
    if (!stored.preshared_keys.contains(node)) { former.push_back(node); }
  }
  return former;
}

std::vector<std::string> interfaces_that_go(const Proposal& proposal) {
  std::vector<std::string> going;
  for (const auto& [name, device] : proposal.observed.predecessors) { going.push_back(name); }
  for (const auto& [name, tunnel] : proposal.observed.tunnels) {
    if (!proposal.desired.tunnels.contains(name)) { going.push_back(name); }
  }
  return going;
}

}  // namespace

std::string adoption_words(const Predecessor& predecessor, const Proposal& proposal) {
  std::vector<std::string> parts = {
      fmt::format("adopt {}: {}", predecessor.file, keys_kept(predecessor, proposal.stored))};
  if (const auto former = former_peers(predecessor, proposal.stored); !former.empty()) {
    parts.push_back(fmt::format("leave out {}, which {} of this node any more",
                                fmt::join(former, ", "),
                                former.size() == 1 ? "is no peer" : "are no peers"));
  }
  parts.push_back(fmt::format("rename the file to {}", name_in(predecessor.kept_as)));
  std::set<std::string_view> units;
  for (const std::string& link : predecessor.enablers) { units.insert(name_in(link)); }
  if (!units.empty()) { parts.push_back(fmt::format("disable {}", fmt::join(units, ", "))); }
  const auto& bridge = proposal.observed.bridge;
  if (bridge && bridge->interface.alias != interface_alias(proposal.scope.mesh)) {
    parts.push_back(bridge->interface.name + " becomes wgmesh's");
  }
  if (const auto going = interfaces_that_go(proposal); !going.empty()) {
    parts.push_back(fmt::format("remove {}", fmt::join(going, ", ")));
  }
  return fmt::format("{}", fmt::join(parts, "; "));
}

std::string adoption_note(const Predecessor& predecessor) {
  return fmt::format("{} is now called {}; delete it when you are sure that you need it no more",
                     predecessor.file, predecessor.kept_as);
}

}  // namespace wgmesh
