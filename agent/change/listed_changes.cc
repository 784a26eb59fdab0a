#include "agent/change/listed_changes.h"

#include <map>
#include <set>

#include "agent/state/values.h"
#include "common/naming.h"

namespace wgmesh {
namespace {

proto::Change::Kind kind_on_the_wire(OperationKind kind) {
  switch (kind) {
    case OperationKind::kAdd:
      return proto::Change::ADD;
    case OperationKind::kChange:
      return proto::Change::CHANGE;
    case OperationKind::kRemove:
      return proto::Change::REMOVE;
  }
  return proto::Change::KIND_UNSPECIFIED;
}

// The node at the other end, by the alias of each tunnel.
std::map<std::string, std::string> peers_of_tunnels(const Proposal& proposal,
                                                    const std::string& mesh) {
  const std::string mark = interface_alias(mesh) + ":";
  std::map<std::string, std::string> peers;
  for (const State* state : {&proposal.desired, &proposal.observed}) {
    for (const auto& [name, tunnel] : state->tunnels) {
      const std::string& alias = tunnel.interface.alias;
      if (alias.starts_with(mark)) { peers.emplace(name, alias.substr(mark.size())); }
    }
  }
  return peers;
}

// Of all nodes whose key is one.
std::set<PublicKey> stand_ins(const Proposal& proposal, const std::string& mesh) {
  std::set<PublicKey> keys;
  for (const auto& [key, node] : proposal.peers) {
    const PublicKey stand_in = public_key_of(Secret::stand_in(mesh, node));
    if (key == stand_in) { keys.insert(key); }
  }
  const std::string& self = proposal.stored.plan ? proposal.stored.plan->node() : std::string();
  if (!self.empty()) { keys.insert(public_key_of(Secret::stand_in(mesh, self))); }
  return keys;
}

// An interface of the tool before this one that goes. The line about the adoption names it, and its
// values are not listed.
bool is_left_behind(const std::string& interface, const Proposal& proposal) {
  if (proposal.observed.predecessors.contains(interface)) { return true; }
  return proposal.scope.adopted.contains(interface) &&
         proposal.observed.tunnels.contains(interface) &&
         !proposal.desired.tunnels.contains(interface);
}

}  // namespace

proto::Changes listed_changes(const Proposal& proposal, const std::string& mesh, bool makes_keys) {
  const auto tunnels = peers_of_tunnels(proposal, mesh);
  std::set<PublicKey> unmade;
  if (!makes_keys) { unmade = stand_ins(proposal, mesh); }
  const KeyText key_text = [&](const PublicKey& key) {
    return unmade.contains(key) ? "(new key)" : to_base64(key);
  };
  proto::Changes changes;
  for (const auto& [operation, due] : proposal.schedule) {
    proto::Change& change = *changes.add_changes();
    change.set_text(describe(operation, key_text));
    change.set_kind(kind_on_the_wire(kind_of(operation)));
    change.set_at_commit(due == Due::kCommit);
    change.set_interface(interface_of(operation));
    if (is_left_behind(change.interface(), proposal)) { continue; }
    for (const ChangedValue& value : values_of(operation, proposal.observed, key_text)) {
      proto::Value& told = *change.add_values();
      told.set_key(value.key);
      if (value.before) { told.set_before(*value.before); }
      if (value.after) { told.set_after(*value.after); }
    }
    const auto key = peer_of(operation);
    const auto peer = key ? proposal.peers.find(*key) : proposal.peers.end();
    const auto tunnel = tunnels.find(change.interface());
    if (peer != proposal.peers.end()) {
      change.set_peer(peer->second);
    } else if (tunnel != tunnels.end()) {
      change.set_peer(tunnel->second);
    }
  }
  changes.set_stored_state_changes(!proposal.files.empty());
  return changes;
}

proto::Changes counted_changes(const Proposal& proposal) {
  proto::Changes changes;
  changes.set_count(static_cast<std::uint32_t>(proposal.schedule.size()));
  changes.set_stored_state_changes(!proposal.files.empty());
  return changes;
}

}  // namespace wgmesh
