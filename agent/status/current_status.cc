#include "agent/status/current_status.h"

#include <map>

#include "agent/linux/wall_clock.h"
#include "agent/store/exposure.h"
#include "agent/store/last_change.h"

namespace wgmesh {
namespace {

void add_warning(proto::Status& status, const Said& warning) {
  status.add_warnings(warning.text);
  status.add_warning_ids(warning.id);
}

}  // namespace

void put_names(const proto::Plan& plan, proto::Status& status) {
  std::map<std::string, const proto::Peer*> by_key;
  std::map<std::string, const proto::Peer*> by_port;
  for (const proto::Peer& peer : plan.peers()) {
    by_key[peer.public_key()] = &peer;
    by_port[peer.tunnel().name()] = &peer;
  }
  status.set_node(plan.node());
  // A mesh that is down has no device, and gets none by being named.
  if (status.has_device()) {
    for (auto& peer : *status.mutable_device()->mutable_peers()) {
      const auto known = by_key.find(peer.public_key());
      if (known != by_key.end()) { peer.set_node(known->second->node()); }
    }
  }
  for (auto& port : *status.mutable_ports()) {
    const auto known = by_port.find(port.name());
    if (known != by_port.end()) { port.set_peer(known->second->node()); }
  }
}

proto::Status current_status(const KernelReading& reading, const Loaded& loaded, const Store& store,
                             const std::string& mesh) {
  proto::Status status = status_of(reading, mesh);
  status.set_mesh(mesh);
  status.set_time(wall_clock());
  status.set_stored(!loaded.mesh.empty());
  status.set_taken_down(loaded.mesh.taken_down);
  for (const Said& fault : loaded.faults) { add_warning(status, fault); }
  for (const Said& exposure : find_exposures(store, mesh)) { add_warning(status, exposure); }
  if (const auto change = read_last_change(store, mesh)) { put_into(status, *change); }
  if (loaded.mesh.plan) {
    status.set_generation(loaded.mesh.plan->generation());
    put_names(*loaded.mesh.plan, status);
  }
  return status;
}

}  // namespace wgmesh
