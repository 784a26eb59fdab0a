#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>

#include "agent/change/settle.h"
#include "agent/commands.h"
#include "agent/each_mesh.h"
#include "agent/linux/wall_clock.h"
#include "agent/peers/endpoints.h"
#include "agent/state/endpoint_choice.h"
#include "agent/store/lock.h"
#include "agent/store/store.h"
#include "agent/text/messages.h"

namespace wgmesh {
namespace {

// Peers of the committed plan that have an endpoint and are quiet, as a controller would ask for
// them.
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
    // No name can be looked up again. Where the peer was heard last is newer than what was learned.
    if (peer.learned()) { continue; }
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

Refreshed look_up(const ThisNode& this_node, const proto::Plan& plan, const proto::Open& open,
                  const State& observed) {
  proto::Hello hello;
  this_node.probe(open, resolve_endpoints(open, this_node.resolver_patience), {}, hello);
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
    refreshed.operations.emplace_back(SetWireguard{
        .name = observed.wireguard->interface.name,
        .peers = {{.public_key = *key, .update_only = true, .endpoint = wanted->second}}});
  }
  return refreshed;
}

std::string refresh(const ThisNode& this_node, const Store& store, const std::string& mesh,
                    Said& fault) {
  // A timer runs this: whoever comes meanwhile waits for it, and it waits for nobody.
  const Holder me{"wgmesh-agent refresh", kEndsSoon, std::time(nullptr), ::getpid()};
  const MeshLock lock(this_node.paths.run, mesh, me, this_node.lock_patience);
  const auto kernel = this_node.open_kernel();
  print(mesh, settle(*kernel, store, mesh, Errand::kToChange, NodeLog(this_node.paths)));
  const Loaded loaded = store.load(mesh);
  refuse_unreadable(loaded);
  if (!loaded.mesh.plan && !loaded.faults.empty()) {
    throw Error(say<"mesh-files-damaged">(loaded.faults.front().text));
  }
  if (!loaded.mesh.plan || loaded.mesh.taken_down) { return "is down"; }
  const proto::Open open = quiet_peers(*loaded.mesh.plan, kernel->measure(mesh));
  if (open.peers_size() == 0) { return "no peer is quiet"; }
  const State observed = kernel->observe({mesh, {}, {}}).state;
  Refreshed refreshed = look_up(this_node, *loaded.mesh.plan, open, observed);
  fault = std::move(refreshed.fault);
  if (refreshed.operations.empty()) {
    return fmt::format(
        "{} quiet, {}", open.peers_size(),
        fault.text.empty() ? "at the same address" : "and no other address is known");
  }
  kernel->apply(refreshed.operations, [](std::size_t) {});
  return fmt::format("{} quiet, {} at another address now", open.peers_size(),
                     refreshed.operations.size());
}

}  // namespace

int run_refresh(const ThisNode& this_node, const std::string& mesh) {
  return for_each_mesh(this_node, mesh, "not refreshed", refresh);
}

}  // namespace wgmesh
