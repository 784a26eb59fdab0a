#include "agent/firewall.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include <cstring>
#include <string>
#include <vector>

#include "agent/kernel_text.h"
#include "agent/netlink_socket.h"
#include "common/error.h"
#include "common/unique_fd.h"

namespace wgmesh {
namespace {

std::uint32_t big_endian(const Attribute& attribute) { return ntohl(attribute.u32()); }

bool bridge_asks_firewall() {
  return read_kernel_text("/proc/sys/net/bridge/bridge-nf-call-iptables").starts_with('1');
}

bool nftables_drops() {
  NetlinkSocket socket(NETLINK_NETFILTER);
  NetlinkMessage request((NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_GETCHAIN, 0);
  const nfgenmsg header{.nfgen_family = NFPROTO_UNSPEC, .version = NFNETLINK_V0, .res_id = 0};
  request.put_header(&header, sizeof header);
  for (const NetlinkReply& reply : socket.dump(request)) {
    const std::optional<ChainReport> chain = parse_chain(reply.payload);
    if (chain && chain->hook == NF_INET_FORWARD && chain->policy == NF_DROP &&
        (chain->family == NFPROTO_INET || chain->family == NFPROTO_IPV4 ||
         chain->family == NFPROTO_IPV6)) {
      return true;
    }
  }
  return false;
}

// The older iptables has no netlink: the policy is the last rule of the hook, found by its offset
// in the table's octets.
bool iptables_drops() {
  const std::string tables = '\n' + read_kernel_text("/proc/thread-self/net/ip_tables_names");
  if (tables.find("\nfilter\n") == std::string::npos) return false;  // asking would load it

  // Any IPv4 socket will do, and a raw one would need one capability more.
  const UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ipt_getinfo info{};
  std::strcpy(info.name, "filter");
  socklen_t size = sizeof info;
  if (!socket || getsockopt(socket.get(), IPPROTO_IP, IPT_SO_GET_INFO, &info, &size) != 0) {
    return false;
  }
  std::vector<std::uint8_t> octets(sizeof(ipt_get_entries) + info.size);
  auto* const request = reinterpret_cast<ipt_get_entries*>(octets.data());
  std::strcpy(request->name, "filter");
  request->size = info.size;
  size = static_cast<socklen_t>(octets.size());
  if (getsockopt(socket.get(), IPPROTO_IP, IPT_SO_GET_ENTRIES, octets.data(), &size) != 0) {
    return false;
  }
  const std::size_t policy = sizeof(ipt_get_entries) + info.underflow[NF_INET_FORWARD];
  ipt_entry entry;
  xt_standard_target target;
  if (policy + sizeof entry > octets.size()) return false;
  std::memcpy(&entry, octets.data() + policy, sizeof entry);
  if (policy + entry.target_offset + sizeof target > octets.size()) return false;
  std::memcpy(&target, octets.data() + policy + entry.target_offset, sizeof target);
  return target.verdict == -NF_DROP - 1;
}

}  // namespace

// NFTA_CHAIN_HOOK { NFTA_HOOK_HOOKNUM }, NFTA_CHAIN_POLICY; numbers are big endian.
std::optional<ChainReport> parse_chain(Octets payload) {
  Octets attributes;
  ChainReport chain;
  chain.family = read_header<nfgenmsg>(payload, attributes).nfgen_family;
  bool has_hook = false;
  bool has_policy = false;
  for (const Attribute& attribute : Attributes(attributes)) {
    if (attribute.type() == NFTA_CHAIN_POLICY) {
      has_policy = true;
      chain.policy = big_endian(attribute);
    } else if (attribute.type() == NFTA_CHAIN_HOOK) {
      for (const Attribute& part : attribute.nested()) {
        if (part.type() != NFTA_HOOK_HOOKNUM) continue;
        has_hook = true;
        chain.hook = big_endian(part);
      }
    }
  }
  if (!has_hook || !has_policy) return std::nullopt;
  return chain;
}

bool drops_bridged_packets() {
  if (!bridge_asks_firewall()) return false;
  try {
    if (nftables_drops()) return true;
  } catch (const Error&) {
    // A kernel without nftables; there may be the older one.
  }
  return iptables_drops();
}

}  // namespace wgmesh
