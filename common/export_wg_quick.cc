// A node as wg-quick(8) reads it: one file, whose PostUp lines make bridge and tunnels with `ip` as
// the agent makes them by netlink.
#include <string>

#include "common/export_text.h"

namespace wgmesh {
namespace {

// `ip` takes times of bridges in hundredths of a second.
constexpr unsigned kHundredths = 100;

const char* nodad_for(const Prefix& address) {
  return address.address.family == Family::kIpv6 ? " nodad" : "";
}

// wg-quick itself takes away nothing but the device when a command fails. So a further `wg-quick up`
// takes away what is left, which it knows by the address that nobody else has.
void put_fresh(ExportText& text, const std::string& interface, const MacAddress& mac) {
  text.line("PostUp = ! grep -sqx {0} /sys/class/net/{1}/address || ip link del dev {1}",
            to_text(mac), interface);
}

void put_bridge(ExportText& text, const ExportedNode& node) {
  put_fresh(text, node.bridge, node.bridge_mac);
  text.line("PostUp = ip link add name {} address {} type bridge", node.bridge,
            to_text(node.bridge_mac));
  // The kernel lets an MTU follow the ports until it was changed by hand once.
  text.line("PostUp = ip link set dev {} mtu {}", node.bridge, node.segment_mtu + 1);
  text.line("PostUp = ip link set dev {} mtu {}", node.bridge, node.segment_mtu);
  text.line(
      "PostUp = ip link set dev {} type bridge stp_state {} priority {} forward_delay {} "
      "hello_time {} max_age {} ageing_time {}",
      node.bridge, node.stp ? 1 : 0, node.priority, node.forward_delay * kHundredths,
      node.hello_time * kHundredths, node.max_age * kHundredths, node.ageing * kHundredths);
  // A container may have /proc/sys read-only, and the mesh works all the same.
  text.line(
      "PostUp = sysctl -q -w net/ipv6/conf/{0}/accept_ra=0 net/ipv6/conf/{0}/autoconf=0 || true",
      node.bridge);
  for (const Prefix& address : node.addresses) {
    text.line("PostUp = ip address add {} dev {}{}", to_text(address), node.bridge,
              nodad_for(address));
  }
}

std::string tunnel_words(const ExportedNode& node) {
  if (node.has_ipv6_tunnels()) {
    return fmt::format("hoplimit {} encaplimit none", kExportTimeToLive);
  }
  return fmt::format("ttl {} {}", kExportTimeToLive,
                     node.fragments ? "nopmtudisc ignore-df" : "pmtudisc noignore-df");
}

void put_tunnel(ExportText& text, const ExportedNode& node, const ExportedPeer& peer) {
  put_fresh(text, peer.tunnel, peer.mac);
  text.line("PostUp = ip link add name {} address {} type {} local {} remote {} {}", peer.tunnel,
            to_text(peer.mac), node.has_ipv6_tunnels() ? "ip6gretap" : "gretap",
            to_text(node.inner.address), to_text(peer.inner), tunnel_words(node));
  text.line("PostUp = ip link set dev {} mtu {} master {} addrgenmode none", peer.tunnel,
            node.segment_mtu, node.bridge);
  // A port that is isolated joins while it is down: frames must not loop for a moment.
  if (!node.stp || peer.path_cost != 0) {
    text.line("PostUp = ip link set dev {} type bridge_slave{}{}", peer.tunnel,
              node.stp ? "" : " isolated on",
              peer.path_cost == 0 ? "" : fmt::format(" cost {}", peer.path_cost));
  }
  if (!peer.altname.empty()) {
    text.line("PostUp = ip link property add dev {} altname {}", peer.tunnel, peer.altname);
  }
  text.line("PostUp = ip link set dev {} up", peer.tunnel);
}

void put_file(ExportText& text, const ExportedNode& node) {
  text.line("{}", export_header(node.mesh, node.node));
  text.line("# wg-quick reads it; the PostUp lines make bridge and tunnels.");
  if (!node.mtu_remark.empty()) { text.line("# {}", node.mtu_remark); }
  text.line("");
  text.line("[Interface]");
  text.secret("PrivateKey = ", node.private_key);
  text.line("ListenPort = {}", node.listen_port);
  if (node.fwmark != 0) { text.line("FwMark = {:#x}", node.fwmark); }
  text.line("Address = {}", to_text(node.inner));
  text.line("MTU = {}", node.device_mtu);
  text.line("# The prefix of the address is the one route that is needed.");
  text.line("Table = off");
  put_bridge(text, node);
  for (const ExportedPeer& peer : node.peers) { put_tunnel(text, node, peer); }
  // Without a port that is not there (yet) the mesh comes up all the same, as with the agent.
  for (const std::string& port : node.bridge_ports) {
    text.line("PostUp = test ! -e /sys/class/net/{0} || ip link set dev {0} mtu {1} master {2} up",
              port, node.segment_mtu, node.bridge);
  }
  text.line("PostUp = ip link set dev {} up", node.bridge);
  // What is gone already must not keep the rest up.
  for (const std::string& port : node.bridge_ports) {
    text.line("PreDown = ip link set dev {} nomaster || true", port);
  }
  text.line("PreDown = ip link del dev {} || true", node.bridge);
  for (const ExportedPeer& peer : node.peers) {
    text.line("PreDown = ip link del dev {} || true", peer.tunnel);
  }
  for (const ExportedPeer& peer : node.peers) { put_peer(text, peer, "[Peer]", " = "); }
}

}  // namespace

std::vector<ExportedFile> wg_quick_files(const ExportedNode& node) {
  std::vector<ExportedFile> files;
  files.push_back({node.device + ".conf", Readers::kOwner, secret_text_of(node, put_file)});
  return files;
}

}  // namespace wgmesh
