#include "agent/change/proposal.h"

#include <fmt/format.h>

#include <utility>

#include "agent/change/refused.h"
#include "agent/linux/wall_clock.h"
#include "agent/state/observed.h"
#include "agent/text/messages.h"
#include "common/naming.h"

namespace wgmesh {
namespace {

// Ports that bridge_ports no longer lists get back what they were; `former` keeps the others, and
// learns those that are about to join.
void settle_ports(const std::set<std::string>& wanted, const State& observed, State& desired,
                  std::map<std::string, ForeignPort>& former) {
  std::erase_if(former, [&](const auto& entry) {
    const auto& [name, port] = entry;
    if (wanted.contains(name)) { return false; }
    if (observed.foreign_ports.contains(name)) { desired.foreign_ports[name] = port; }
    return true;
  });
  for (const std::string& name : wanted) {
    const auto now = observed.foreign_ports.find(name);
    if (former.contains(name) || now == observed.foreign_ports.end()) { continue; }
    ForeignPort was = now->second;
    // Already in our bridge, but nobody wrote down what it was before: free is the best guess.
    if (observed.bridge && was.master == observed.bridge->interface.name) { was.master.clear(); }
    former[name] = was;
  }
}

using Endpoints = std::map<std::string, SocketAddress>;

// For every peer that has an endpoint: what `first` knows of it, else what `second` does.
Endpoints endpoints_of(const proto::Plan& plan, const Endpoints& first, const Endpoints& second) {
  Endpoints chosen;
  for (const proto::Peer& peer : plan.peers()) {
    if (peer.endpoint().empty()) { continue; }
    for (const Endpoints* known : {&first, &second}) {
      const auto found = known->find(peer.node());
      if (found != known->end()) { chosen.insert(*found); }
    }
  }
  return chosen;
}

void propose_plan(const Loaded& loaded, const WantedChange& goal, const Observation& observed,
                  const proto::Status& status, Proposal& proposal) {
  const proto::Plan& plan = *goal.plan;
  EndpointKnowledge endpoints;
  endpoints.resolved = goal.endpoints;
  endpoints.committed = loaded.mesh.plan ? &*loaded.mesh.plan : nullptr;
  endpoints.observed = &observed.state;
  endpoints.status = &status;
  endpoints.now = wall_clock();
  proposal.desired = desired_state(plan, *goal.secrets, endpoints);
  proposal.stored.private_key = goal.secrets->private_key;
  proposal.stored.preshared_keys = goal.secrets->preshared_keys;
  proposal.stored.taken_down = false;
  proposal.stored.endpoints = endpoints_of(plan, loaded.mesh.endpoints, goal.endpoints);
  if (!loaded.mesh.plan || !same_plan(*loaded.mesh.plan, plan)) { proposal.stored.plan = plan; }
  // The controller does not know it; it is settled when it is known that something changes.
  proposal.stored.plan->set_generation(loaded.mesh.plan ? loaded.mesh.plan->generation() : 0);
}

// What others have put into our bridge loses it, and nobody else says so.
std::string told_of_strangers(const std::string& mesh, const std::set<std::string>& names) {
  return fmt::format(
      "{} of others in {} have no bridge any more: {}; after `mesh up` put them back with `ip link "
      "set NAME master {}`",
      names.size() == 1 ? "a port" : "ports", bridge_name(mesh), fmt::join(names, ", "),
      bridge_name(mesh));
}

void refuse_hosts(const Observation& observed, const Proposal& proposal) {
  if (proposal.hosts_left_out || !proposal.desired.hosts) { return; }
  if (observed.hosts_damage) { throw Refused(*observed.hosts_damage); }
  if (observed.hosts_fixed && proposal.desired.hosts != observed.state.hosts) {
    throw Refused(*observed.hosts_fixed);
  }
}

// A plan without names is refused nothing for what /etc/hosts is.
void leave_block(const Observation& observed, Proposal& proposal) {
  if (proposal.desired.hosts) { return; }
  const auto why =
      observed.hosts_damage || !observed.state.hosts ? observed.hosts_damage : observed.hosts_fixed;
  if (!why) { return; }
  proposal.notes.push_back(say<"hosts-not-written">(why->text).text);
  proposal.desired.hosts = observed.state.hosts;
}

// For a mesh that comes up without its names, rather than not at all.
void leave_out_hosts(const Observation& observed, Proposal& proposal) {
  const bool is_wanted = proposal.desired.hosts != observed.state.hosts;
  proposal.hosts_left_out = observed.hosts_damage;
  if (!proposal.hosts_left_out && is_wanted) { proposal.hosts_left_out = observed.hosts_fixed; }
  if (proposal.hosts_left_out) { proposal.desired.hosts = observed.state.hosts; }
}

void put_peers(const std::optional<proto::Plan>& plan, std::map<PublicKey, std::string>& peers) {
  if (!plan) { return; }
  for (const proto::Peer& peer : plan->peers()) {
    if (const auto key = public_key_from(peer.public_key())) { peers.emplace(*key, peer.node()); }
  }
}

}  // namespace

proto::Plan settled_plan(const proto::Plan& plan, const StoredMesh& stored) {
  const auto& committed = stored.plan;
  const std::uint64_t generation = committed ? committed->generation() : 0;
  if (plan.generation() != generation + 1) {
    throw Refused(say<"change-generation-stale">(plan.generation(), generation));
  }
  proto::Plan settled = plan;
  settled.clear_peers();
  for (const proto::Peer& peer : plan.peers()) {
    if (!peer.as_stored()) {
      *settled.add_peers() = peer;
      continue;
    }
    if (!committed || committed->tunnel_kind() != plan.tunnel_kind() ||
        !stored.preshared_keys.contains(peer.node())) {
      continue;
    }
    for (const proto::Peer& known : committed->peers()) {
      if (known.node() == peer.node()) { *settled.add_peers() = known; }
    }
  }
  return settled;
}

void refuse_obstacles(const Observation& observed, const Proposal& proposal) {
  std::optional<Said> obstacles;
  for (const NameTaken& taken : observed.taken) {
    if (!proposal.scope.wanted_names.contains(taken.name)) { continue; }
    std::string details;
    if (!taken.kind.empty()) { details += fmt::format(" (kind {})", taken.kind); }
    if (!taken.alias.empty()) { details += fmt::format(" (alias {})", taken.alias); }
    Said obstacle = say<"interface-name-taken">(taken.name, details);
    if (obstacles) { obstacle.text = obstacles->text + "; " + obstacle.text; }
    obstacles = std::move(obstacle);
  }
  if (obstacles) { throw Refused(*obstacles); }
  for (const std::string& port : observed.missing_ports) {
    if (!proposal.desired.foreign_ports.contains(port)) { continue; }
    throw Refused(say<"bridge-port-missing">(port));
  }
  refuse_hosts(observed, proposal);
}

Proposal proposal_without_files(const KernelReading& reading, const Loaded& loaded,
                                const std::string& mesh, const WantedChange& goal) {
  if (goal.kind != proto::REMOVE) { refuse_unreadable(loaded); }
  Proposal proposal;
  proposal.stored = loaded.mesh;
  proposal.is_first = !loaded.mesh.plan;
  if (goal.plan) { proposal.scope = scope_of(*goal.plan); }
  proposal.scope.mesh = mesh;
  for (const auto& [name, port] : loaded.mesh.former_ports) {
    proposal.scope.foreign_ports.insert(name);
  }
  if (goal.predecessor && goal.kind == proto::UP) {
    proposal.scope.adopted = goal.predecessor->interfaces;
    proposal.left_places = left_places(*goal.predecessor);
  }
  Observation observed = observation_of(reading, proposal.scope);
  fill_in_adopted(observed.state, proposal.scope);
  proposal.observed = observed.state;
  fill_in_times(observed.state, loaded.mesh.plan);

  std::set<std::string> wanted_ports;
  // A plan that is only stored is worked out all the same: what is wrong with it is found now.
  if (goal.plan) { propose_plan(loaded, goal, observed, status_of(reading, mesh), proposal); }
  if (goal.kind == proto::UP) {
    wanted_ports.insert(goal.plan->bridge_ports().begin(), goal.plan->bridge_ports().end());
  } else {
    proposal.desired = {};
    proposal.stored.taken_down = goal.plan || !loaded.mesh.empty();
  }
  if (goal.restores) {
    for (const std::string& port : observed.missing_ports) {
      if (proposal.desired.foreign_ports.erase(port) != 0) { proposal.left_out.insert(port); }
    }
    leave_out_hosts(observed, proposal);
  }
  if (!goal.restores) { leave_block(observed, proposal); }
  settle_ports(wanted_ports, observed.state, proposal.desired, proposal.stored.former_ports);
  if (goal.kind == proto::REMOVE) { proposal.stored = {}; }
  refuse_obstacles(observed, proposal);

  if (observed.state.bridge && !proposal.desired.bridge && !observed.strangers.empty()) {
    proposal.notes.push_back(told_of_strangers(mesh, observed.strangers));
  }

  proposal.rotates =
      goal.rotates && proposal.desired.wireguard && observed.state.wireguard.has_value();
  proposal.schedule = schedule(proposal.desired, observed.state, proposal.rotates);
  put_peers(goal.plan, proposal.peers);
  put_peers(loaded.mesh.plan, proposal.peers);
  return proposal;
}

Proposal make_proposal(Kernel& kernel, const Store& store, const std::string& mesh,
                       const WantedChange& goal) {
  return make_proposal(kernel.read(mesh, false), store, mesh, goal);
}

Proposal make_proposal(const KernelReading& reading, const Store& store, const std::string& mesh,
                       const WantedChange& goal) {
  const Loaded loaded = store.load(mesh);
  Proposal proposal = proposal_without_files(reading, loaded, mesh, goal);
  proposal.files = store.changes(mesh, proposal.stored);
  if (goal.plan && !goal.restores && !proposal.changes_nothing()) {
    // A name with two addresses is no change, but what is written may as well be the latest.
    proposal.stored.endpoints = endpoints_of(*goal.plan, goal.endpoints, loaded.mesh.endpoints);
    proposal.stored.plan->set_generation(proposal.stored.plan->generation() + 1);
    proposal.files = store.changes(mesh, proposal.stored);
  }
  return proposal;
}

}  // namespace wgmesh
