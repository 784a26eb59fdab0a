// Chains and rules of nftables (which iptables-nft uses as well), read as far as one question goes:
// what happens to every frame that a bridge passes on. Pure; firewall.h asks the kernel.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/netlink/attributes.h"
#include "proto/session.pb.h"

namespace wgmesh {

// A base chain.
struct ChainReport {
  std::uint8_t family = 0;  // NFPROTO_*
  std::string table;
  std::string name;
  std::string type;          // "filter", "nat" …
  std::uint32_t hook = 0;    // NF_INET_*, which are those of bridges too
  std::uint32_t policy = 0;  // NF_DROP, NF_ACCEPT

  bool operator==(const ChainReport&) const = default;
};

struct RuleReport {
  enum class Verdict : std::uint8_t { kNone, kAccept, kReturn, kDrop, kMasquerade };

  std::uint8_t family = 0;
  std::string table;
  std::string chain;
  Verdict verdict = Verdict::kNone;  // kDrop: or reject; kNone: or a jump
  bool is_for_all = false;           // nothing is asked before the verdict
  bool names_bridge = false;         // the bridge's name stands in it
  bool names_locate = false;         // the WireGuard device stands in it, or the port of questions
  std::vector<std::string> sets;     // in which it looks something up

  bool operator==(const RuleReport&) const = default;
};

// `payload` of an NFT_MSG_NEWCHAIN, nfgenmsg first. Empty for a chain that is no base chain. Throws
// Error when it is malformed.
std::optional<ChainReport> parse_chain(Octets payload);
// `payload` of an NFT_MSG_NEWRULE. Throws Error when it is malformed.
RuleReport parse_rule(Octets payload, std::string_view bridge, std::string_view device = {});
// Whether the WireGuard device or the port of questions (locate_port.h) stands in `attributes`, of a rule or of a set.
bool names_locate(Octets attributes, std::string_view device);

// Chains that drop, or give another source, to all that `rules` do not let pass before. Where a
// table has a rule for the bridge's name that accepts, somebody has thought of it. `ip_too`:
// br_netfilter hands frames to the IP families as well. `rules` in the kernel's order.
std::vector<proto::FirewallFault> find_faults(const std::vector<ChainReport>& chains,
                                              const std::vector<RuleReport>& rules, bool ip_too);
// Chains of IP families that drop all that comes in and was not asked for. Where a table has a rule that accepts, and
// that names the WireGuard device or the port of questions (locate_port.h), somebody has thought of it.
std::vector<proto::FirewallFault> find_question_drops(const std::vector<ChainReport>& chains,
                                                      const std::vector<RuleReport>& rules);

}  // namespace wgmesh
