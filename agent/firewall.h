// Whether the node's firewall drops what the bridge forwards: br_netfilter hands bridged IP packets
// to the FORWARD chains, whose policy Docker and others set to drop. Read only; loads no module.
#pragma once

#include <cstdint>
#include <optional>

#include "agent/attributes.h"

namespace wgmesh {

// A base chain of nftables (which iptables-nft uses as well).
struct ChainReport {
  std::uint8_t family = 0;   // NFPROTO_*
  std::uint32_t hook = 0;    // NF_INET_*
  std::uint32_t policy = 0;  // NF_DROP, NF_ACCEPT

  bool operator==(const ChainReport&) const = default;
};

// `payload` of an NFT_MSG_NEWCHAIN, nfgenmsg first. Empty for a chain that is no base chain. Throws
// Error when it is malformed.
std::optional<ChainReport> parse_chain(Octets payload);

// Of this network namespace: br_netfilter is on, and a FORWARD policy is drop (nftables or the
// older iptables). Rules that accept our frames before the policy does are not read, so this is a
// hint.
bool drops_bridged_packets();

}  // namespace wgmesh
