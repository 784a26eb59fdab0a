#include <fmt/format.h>
#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <optional>
#include <random>
#include <set>
#include <vector>

#include "agent/change/settle.h"
#include "agent/commands.h"
#include "agent/each_mesh.h"
#include "agent/linux/wall_clock.h"
#include "agent/locate/asking.h"
#include "agent/locate/quiet_peers.h"
#include "agent/peers/endpoints.h"
#include "agent/state/endpoint_choice.h"
#include "agent/store/lock.h"
#include "agent/store/store.h"
#include "agent/text/messages.h"

namespace wgmesh {
namespace {

// Peers of the committed plan that have an endpoint in the mesh file and are quiet, as a controller
// would ask for them.
proto::Open quiet_peers(const proto::Plan& plan, const proto::Status& status) {
  proto::Open open;
  open.set_mesh(plan.mesh());
  open.set_node(plan.node());
  open.set_fwmark(plan.device().fwmark());
  // With `hosts: true` /etc/hosts has addresses within the mesh, and those are no endpoints.
  open.set_network(plan.network());
  open.set_inner_address(plan.device().inner_address());
  const LivePeers live(status, wall_clock());
  for (const proto::Peer& peer : plan.peers()) {
    if (peer.endpoint().empty() || live.contains(peer.public_key())) { continue; }
    if (peer.learned()) { continue; }  // there is no name to look up: common peers are asked
    proto::OpenPeer& out = *open.add_peers();
    out.set_node(peer.node());
    out.set_endpoint(peer.endpoint());
  }
  return open;
}

struct Refreshed {
  std::vector<Operation> operations;
  Said fault;  // names that do not resolve, addresses without a route
};

// Empty: the mesh is down here.
std::optional<proto::Plan> plan_that_is_up(const Store& store, const std::string& mesh) {
  Loaded loaded = store.load(mesh);
  refuse_unreadable(loaded);
  if (!loaded.mesh.plan && !loaded.faults.empty()) {
    throw Error(say<"mesh-files-damaged">(loaded.faults.front().text));
  }
  if (loaded.mesh.taken_down) { return std::nullopt; }
  return std::move(loaded.mesh.plan);
}

std::set<IpAddress> own_addresses(const KernelReading& reading) {
  std::set<IpAddress> own;
  for (const AddressReport& address : reading.addresses) { own.insert(address.address.address); }
  return own;
}

Sightings ask_for_quiet_peers(const ThisNode& this_node, const Store& store,
                              const std::string& mesh) {
  auto plan = plan_that_is_up(store, mesh);
  const bool has_learned = plan && std::ranges::any_of(plan->peers(), &proto::Peer::learned);
  if (!has_learned) { return {}; }
  const KernelReading reading = this_node.open_kernel()->read(mesh, false);
  const proto::Status status = status_of(reading, mesh);
  const std::int64_t now = wall_clock();
  auto quiet = quiet_learned_peers(*plan, status, now);
  const auto inner = parse_prefix(plan->device().inner_address());
  if (quiet.empty() || !inner) { return {}; }
  LocateErrand errand;
  errand.own = inner->address;
  errand.common = common_peers(*plan, status, now, randombytes_random());
  const bool any_is_near = std::ranges::any_of(
      quiet, [](const QuietPeer& peer) { return is_private(peer.stored.address); });
  const auto own_key = public_key_from(status.device().public_key());
  if (any_is_near && own_key) { errand.keys.push_back(*own_key); }
  // If there are too many for one peer, each has its turn.
  std::shuffle(quiet.begin(), quiet.end(), std::minstd_rand(randombytes_random()));
  for (const QuietPeer& peer : quiet) { errand.keys.push_back(peer.key); }
  errand.may_be = [plan = *std::move(plan),
                   own = own_addresses(reading)](const SocketAddress& endpoint) {
    return may_be_seen_at(endpoint, plan, own);
  };
  return this_node.ask_peers(errand);
}

// Where the learned peers are that have gone quiet. Asks without the lock: nobody shall wait for
// peers that may not answer, and what is heard is only used for what is quiet still.
Sightings sightings_of_quiet_peers(const ThisNode& this_node, const Store& store,
                                   const std::string& mesh) {
  try {
    return ask_for_quiet_peers(this_node, store, mesh);
  } catch (const Error&) {
    return {};  // what is wrong here is found again, and told, with the lock
  }
}

std::optional<SocketAddress> find_sighting(const Sightings& seen,
                                           const std::optional<PublicKey>& key) {
  const auto found = key ? seen.find(*key) : seen.end();
  return found == seen.end() ? std::nullopt : std::optional(found->second);
}

SetWireguard moved(const std::string& device, const PublicKey& key, const SocketAddress& to) {
  return {.name = device, .peers = {{.public_key = key, .update_only = true, .endpoint = to}}};
}

void follow_sightings(const std::vector<QuietPeer>& quiet, const Sightings& seen,
                      const KernelReading& reading, const proto::Status& status,
                      std::vector<Operation>& operations) {
  const auto own = find_sighting(seen, public_key_from(status.device().public_key()));
  const std::set<IpAddress> here = own_addresses(reading);
  for (const QuietPeer& peer : quiet) {
    const auto next = next_endpoint(peer, find_sighting(seen, peer.key), own);
    // In another home a peer's former local address may be this node's.
    if (!next || here.contains(next->address)) { continue; }
    operations.emplace_back(moved(status.device().name(), peer.key, *next));
  }
}

Refreshed look_up(const ThisNode& this_node, const proto::Plan& plan, const proto::Open& open,
                  const KernelReading& reading) {
  const State observed = observation_of(reading, {plan.mesh(), {}, {}}).state;
  proto::Hello hello;
  const auto resolved = resolve_endpoints(open, this_node.resolver_patience);
  this_node.probe(open, resolved, reading, {}, hello);
  const auto endpoints = choose_endpoints(open, hello);
  Refreshed refreshed;
  for (const proto::EndpointRoute& route : hello.routes()) {
    if (route.error().empty()) { continue; }
    Said fault = say<"refresh-endpoint-unknown">(route.node(), route.error());
    if (!refreshed.fault.text.empty()) { fault.text = refreshed.fault.text + "; " + fault.text; }
    refreshed.fault = std::move(fault);
  }
  for (const proto::Peer& peer : plan.peers()) {
    const auto wanted = endpoints.find(peer.node());
    const auto key = public_key_from(peer.public_key());
    if (wanted == endpoints.end() || !key || !observed.wireguard) { continue; }
    const auto present = observed.wireguard->peers.find(*key);
    if (present == observed.wireguard->peers.end() || present->second.endpoint == wanted->second) {
      continue;
    }
    refreshed.operations.emplace_back(
        moved(observed.wireguard->interface.name, *key, wanted->second));
  }
  return refreshed;
}

std::string refresh(const ThisNode& this_node, const Store& store, const std::string& mesh,
                    Said& fault) {
  const Sightings seen = sightings_of_quiet_peers(this_node, store, mesh);
  // A timer runs this: whoever comes meanwhile waits for it, and it waits for nobody.
  const Holder me{"wgmesh-agent refresh", kEndsSoon, std::time(nullptr), ::getpid()};
  const MeshLock lock(this_node.paths.run, mesh, me, this_node.lock_patience);
  const auto kernel = this_node.open_kernel();
  print(mesh, settle(*kernel, store, mesh, Errand::kToChange, NodeLog(this_node.paths)));
  const auto plan = plan_that_is_up(store, mesh);
  if (!plan) { return "is down"; }
  const KernelReading reading = kernel->read(mesh, false);
  const proto::Status status = status_of(reading, mesh);
  const proto::Open open = quiet_peers(*plan, status);
  const auto learned = quiet_learned_peers(*plan, status, wall_clock());
  const std::size_t quiet = static_cast<std::size_t>(open.peers_size()) + learned.size();
  if (quiet == 0) { return "no peer is quiet"; }
  Refreshed refreshed;
  if (open.peers_size() > 0) { refreshed = look_up(this_node, *plan, open, reading); }
  fault = std::move(refreshed.fault);
  follow_sightings(learned, seen, reading, status, refreshed.operations);
  if (refreshed.operations.empty()) {
    return fmt::format(
        "{} quiet, {}", quiet,
        fault.text.empty() ? "at the same address" : "and no other address is known");
  }
  kernel->apply(refreshed.operations, [](std::size_t) {});
  return fmt::format("{} quiet, {} at another address now", quiet, refreshed.operations.size());
}

}  // namespace

int run_refresh(const ThisNode& this_node, const std::string& mesh) {
  return for_each_mesh(this_node, mesh, "not refreshed", refresh);
}

}  // namespace wgmesh
