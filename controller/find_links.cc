#include "controller/find_links.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

#include "controller/mesh/diagnosis.h"
#include "controller/mesh/sightings.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

using LinkClock = std::chrono::steady_clock;

constexpr auto kHandshakesWithin = std::chrono::seconds(30);
constexpr auto kLookAgainAfter = std::chrono::milliseconds(200);

// Looks at the nodes of `up` until no link is silent or the time is over, or a node is lost. Links that stay silent are
// called again.
template <class Silent>
void look_until(Run& run, const Names& up, LinkClock::time_point deadline, const char* activity,
                Statuses& statuses, const Silent& silent) {
  SecondCalls calls;
  for (;;) {
    look_at_sightings(run, up, statuses);
    const std::vector<LinkName> without = silent();
    if (without.empty() || LinkClock::now() > deadline || !lost_nodes(run, up).empty()) { return; }
    for (const std::string& node : up) { run.progress().set(node, activity); }
    call_again(run, calls, without);
    std::this_thread::sleep_for(kLookAgainAfter);
  }
}

bool has_heard(const Statuses& statuses, const std::string& node, const std::string& from) {
  const auto status = statuses.find(node);
  if (status == statuses.end()) { return false; }
  return std::ranges::any_of(status->second.device().peers(), [&](const proto::PeerStatus& peer) {
    return peer.node() == from && is_live(status->second, peer);
  });
}

}  // namespace

std::optional<Learning> look_for_links(Run& run, const Mesh& mesh, const Names& up,
                                       const Facts& facts, Statuses& statuses) {
  const bool any = std::ranges::any_of(learnable_pairs(mesh), [&](const LinkName& pair) {
    return up.contains(pair.first) && up.contains(pair.second);
  });
  if (!any) { return std::nullopt; }
  look_until(run, up, LinkClock::now() + kHandshakesWithin, "waiting for handshakes", statuses,
             [&] { return missing_for_forwarding(mesh, statuses).handshakes; });
  auto candidates = find_pairs_to_learn(mesh, facts, statuses);
  if (candidates.empty()) { return std::nullopt; }
  return Learning(mesh.learned, std::move(candidates));
}

std::set<LinkName> await_links(Run& run, const Names& up, const Learning& learning,
                               Statuses& statuses) {
  std::set<LinkName> shaken;
  const std::set<LinkName> tried = learning.tried();
  if (tried.empty()) { return shaken; }
  look_until(run, up, LinkClock::now() + learning.patience(), "waiting for direct links", statuses,
             [&] {
               std::vector<LinkName> silent;
               for (const LinkName& pair : tried) {
                 const bool both = has_heard(statuses, pair.first, pair.second) &&
                                   has_heard(statuses, pair.second, pair.first);
                 if (both) {
                   shaken.insert(pair);
                 } else if (!shaken.contains(pair)) {
                   silent.push_back(pair);
                 }
               }
               return silent;
             });
  return shaken;
}

Said warning_of_unlearned(const TransactionResult& result) {
  return say<"mesh-links-not-learned">(why_it_ended(result));
}

}  // namespace wgmesh
