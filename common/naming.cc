#include "common/naming.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/error.h"
#include "common/hash.h"
#include "common/messages.h"

namespace wgmesh {
namespace {

// Crockford's base 32: no letters that are taken for digits.
constexpr std::string_view kBase32 = "0123456789abcdefghjkmnpqrstvwxyz";

std::string short_hash(std::string_view mesh, std::string_view peer) {
  const Hash hash = hash_of({"wgmesh tunnel name", mesh, peer});
  std::string text;
  for (std::size_t i = 0; i < 5; ++i) { text += kBase32[hash[i] & 31u]; }
  return text;
}

MacAddress mac_from(const Hash& hash) {
  MacAddress mac;
  std::copy_n(hash.begin(), mac.octets.size(), mac.octets.begin());
  // Locally administered, and not a group address.
  mac.octets[0] = static_cast<std::uint8_t>((mac.octets[0] & 0xfcu) | 0x02u);
  return mac;
}

// Neither the network address nor, in IPv4, the broadcast address. IPv6 keeps clear of all ones
// too: the reserved anycast addresses sit there.
bool is_host(const Prefix& candidate) {
  const Prefix network = network_of(candidate);
  if (candidate.address == network.address) { return false; }
  IpAddress broadcast = network.address;
  for (unsigned bit = candidate.length; bit < broadcast.bits(); ++bit) {
    broadcast.octets[bit / 8] |= static_cast<std::uint8_t>(0x80u >> (bit % 8));
  }
  return candidate.address != broadcast;
}

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

bool is_mesh_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxMeshName && std::ranges::all_of(name, [](char c) {
    return is_alphanumeric(c) || c == '_' || c == '-';
  });
}

bool is_node_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxNodeName && is_alphanumeric(name.front()) &&
         std::ranges::all_of(
             name, [](char c) { return is_alphanumeric(c) || c == '.' || c == '_' || c == '-'; });
}

bool is_interface_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxInterfaceName && name != "." && name != ".." &&
         std::ranges::all_of(name,
                             [](char c) { return c > ' ' && c < 0x7f && c != '/' && c != ':'; });
}

std::string wireguard_name(std::string_view mesh) { return fmt::format("wg-{}", mesh); }
std::string bridge_name(std::string_view mesh) { return fmt::format("br-{}", mesh); }

std::string tunnel_full_name(std::string_view mesh, std::string_view peer) {
  // Neither mesh nor node names may hold '~'.
  const bool is_ambiguous = mesh.find('-') != std::string_view::npos;
  return is_ambiguous ? fmt::format("gt-{}~{}", mesh, peer) : former_full_name(mesh, peer);
}

std::string former_full_name(std::string_view mesh, std::string_view peer) {
  return fmt::format("gt-{}-{}", mesh, peer);
}

std::string tunnel_name(std::string_view mesh, std::string_view peer) {
  std::string full = tunnel_full_name(mesh, peer);
  // A '-' in the mesh's name would let mesh "a", peer "b-c" meet mesh "a-b", peer "c".
  if (full.size() <= kMaxInterfaceName && mesh.find('-') == std::string_view::npos) { return full; }
  // Neither mesh nor node names may hold '~', so the two forms never meet.
  return fmt::format("gt-{}~{}", peer.substr(0, 6), short_hash(mesh, peer));
}

std::uint32_t interface_group(std::string_view mesh) {
  const Hash hash = hash_of({"wgmesh link group", mesh});
  std::uint32_t group = 0;
  for (std::size_t i = 0; i < 4; ++i) { group = group << 8 | hash[i]; }
  return (group & 0x7fffffffu) | 0x10000u;
}

std::string interface_alias(std::string_view mesh, std::string_view peer) {
  return peer.empty() ? fmt::format("wgmesh:{}", mesh) : fmt::format("wgmesh:{}:{}", mesh, peer);
}

Prefix default_underlay(std::string_view mesh) {
  const Hash hash = hash_of({"wgmesh underlay", mesh});
  Prefix underlay{{Family::kIpv6, {}}, 64};
  underlay.address.octets[0] = 0xfd;
  std::copy_n(hash.begin(), 7, underlay.address.octets.begin() + 1);
  return underlay;
}

Prefix default_ipv4_underlay(std::string_view mesh) {
  const Hash hash = hash_of({"wgmesh underlay", mesh});
  Prefix underlay{{Family::kIpv4, {198, 18}}, 19};
  underlay.address.octets[1] = static_cast<std::uint8_t>(18 | (hash[0] & 1));
  underlay.address.octets[2] = static_cast<std::uint8_t>(hash[1] & 0xe0);
  return underlay;
}

Prefix inner_address(std::string_view mesh, std::string_view node, const Prefix& underlay) {
  const unsigned bits = underlay.address.bits();
  if (underlay.length + 2 > bits) {
    throw Error(say_common<"underlay-too-small">(to_text(underlay), bits - 2));
  }
  for (unsigned attempt = 0;; ++attempt) {
    const Hash hash = hash_of({"wgmesh inner address", mesh, node, std::to_string(attempt)});
    Prefix candidate = network_of(underlay);
    // The hash's last octets fill the host bits, so addresses look alike under any prefix length.
    for (unsigned bit = underlay.length; bit < bits; ++bit) {
      const auto mask = static_cast<std::uint8_t>(0x80u >> (bit % 8));
      const std::size_t from = hash.size() - bits / 8 + bit / 8;
      candidate.address.octets[bit / 8] |= static_cast<std::uint8_t>(hash[from] & mask);
    }
    if (is_host(candidate)) { return candidate; }
  }
}

MacAddress bridge_mac(std::string_view mesh, std::string_view node) {
  return mac_from(hash_of({"wgmesh bridge mac", mesh, node}));
}

MacAddress tunnel_mac(std::string_view mesh, std::string_view node, std::string_view peer) {
  return mac_from(hash_of({"wgmesh tunnel mac", mesh, node, peer}));
}

}  // namespace wgmesh
