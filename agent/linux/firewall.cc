#include "agent/linux/firewall.h"

#include <netinet/in.h>  // ahead of the kernel, which defines the same otherwise

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "agent/linux/iptables_rules.h"
#include "agent/linux/nft_rules.h"
#include "agent/netlink/netlink_socket.h"
#include "agent/store/kernel_text.h"
#include "common/error.h"
#include "common/unique_fd.h"

namespace wgmesh {
namespace {

using Verdict = RuleReport::Verdict;

bool bridge_asks_firewall() {
  for (const char* const family : {"iptables", "ip6tables"}) {
    const std::string path = std::string("/proc/sys/net/bridge/bridge-nf-call-") + family;
    if (read_kernel_text(path).starts_with('1')) { return true; }
  }
  return false;
}

NetlinkMessage request_for(int kind, std::uint8_t family = NFPROTO_UNSPEC) {
  NetlinkMessage request(static_cast<std::uint16_t>((NFNL_SUBSYS_NFTABLES << 8) | kind), 0);
  const nfgenmsg header{.nfgen_family = family, .version = NFNETLINK_V0, .res_id = 0};
  request.put_header(&header, sizeof header);
  return request;
}

std::vector<NetlinkReply> dump(NetlinkSocket& socket, int kind) {
  NetlinkMessage request = request_for(kind);
  return socket.dump(request);
}

// Rules take ports and interfaces from sets, such as `udp dport { 53, 21820 } accept`.
bool a_set_names_locate(NetlinkSocket& socket, const RuleReport& rule, const std::string& device) {
  return std::ranges::any_of(rule.sets, [&](const std::string& set) {
    NetlinkMessage request = request_for(NFT_MSG_GETSETELEM, rule.family);
    request.put_text(NFTA_SET_ELEM_LIST_TABLE, rule.table);
    request.put_text(NFTA_SET_ELEM_LIST_SET, set);
    return std::ranges::any_of(socket.dump(request), [&](const NetlinkReply& reply) {
      return names_locate(reply.payload, device);
    });
  });
}

std::vector<proto::FirewallFault> find_in_nftables(const std::string& bridge,
                                                   const std::string& device, bool ip_too) {
  if (::access("/sys/module/nf_tables", F_OK) != 0) {
    return {};  // asking would load it
  }
  NetlinkSocket socket(NETLINK_NETFILTER);
  std::vector<ChainReport> chains;
  for (const NetlinkReply& reply : dump(socket, NFT_MSG_GETCHAIN)) {
    if (const auto chain = parse_chain(reply.payload)) { chains.push_back(*chain); }
  }
  if (chains.empty()) { return {}; }
  std::vector<RuleReport> rules;
  for (const NetlinkReply& reply : dump(socket, NFT_MSG_GETRULE)) {
    rules.push_back(parse_rule(reply.payload, bridge, device));
  }
  auto faults = find_faults(chains, rules, ip_too);
  if (device.empty() || find_question_drops(chains, rules).empty()) { return faults; }
  // A set may have thousands of elements, so they are only read if they can end a finding.
  for (RuleReport& rule : rules) {
    if (rule.names_locate || rule.verdict != Verdict::kAccept) { continue; }
    rule.names_locate = a_set_names_locate(socket, rule, device);
  }
  for (auto& fault : find_question_drops(chains, rules)) { faults.push_back(std::move(fault)); }
  return faults;
}

// The older iptables has no netlink.
void look_in_iptables(const char* table, unsigned hook, const std::string& bridge, Verdict wanted,
                      proto::FirewallFault::What what, const char* chain,
                      std::vector<proto::FirewallFault>& faults) {
  const std::string tables = '\n' + read_kernel_text("/proc/thread-self/net/ip_tables_names");
  if (tables.find('\n' + std::string(table) + '\n') == std::string::npos) { return; }

  // Any IPv4 socket will do, and a raw one would need one capability more.
  const UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ipt_getinfo info{};
  std::strcpy(info.name, table);
  socklen_t size = sizeof info;
  if (!socket || getsockopt(socket.get(), IPPROTO_IP, IPT_SO_GET_INFO, &info, &size) != 0) {
    return;
  }
  std::vector<std::uint8_t> octets(sizeof(ipt_get_entries) + info.size);
  auto* const request = reinterpret_cast<ipt_get_entries*>(octets.data());
  std::strcpy(request->name, table);
  request->size = info.size;
  size = static_cast<socklen_t>(octets.size());
  if (getsockopt(socket.get(), IPPROTO_IP, IPT_SO_GET_ENTRIES, octets.data(), &size) != 0) {
    return;
  }
  const Octets entries = Octets(octets).subspan(sizeof(ipt_get_entries));
  if (fate_in_iptables(entries, info.hook_entry[hook], info.underflow[hook], bridge) != wanted) {
    return;
  }
  proto::FirewallFault& fault = faults.emplace_back();
  fault.set_what(what);
  fault.set_chain(chain);
}

}  // namespace

std::vector<proto::FirewallFault> find_firewall_faults(const std::string& bridge,
                                                       const std::string& device) {
  const bool ip_too = bridge_asks_firewall();
  std::vector<proto::FirewallFault> faults;
  try {
    faults = find_in_nftables(bridge, device, ip_too);
  } catch (const Error&) {
    // A kernel without nftables; there may be the older one.
  }
  if (!ip_too) { return faults; }
  look_in_iptables("filter", NF_INET_FORWARD, bridge, Verdict::kDrop, proto::FirewallFault::DROPS,
                   "ip filter FORWARD", faults);
  look_in_iptables("nat", NF_INET_POST_ROUTING, bridge, Verdict::kMasquerade,
                   proto::FirewallFault::MASQUERADES, "ip nat POSTROUTING", faults);
  return faults;
}

}  // namespace wgmesh
