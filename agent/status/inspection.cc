#include "agent/status/inspection.h"

#include <algorithm>
#include <set>
#include <string_view>

namespace wgmesh {
namespace {

bool has_every_link(const proto::Plan& plan, const proto::Status& status) {
  std::set<std::string_view> keys;
  std::set<std::string_view> ports;
  for (const proto::PeerStatus& peer : status.device().peers()) { keys.insert(peer.public_key()); }
  for (const proto::PortStatus& port : status.ports()) { ports.insert(port.name()); }
  return std::ranges::all_of(plan.peers(), [&](const proto::Peer& peer) {
    return keys.contains(peer.public_key()) && ports.contains(peer.tunnel().name());
  });
}

}  // namespace

NodeState state_of(const Inspection& inspection) {
  const bool is_whole = !inspection.plan || has_every_link(*inspection.plan, inspection.status);
  return state_of(inspection.status, inspection.is_changed_by_hand(), is_whole);
}

}  // namespace wgmesh
