#include "agent/session/wanted_change.h"

#include "agent/change/refused.h"
#include "agent/session/hello.h"
#include "agent/session/protocol_error.h"
#include "agent/text/messages.h"

namespace wgmesh {

WantedChange wanted_change(const proto::Propose& wanted, const proto::Open& open,
                           const Store& store, SessionSecrets& secrets,
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
  check_count(wanted.plan().peers_size() + wanted.plan().bridge_ports_size());
  check_count(wanted.sealed_size());
  secrets.receive(wanted.sealed());
  goal.plan = settled_plan(wanted.plan(), store.load(open.mesh()).mesh);
  goal.secrets = secrets.for_plan(*goal.plan);
  goal.endpoints = endpoints;
  for (const proto::Peer& peer : wanted.plan().peers()) {
    // What was resolved is the mesh file's endpoint, which may not be the stored one.
    if (peer.as_stored()) { goal.endpoints.erase(peer.node()); }
  }
  return goal;
}

}  // namespace wgmesh
