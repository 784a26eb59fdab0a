#include "agent/session/hello.h"

#include <fmt/format.h>
#include <sys/utsname.h>

#include <algorithm>

#include "agent/change/refused.h"
#include "agent/session/obstacles.h"
#include "agent/session/protocol_error.h"
#include "agent/store/atomic_file.h"
#include "agent/store/exposure.h"
#include "agent/text/messages.h"
#include "common/frame.h"
#include "common/naming.h"
#include "common/secret_arena.h"

namespace wgmesh {
namespace {

constexpr std::size_t kMaxOrigin = 255;

void put_machine(proto::Hello& hello, bool surveys) {
  utsname name{};
  ::uname(&name);
  hello.set_kernel_release(name.release);
  hello.set_machine(name.machine);
  if (surveys) { hello.mutable_survey()->set_host_name(name.nodename); }
}

// Two meshes of a node must differ in all that a packet is told apart by.
void compare_with(const proto::Open& open, const proto::Plan& other, proto::Hello& hello) {
  const auto mine = parse_prefix(open.network());
  const auto theirs = parse_prefix(other.network());
  if (mine && theirs && overlap(*mine, *theirs)) {
    put_problem(
        say<"other-mesh-overlaps">("network", open.network(), other.network(), other.mesh()),
        hello);
  }
  if (open.listen_port() != 0 && open.listen_port() == other.device().listen_port()) {
    put_problem(say<"other-mesh-listen-port">(open.listen_port(), other.mesh()), hello);
  }
  const auto inner = parse_prefix(open.inner_address());
  const auto inner_theirs = parse_prefix(other.device().inner_address());
  if (inner && inner_theirs && overlap(*inner, *inner_theirs)) {
    put_problem(say<"other-mesh-overlaps">("underlay", open.inner_address(),
                                           other.device().inner_address(), other.mesh()),
                hello);
  }
  for (const std::string& port : open.bridge_ports()) {
    for (const std::string& taken : other.bridge_ports()) {
      if (port != taken) { continue; }
      put_problem(say<"other-mesh-bridge-port">(port, other.mesh()), hello);
    }
  }
}

// Without its cure, which is for whoever cannot go on.
void put_fault(const Said& fault, const char* what_follows, proto::Hello& hello) {
  put_warning({fault.id, fault.text + what_follows, {}}, hello);
}

void put_stored(const proto::Open& open, const Store& store, const Loaded& loaded,
                proto::Hello& hello) {
  for (const Said& fault : loaded.faults) {
    put_fault(fault, "; it is kept aside and made anew", hello);
  }
  for (const Said& exposure : find_exposures(store, open.mesh())) { put_warning(exposure, hello); }
  if (const auto& plan = loaded.mesh.plan) {
    hello.set_generation(plan->generation());
    hello.set_stored_device_mtu(plan->device().mtu());
    hello.set_stored_segment_mtu(plan->segment_mtu());
    hello.set_stored_priority(plan->bridge().priority());
    proto::StoredIdentity& identity = *hello.mutable_identity();
    identity.set_node(plan->node());
    identity.set_network(plan->network());
    for (const proto::Peer& peer : plan->peers()) {
      hello.add_stored_peers(peer.node());
      identity.add_peer_keys(peer.public_key());
      if (peer.learned()) {
        proto::LearnedEndpoint& learned = *hello.add_learned();
        learned.set_node(peer.node());
        learned.set_endpoint(peer.endpoint());
      }
      if (peer.tunnel().path_cost() == 0) { continue; }
      proto::StoredCost& cost = *hello.add_stored_costs();
      cost.set_node(peer.node());
      cost.set_path_cost(peer.tunnel().path_cost());
    }
  }
  hello.set_is_down(loaded.mesh.taken_down);
  if (loaded.mesh.plan) { *hello.mutable_no_links() = loaded.mesh.plan->no_links(); }
  for (const std::string& mesh : store.meshes()) {
    if (mesh == open.mesh()) { continue; }
    const Loaded other = store.load(mesh);
    if (other.mesh.plan && !other.mesh.taken_down) { compare_with(open, *other.mesh.plan, hello); }
    // Another mesh's trouble is none of this one's.
    for (const Said& fault : other.faults) { put_fault(fault, "", hello); }
  }
}

void put_names_taken(const proto::Open& open, const KernelReading& reading,
                     const Adoption& adoption, proto::Hello& hello) {
  Scope scope{open.mesh(), {wireguard_name(open.mesh()), bridge_name(open.mesh())}, {}};
  for (const proto::OpenPeer& peer : open.peers()) {
    scope.wanted_names.insert(tunnel_name(open.mesh(), peer.node()));
    scope.wanted_names.insert(tunnel_full_name(open.mesh(), peer.node()));
  }
  scope.foreign_ports.insert(open.bridge_ports().begin(), open.bridge_ports().end());
  scope.adopted = adoption.interfaces();
  const Observation observed = observation_of(reading, scope);
  if (observed.takes_advertisements && !open.inner_address().empty()) {
    put_warning(say<"node-takes-advertisements">(), hello);
  }
  const bool is_bridge_taken = std::ranges::find(observed.taken, bridge_name(open.mesh()),
                                                 &NameTaken::name) != observed.taken.end();
  put_adoption(adoption, is_bridge_taken, hello);
  for (const NameTaken& taken : observed.taken) {
    const std::string kind =
        taken.kind.empty() ? std::string() : fmt::format(" (kind {})", taken.kind);
    const Said problem = say<"interface-name-taken">(taken.name, kind);
    put_problem({problem.id, problem.text + "; " + problem.cure, {}}, hello);
  }
  for (const std::string& port : observed.missing_ports) {
    const Said problem = say<"bridge-port-missing">(port);
    put_problem({problem.id, problem.text, {}}, hello);
  }
}

// Whether `address` is one of the mesh here. The environment of the session knows it best, also
// behind jump hosts; sudo takes that away, and then it is what the controller has dialled.
bool is_of_mesh(const std::string& address, const std::string& mesh, const State& state) {
  const auto percent = address.find('%');
  if (percent != std::string::npos) {
    const std::string zone = address.substr(percent + 1);
    return zone == bridge_name(mesh) || zone == wireguard_name(mesh);
  }
  const auto ip = parse_ip(address);
  const auto has = [&](const auto& addresses) {
    return std::ranges::any_of(addresses, [&](const auto& own) { return own.address == *ip; });
  };
  return ip && ((state.bridge && has(state.bridge->addresses)) ||
                (state.wireguard && has(state.wireguard->addresses)));
}

void put_way_in(const proto::Open& open, const std::string& reached_at,
                const KernelReading& reading, proto::Hello& hello) {
  const std::string& address = reached_at.empty() ? open.reached_at() : reached_at;
  if (address.empty()) { return; }
  const State state = observation_of(reading, {open.mesh(), {}, {}}).state;
  hello.set_reached_through_mesh(is_of_mesh(address, open.mesh(), state));
}

}  // namespace

void check_count(int ports) {
  if (ports <= kMaxPorts) { return; }
  throw Refused(say<"bridge-ports-too-many">(ports, kMaxPorts));
}

void check_open(const proto::Open& open) {
  if (open.protocol_version() != kProtocolVersion) {
    throw ProtocolError(
        say<"session-protocol-differs">(WGMESH_VERSION, kProtocolVersion, open.protocol_version()));
  }
  if (open.changes_state() && !open.holds()) { throw ProtocolError(say<"session-without-hold">()); }
  if (!is_mesh_name(open.mesh())) { throw Refused(say<"session-open-invalid">("mesh name")); }
  if (!is_node_name(open.node())) { throw Refused(say<"session-open-invalid">("node name")); }
  check_count(open.peers_size() + open.bridge_ports_size());
  // It comes back to the terminal of whoever finds the mesh locked or a change interrupted.
  const bool is_clean = std::ranges::none_of(
      open.origin(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
  if (!is_clean || open.origin().size() > kMaxOrigin) {
    throw Refused(
        say<"session-open-invalid">("origin: more than 255 octets, or control characters"));
  }
  for (const proto::OpenPeer& peer : open.peers()) {
    if (!is_node_name(peer.node())) {
      throw Refused(say<"session-open-invalid">("name of a peer"));
    }
    if (!peer.endpoint().empty() && !parse_host_port(peer.endpoint())) {
      throw Refused(say<"session-endpoint-invalid">(peer.node()));
    }
  }
}

proto::Hello make_hello(const proto::Open& open, const ThisNode& this_node,
                        const KernelReading& reading, const Store& store, const Loaded& loaded,
                        const SessionSecrets& secrets, const ResolvedEndpoints& endpoints,
                        const Adoption& adoption) {
  proto::Hello hello;
  hello.set_protocol_version(kProtocolVersion);
  hello.set_agent_version(WGMESH_VERSION);
  hello.set_knows_hold(true);
  hello.set_knows_export(true);
  hello.set_knows_call_again(true);
  hello.set_takes_short_peers(true);
  put_machine(hello, open.surveys());
  secrets.put_into(hello, open);
  put_stored(open, store, loaded, hello);
  put_names_taken(open, reading, adoption, hello);
  // Now that every key of the node is in it.
  if (!secrets_are_locked()) { put_warning(say<"node-secrets-unlocked">(), hello); }
  put_way_in(open, this_node.reached_at, reading, hello);
  if (open.surveys()) { hello.mutable_survey()->set_reached_at(this_node.reached_at); }
  if (this_node.probe) { this_node.probe(open, endpoints, reading, adoption.interfaces(), hello); }
  return hello;
}

}  // namespace wgmesh
