#include "agent/session/wanted_change.h"

#include <fmt/format.h>

#include "agent/change/refused.h"
#include "agent/session/hello.h"
#include "agent/session/obstacles.h"
#include "agent/session/protocol_error.h"
#include "agent/text/messages.h"
#include "common/net.h"
#include "common/short_peers.h"

namespace wgmesh {
namespace {

proto::Plan whole_plan(const proto::Propose& wanted, const proto::Open& open) {
  proto::Plan plan = wanted.plan();
  if (!wanted.has_short_peers()) { return plan; }
  const auto inner = parse_prefix(plan.device().inner_address());
  if (!inner || !fits(open, wanted.short_peers())) {
    throw ProtocolError(
        say<"session-message-invalid">("peers that do not fit those of the session"));
  }
  put_all_peers(open, wanted.short_peers(), network_of(*inner), plan);
  return plan;
}

// Others have seen the peer there, and the controller has believed them: this node looks again.
SocketAddress learned_endpoint(const proto::Peer& peer, const proto::Open& open) {
  const auto endpoint = parse_socket_address(peer.endpoint());
  const std::string why =
      endpoint ? why_not_dialable(endpoint->address, open) : "which is no address";
  if (why.empty()) { return *endpoint; }
  throw Refused(say<"plan-invalid">(
      fmt::format("{} is said to be at '{}', {}", peer.node(), peer.endpoint(), why)));
}

}  // namespace

WantedChange wanted_change(const proto::Propose& wanted, const proto::Open& open,
                           const StoredMesh& stored, SessionSecrets& secrets,
                           const std::map<std::string, SocketAddress>& endpoints) {
  const bool has_plan = wanted.goal() == proto::UP || wanted.goal() == proto::STORE;
  if (has_plan && !wanted.has_plan()) {
    throw ProtocolError(say<"session-message-invalid">("a goal without its plan"));
  }
  if (!proto::Goal_IsValid(wanted.goal()) || wanted.goal() == proto::GOAL_UNSPECIFIED) {
    throw ProtocolError(say<"session-message-invalid">("a plan without a goal"));
  }
  WantedChange goal;
  goal.kind = wanted.goal();
  goal.rotates = wanted.rotates();
  if (!has_plan) { return goal; }
  if (wanted.plan().mesh() != open.mesh() || wanted.plan().node() != open.node()) {
    throw Refused(say<"session-plan-foreign">(wanted.plan().mesh(), wanted.plan().node(),
                                              open.mesh(), open.node()));
  }
  const proto::Plan plan = whole_plan(wanted, open);
  check_count(plan.peers_size() + plan.bridge_ports_size());
  check_count(wanted.sealed_size());
  secrets.receive(wanted.sealed());
  goal.plan = settled_plan(plan, stored);
  goal.secrets = secrets.for_plan(*goal.plan);
  goal.endpoints = endpoints;
  for (const proto::Peer& peer : plan.peers()) {
    // What was resolved is the mesh file's endpoint, which may not be the stored one.
    if (peer.as_stored()) { goal.endpoints.erase(peer.node()); }
  }
  for (const proto::Peer& peer : goal.plan->peers()) {
    if (peer.learned()) { goal.endpoints[peer.node()] = learned_endpoint(peer, open); }
  }
  return goal;
}

}  // namespace wgmesh
