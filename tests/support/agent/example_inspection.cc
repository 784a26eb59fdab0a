#include "tests/support/agent/example_inspection.h"

#include "common/naming.h"
#include "tests/support/agent/example_plan.h"

namespace wgmesh {
namespace {

void put_device(const proto::Plan& plan, proto::DeviceStatus& device) {
  device.set_name(plan.device().name());
  device.set_mtu(plan.device().mtu());
  std::uint64_t number = 0;
  for (const proto::Peer& planned : plan.peers()) {
    ++number;
    proto::PeerStatus& peer = *device.add_peers();
    peer.set_node(planned.node());
    peer.set_public_key(planned.public_key());
    peer.add_allowed_ips(planned.inner_address() + "/128");
    peer.set_latest_handshake(kInspected - 10 * static_cast<std::int64_t>(number));
    peer.set_transfer_rx(1000 * number);
    peer.set_transfer_tx(10 * number);
  }
}

void put_bridge(const proto::Plan& plan, proto::BridgeStatus& bridge) {
  bridge.set_name(plan.bridge().name());
  bridge.set_mtu(plan.segment_mtu());
  bridge.set_stp(true);
  bridge.set_bridge_id("1000.020000000001");
  bridge.set_root_id("0064.020000000002");
  bridge.set_root_port(1);
  bridge.set_root_path_cost(100);
}

}  // namespace

Inspection example_inspection() {
  Inspection inspection;
  inspection.plan = example_plan();
  const proto::Plan& plan = *inspection.plan;
  proto::Status& status = inspection.status;
  status.set_mesh(plan.mesh());
  status.set_node(plan.node());
  status.set_is_up(true);
  status.set_stored(true);
  status.set_time(kInspected);
  status.set_generation(3);
  status.mutable_last_change()->set_time(kInspected - 86400);
  put_device(plan, *status.mutable_device());
  put_bridge(plan, *status.mutable_bridge());
  for (const proto::Peer& peer : plan.peers()) {
    proto::PortStatus& port = *status.add_ports();
    port.set_name(peer.tunnel().name());
    port.set_peer(peer.node());
    port.set_state(status.ports_size() == 3 ? "blocking" : "forwarding");
    port.set_number(static_cast<std::uint32_t>(status.ports_size()));
    port.set_path_cost(100);
    port.set_mtu(plan.segment_mtu());
    port.set_carrier(true);
  }
  inspection.is_device_up = true;
  inspection.is_bridge_up = true;
  inspection.drift.operations.emplace(0);
  return inspection;
}

Inspection example_inspection_of(const std::string& mesh) {
  Inspection inspection = example_inspection();
  inspection.status.set_mesh(mesh);
  inspection.status.mutable_device()->set_name(wireguard_name(mesh));
  inspection.status.mutable_bridge()->set_name(bridge_name(mesh));
  return inspection;
}

}  // namespace wgmesh
