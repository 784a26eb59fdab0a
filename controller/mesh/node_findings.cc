#include "controller/mesh/node_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "common/locate_port.h"
#include "common/naming.h"
#include "controller/mesh/learned_in_plan.h"
#include "controller/text/enumeration.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

bool is_of_iptables(const std::string& chain) {
  return chain.starts_with("ip filter ") || chain.starts_with("ip6 filter ");
}

Said dropping(const std::string& bridge, const std::string& chain) {
  return say<"check-firewall-drops">(
      chain,
      is_of_iptables(chain)
          ? fmt::format("iptables -I FORWARD -i {0} -o {0} -j ACCEPT (and ip6tables)", bridge)
          : fmt::format("nft insert rule {0} iifname {1} oifname {1} accept", chain, bridge));
}

std::string mac_of(const std::string& bridge_id) {
  const std::size_t dot = bridge_id.find('.');
  return dot == std::string::npos ? std::string() : bridge_id.substr(dot + 1);
}

}  // namespace

Finding finding(std::string where, Said said) {
  return {std::move(where), std::move(said.text), std::move(said.cure), std::move(said.id)};
}

void find_missing_addresses(const Node& node, const proto::Status& status,
                            std::vector<Finding>& findings) {
  const auto& present = status.bridge().addresses();
  for (const Prefix& address : node.addresses) {
    if (std::ranges::find(present, to_text(address)) != present.end()) { continue; }
    findings.push_back(finding(node.name, say<"check-address-missing">(to_text(address))));
  }
}

void find_firewall_faults(const Mesh& mesh, const Node& node, const proto::Hello& hello,
                          std::vector<Finding>& findings) {
  const std::string bridge = bridge_name(mesh.name);
  if (hello.bridge_netfilter_drops() && hello.firewall_size() == 0) {
    findings.push_back(finding(node.name, dropping(bridge, "ip filter FORWARD")));
  }
  for (const proto::FirewallFault& fault : hello.firewall()) {
    if (fault.bridge_family()) {
      findings.push_back(
          finding(node.name, say<"check-bridge-filter-drops">(fault.chain(), bridge)));
    } else if (fault.what() == proto::FirewallFault::MASQUERADES) {
      findings.push_back(
          finding(node.name, say<"check-firewall-masquerades">(fault.chain(), bridge)));
    } else {
      findings.push_back(finding(node.name, dropping(bridge, fault.chain())));
    }
  }
}

void find_dropped_questions(const Mesh& mesh, const Node& node, const proto::Hello& hello,
                            std::vector<Finding>& findings) {
  // Only a link that was learned is looked for again.
  if (mesh.learned.links.empty() || !locates_peers(mesh, node)) { return; }
  const bool is_ipv4 = mesh.underlay.address.family == Family::kIpv4;
  const std::string device = wireguard_name(mesh.name);
  for (const proto::FirewallFault& fault : hello.inside_firewall()) {
    const std::string& chain = fault.chain();
    if (chain.starts_with(is_ipv4 ? "ip6 " : "ip ")) { continue; }
    const std::string rule =
        is_of_iptables(chain) ? fmt::format("{}tables -I INPUT -i {} -p udp --dport {} -j ACCEPT",
                                            is_ipv4 ? "ip" : "ip6", device, kLocatePort)
                              : fmt::format("nft insert rule {} iifname {} udp dport {} accept",
                                            chain, device, kLocatePort);
    findings.push_back(
        finding(node.name, say<"check-firewall-drops-questions">(chain, device, rule)));
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

std::vector<Said> find_foreign_roots(const Mesh& mesh, const NodeViews& views) {
  std::map<std::string, std::vector<std::string>> believers;  // by root
  for (const Node& node : mesh.nodes) {
    const auto view = views.find(node.name);
    if (view == views.end() || view->second.status == nullptr) { continue; }
    const proto::Status& status = *view->second.status;
    const std::string& root = status.bridge().root_id();
    if (!status.is_up() || !status.bridge().stp() || root.empty()) { continue; }
    believers[root].push_back(node.name);
  }
  std::vector<Said> warnings;
  for (const auto& [root, nodes] : believers) {
    if (find_bridge(mesh, root) != nullptr) { continue; }
    warnings.push_back(say<"mesh-root-foreign">(enumerated(nodes), root));
  }
  return warnings;
}

}  // namespace wgmesh
