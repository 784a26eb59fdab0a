#include "controller/mesh/node_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "common/naming.h"
#include "controller/text/enumeration.h"

namespace wgmesh {
namespace {

constexpr const char* kSwitchOff =
    "sysctl net.bridge.bridge-nf-call-iptables=0 net.bridge.bridge-nf-call-ip6tables=0";

bool is_of_iptables(const std::string& chain) {
  return chain.starts_with("ip filter ") || chain.starts_with("ip6 filter ");
}

Finding masquerading(const std::string& node, const std::string& bridge, const std::string& chain) {
  return {node,
          fmt::format("br_netfilter hands frames that it passes on to {}, which gives all of them "
                      "an address of this node",
                      chain),
          fmt::format("leave the mesh out, before that rule: iptables -t nat -I POSTROUTING -o {} "
                      "-j RETURN (and ip6tables); or, where nothing there wants bridged frames "
                      "filtered: {}",
                      bridge, kSwitchOff)};
}

Finding dropping(const std::string& node, const std::string& bridge, const std::string& chain) {
  return {node,
          fmt::format("br_netfilter sends bridged frames through {}, which drops them", chain),
          is_of_iptables(chain)
              ? fmt::format("let them through: iptables -I FORWARD -i {0} -o {0} -j ACCEPT (and "
                            "ip6tables)",
                            bridge)
              : fmt::format("let them through: nft insert rule {0} iifname {1} oifname {1} accept",
                            chain, bridge)};
}

Finding filtering(const std::string& node, const std::string& bridge, const std::string& chain) {
  return {
      node,
      fmt::format("the bridge's own packet filter, {}, drops frames that it passes on", chain),
      fmt::format("let them through: nft insert rule {} meta ibrname {} accept", chain, bridge)};
}

std::string mac_of(const std::string& bridge_id) {
  const std::size_t dot = bridge_id.find('.');
  return dot == std::string::npos ? std::string() : bridge_id.substr(dot + 1);
}

}  // namespace

void find_missing_addresses(const Node& node, const proto::Status& status,
                            std::vector<Finding>& findings) {
  const auto& present = status.bridge().addresses();
  for (const Prefix& address : node.addresses) {
    if (std::ranges::find(present, to_text(address)) != present.end()) { continue; }
    findings.push_back(
        {node.name, fmt::format("it does not have its address {}", to_text(address)),
         "the mesh file was edited since, or somebody has removed it: run `mesh sync`"});
  }
}

void find_firewall_faults(const Mesh& mesh, const Node& node, const proto::Hello& hello,
                          std::vector<Finding>& findings) {
  const std::string bridge = bridge_name(mesh.name);
  if (hello.bridge_netfilter_drops() && hello.firewall_size() == 0) {
    findings.push_back(dropping(node.name, bridge, "ip filter FORWARD"));
  }
  for (const proto::FirewallFault& fault : hello.firewall()) {
    if (fault.bridge_family()) {
      findings.push_back(filtering(node.name, bridge, fault.chain()));
    } else if (fault.what() == proto::FirewallFault::MASQUERADES) {
      findings.push_back(masquerading(node.name, bridge, fault.chain()));
    } else {
      findings.push_back(dropping(node.name, bridge, fault.chain()));
    }
  }
}

const Node* find_bridge(const Mesh& mesh, const std::string& bridge_id) {
  const std::string mac = mac_of(bridge_id);
  const auto found = std::ranges::find_if(mesh.nodes, [&](const Node& node) {
    std::string own;
    for (const std::uint8_t octet : bridge_mac(mesh.name, node.name).octets) {
      own += fmt::format("{:02x}", octet);
    }
    return own == mac;
  });
  return found == mesh.nodes.end() ? nullptr : &*found;
}

std::vector<std::string> find_foreign_roots(const Mesh& mesh, const Examination& examination) {
  std::map<std::string, std::vector<std::string>> believers;  // by root
  for (const Node& node : mesh.nodes) {
    const auto examined = examination.nodes.find(node.name);
    if (examined == examination.nodes.end() || !examined->second.status) { continue; }
    const proto::Status& status = *examined->second.status;
    const std::string& root = status.bridge().root_id();
    if (!status.is_up() || !status.bridge().stp() || root.empty()) { continue; }
    if (find_bridge(mesh, root) == nullptr) { believers[root].push_back(node.name); }
  }
  std::vector<std::string> sentences;
  for (const auto& [root, nodes] : believers) {
    sentences.push_back(fmt::format(
        "{}: the root of the spanning tree is {}, no node of this mesh: a switch behind "
        "bridge_ports, or a node that wants to see traffic pass; `mesh info` shows by which port "
        "(root_port) it is reached",
        enumerated(nodes), root));
  }
  return sentences;
}

}  // namespace wgmesh
