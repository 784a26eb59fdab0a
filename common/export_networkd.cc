// A node as systemd-networkd 252 and newer read it: a .netdev and a .network file for each
// interface, and a .link file where an interface has a second name.
#include <string>
#include <string_view>

#include "common/error.h"
#include "common/export_text.h"
#include "common/messages.h"

namespace wgmesh {
namespace {

const char* yes_or_no(bool value) { return value ? "yes" : "no"; }

// Before most files of users and before those of distributions: the first that matches counts.
std::string networkd_name(std::string_view interface, std::string_view ending) {
  return fmt::format("10-{}.{}", interface, ending);
}

void put_head(ExportText& text, const ExportedNode& node) {
  text.line("{}", export_header(node.mesh, node.node));
}

void put_wireguard(ExportText& text, const ExportedNode& node) {
  put_head(text, node);
  text.line("# For networkd to read it: chgrp systemd-network and chmod 640.");
  if (!node.mtu_remark.empty()) { text.line("# {}", node.mtu_remark); }
  text.line("[NetDev]");
  text.line("Name={}", node.device);
  text.line("Kind=wireguard");
  text.line("MTUBytes={}", node.device_mtu);
  text.line("");
  text.line("[WireGuard]");
  text.secret("PrivateKey=", node.private_key);
  text.line("ListenPort={}", node.listen_port);
  if (node.fwmark != 0) { text.line("FirewallMark={}", node.fwmark); }
  for (const ExportedPeer& peer : node.peers) { put_peer(text, peer, "[WireGuardPeer]", "="); }
}

void put_match(ExportText& text, std::string_view interface, std::uint32_t mtu) {
  text.line("[Match]");
  text.line("Name={}", interface);
  text.line("");
  text.line("[Link]");
  text.line("MTUBytes={}", mtu);
  // A boot need not wait for other nodes.
  text.line("RequiredForOnline=no");
  text.line("");
  text.line("[Network]");
}

void put_address(ExportText& text, const Prefix& address) {
  text.line("");
  text.line("[Address]");
  text.line("Address={}", to_text(address));
  text.line("DuplicateAddressDetection=none");
}

void put_wireguard_network(ExportText& text, const ExportedNode& node) {
  put_head(text, node);
  put_match(text, node.device, node.device_mtu);
  text.line("LinkLocalAddressing=no");
  text.line("IPv6AcceptRA=no");
  put_address(text, node.inner);
}

void put_bridge_device(ExportText& text, const ExportedNode& node) {
  put_head(text, node);
  text.line("[NetDev]");
  text.line("Name={}", node.bridge);
  text.line("Kind=bridge");
  text.line("MACAddress={}", to_text(node.bridge_mac));
  text.line("MTUBytes={}", node.segment_mtu);
  text.line("");
  text.line("[Bridge]");
  text.line("STP={}", yes_or_no(node.stp));
  text.line("Priority={}", node.priority);
  text.line("ForwardDelaySec={}", node.forward_delay);
  text.line("HelloTimeSec={}", node.hello_time);
  text.line("MaxAgeSec={}", node.max_age);
  text.line("AgeingTimeSec={}", node.ageing);
}

void put_bridge_network(ExportText& text, const ExportedNode& node) {
  put_head(text, node);
  put_match(text, node.bridge, node.segment_mtu);
  text.line("LinkLocalAddressing=ipv6");
  text.line("IPv6AcceptRA=no");
  // No port forwards before the spanning tree stands.
  text.line("ConfigureWithoutCarrier=yes");
  for (const Prefix& address : node.addresses) { put_address(text, address); }
}

void put_tunnel_device(ExportText& text, const ExportedNode& node, const ExportedPeer& peer) {
  put_head(text, node);
  text.line("[NetDev]");
  text.line("Name={}", peer.tunnel);
  text.line("Kind={}", node.has_ipv6_tunnels() ? "ip6gretap" : "gretap");
  text.line("MACAddress={}", to_text(peer.mac));
  text.line("MTUBytes={}", node.segment_mtu);
  text.line("");
  text.line("[Tunnel]");
  text.line("Independent=yes");
  text.line("Local={}", to_text(node.inner.address));
  text.line("Remote={}", to_text(peer.inner));
  text.line("TTL={}", kExportTimeToLive);
  text.line("{}", node.has_ipv6_tunnels() ? "EncapsulationLimit=none" : "DiscoverPathMTU=yes");
}

void put_port(ExportText& text, const ExportedNode& node, std::string_view port) {
  put_head(text, node);
  put_match(text, port, node.segment_mtu);
  text.line("Bridge={}", node.bridge);
  text.line("LinkLocalAddressing=no");
  text.line("IPv6AcceptRA=no");
}

void put_tunnel_network(ExportText& text, const ExportedNode& node, const ExportedPeer& peer) {
  put_port(text, node, peer.tunnel);
  if (node.stp && peer.path_cost == 0) { return; }
  text.line("");
  text.line("[Bridge]");
  if (!node.stp) { text.line("Isolated=yes"); }
  if (peer.path_cost != 0) { text.line("Cost={}", peer.path_cost); }
}

void put_link(ExportText& text, const ExportedNode& node, const ExportedPeer& peer) {
  put_head(text, node);
  text.line("[Match]");
  text.line("OriginalName={}", peer.tunnel);
  text.line("");
  text.line("[Link]");
  text.line("AlternativeName={}", peer.altname);
}

template <class Put, class... More>
ExportedFile open_file(std::string name, const Put& put, const More&... of) {
  ExportText text(0);
  put(text, of...);
  return {std::move(name), Readers::kAll, WipedText(std::move(text).take())};
}

void refuse_what_networkd_lacks(const ExportedNode& node) {
  if (node.fragments) { throw Error(say_common<"export-networkd-fragments">()); }
}

}  // namespace

std::vector<ExportedFile> networkd_files(const ExportedNode& node) {
  refuse_what_networkd_lacks(node);
  std::vector<ExportedFile> files;
  files.push_back(
      {networkd_name(node.device, "netdev"), Readers::kOwner, secret_text_of(node, put_wireguard)});
  files.push_back(open_file(networkd_name(node.device, "network"), put_wireguard_network, node));
  files.push_back(open_file(networkd_name(node.bridge, "netdev"), put_bridge_device, node));
  files.push_back(open_file(networkd_name(node.bridge, "network"), put_bridge_network, node));
  for (const ExportedPeer& peer : node.peers) {
    files.push_back(open_file(networkd_name(peer.tunnel, "netdev"), put_tunnel_device, node, peer));
    files.push_back(
        open_file(networkd_name(peer.tunnel, "network"), put_tunnel_network, node, peer));
    if (!peer.altname.empty()) {
      files.push_back(open_file(networkd_name(peer.tunnel, "link"), put_link, node, peer));
    }
  }
  for (const std::string& port : node.bridge_ports) {
    files.push_back(open_file(networkd_name(port, "network"), put_port, node, port));
  }
  return files;
}

}  // namespace wgmesh
