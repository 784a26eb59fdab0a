// A node's part of the mesh as an export carries it: a plan whose every text was parsed, so that
// nothing in it can become a command or a line of its own in another tool's file. The mark of
// ownership (device group, alias) is left out: what is exported belongs to the user. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/exported_file.h"
#include "common/key.h"
#include "common/net.h"

namespace wgmesh {

struct ExportedPeer {
  std::string node;
  PublicKey public_key;
  std::optional<Secret> preshared_key;     // absent: a placeholder stands for it
  std::optional<HostPort> endpoint;        // absent: the peer dials us
  IpAddress inner;                         // inside WireGuard
  std::uint16_t persistent_keepalive = 0;  // seconds, 0: off
  std::string tunnel;                      // interface name
  std::string altname;                     // empty: none
  MacAddress mac;
  std::uint16_t path_cost = 0;  // 0: the kernel's
};

struct ExportedNode {
  std::string mesh;
  std::string node;
  std::string device;
  std::optional<Secret> private_key;  // absent: a placeholder stands for it
  std::uint16_t listen_port = 0;
  std::uint32_t fwmark = 0;      // 0: none
  std::uint32_t device_mtu = 0;  // bytes
  Prefix inner;                  // its family decides the kind of tunnels
  std::string bridge;
  MacAddress bridge_mac;
  bool stp = true;
  std::uint16_t priority = 0;
  std::uint32_t forward_delay = 0;  // seconds, as the three below
  std::uint32_t hello_time = 0;
  std::uint32_t max_age = 0;
  std::uint32_t ageing = 0;
  std::vector<Prefix> addresses;
  std::uint32_t segment_mtu = 0;  // bytes
  bool fragments = false;         // tunnels ignore DF and the path's MTU
  std::vector<std::string> bridge_ports;
  std::vector<ExportedPeer> peers;
  std::string mtu_remark;  // one line for the files' readers; empty: nothing is to be said

  bool has_ipv6_tunnels() const { return inner.address.family == Family::kIpv6; }
};

// The first line of each file of an export. A file that begins otherwise is never overwritten.
std::string export_header(std::string_view mesh, std::string_view node);

// The node's files. With secrets where the node has them, else with placeholders. Throws Error for
// what the format cannot say; the message names the setting.
std::vector<ExportedFile> export_files(const ExportedNode& node, ExportFormat format);
// Whether a file of that name can be of this format and mesh.
bool is_export_name(std::string_view name, std::string_view mesh, ExportFormat format);

// Each parses a text of a plan; `key` names the text in the Error for one that cannot be exported.
std::string exported_interface(std::string_view key, const std::string& name);
Prefix exported_prefix(std::string_view key, const std::string& text);
IpAddress exported_address(std::string_view key, const std::string& text);
std::optional<HostPort> exported_endpoint(const std::string& text);
MacAddress exported_mac(std::string_view key, const std::string& octets);
PublicKey exported_key(const std::string& octets);
std::string exported_node_name(const std::string& name);
std::string exported_mesh_name(const std::string& name);
std::string exported_altname(const std::string& name);  // may be empty

template <class Peer>
ExportedPeer exported_peer_of(const Peer& peer) {
  ExportedPeer out;
  out.node = exported_node_name(peer.node());
  out.public_key = exported_key(peer.public_key());
  out.endpoint = exported_endpoint(peer.endpoint());
  out.inner = exported_address("inner_address", peer.inner_address());
  out.persistent_keepalive = static_cast<std::uint16_t>(peer.persistent_keepalive());
  out.tunnel = exported_interface("tunnel.name", peer.tunnel().name());
  out.altname = exported_altname(peer.tunnel().altname());
  out.mac = exported_mac("tunnel.mac", peer.tunnel().mac());
  out.path_cost = static_cast<std::uint16_t>(peer.tunnel().path_cost());
  return out;
}

// Without secrets. A template, because the two programs are built with different runtimes of
// protobuf: `Plan` is proto::Plan of either. Its numbers must have been checked (desired.h), or be
// of our own planner. Throws Error.
template <class Plan>
ExportedNode exported_node_of(const Plan& plan) {
  ExportedNode out;
  out.mesh = exported_mesh_name(plan.mesh());
  out.node = exported_node_name(plan.node());
  out.device = exported_interface("device.name", plan.device().name());
  out.listen_port = static_cast<std::uint16_t>(plan.device().listen_port());
  out.fwmark = plan.device().fwmark();
  out.device_mtu = plan.device().mtu();
  out.inner = exported_prefix("device.inner_address", plan.device().inner_address());
  out.bridge = exported_interface("bridge.name", plan.bridge().name());
  out.bridge_mac = exported_mac("bridge.mac", plan.bridge().mac());
  out.stp = plan.bridge().stp();
  out.priority = static_cast<std::uint16_t>(plan.bridge().priority());
  out.forward_delay = plan.bridge().forward_delay();
  out.hello_time = plan.bridge().hello_time();
  out.max_age = plan.bridge().max_age();
  out.ageing = plan.bridge().ageing();
  for (const std::string& address : plan.bridge().addresses()) {
    out.addresses.push_back(exported_prefix("bridge.addresses", address));
  }
  out.segment_mtu = plan.segment_mtu();
  out.fragments = plan.fragments();
  for (const std::string& port : plan.bridge_ports()) {
    out.bridge_ports.push_back(exported_interface("bridge_ports", port));
  }
  for (const auto& peer : plan.peers()) { out.peers.push_back(exported_peer_of(peer)); }
  return out;
}

}  // namespace wgmesh
