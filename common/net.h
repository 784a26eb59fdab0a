// Addresses as values: IP addresses, prefixes, socket endpoints, MACs. Text in, text out, total
// order; no sockets and no resolver here.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wgmesh {

enum class Family : std::uint8_t { kIpv4, kIpv6 };

// An IPv4 or IPv6 address. IPv4 uses the first four octets; the rest is zero.
struct IpAddress {
  Family family = Family::kIpv4;
  std::array<std::uint8_t, 16> octets{};

  std::size_t size() const { return family == Family::kIpv4 ? 4 : 16; }
  unsigned bits() const { return family == Family::kIpv4 ? 32 : 128; }
  auto operator<=>(const IpAddress&) const = default;
};

// An address with a prefix length. Host bits are kept: "fd00::1/64" is an interface address.
struct Prefix {
  IpAddress address;
  unsigned length = 0;

  auto operator<=>(const Prefix&) const = default;
};

// Where a WireGuard peer listens, resolved.
struct SocketAddress {
  IpAddress address;
  std::uint16_t port = 0;

  auto operator<=>(const SocketAddress&) const = default;
};

// `host:port` as a person writes it; host may be a name or an address without brackets.
struct HostPort {
  std::string host;
  std::uint16_t port = 0;

  auto operator<=>(const HostPort&) const = default;
};

struct MacAddress {
  std::array<std::uint8_t, 6> octets{};
  auto operator<=>(const MacAddress&) const = default;
};

std::optional<IpAddress> parse_ip(std::string_view text);
std::optional<Prefix> parse_prefix(std::string_view text);  // length required, and in range
std::optional<SocketAddress> parse_socket_address(std::string_view text);  // 1.2.3.4:5 or [::1]:5
std::optional<MacAddress> parse_mac(std::string_view text);
// The wire form "host:port" / "[v6]:port" that to_text(HostPort) writes. The port is required.
std::optional<HostPort> parse_host_port(std::string_view text);

std::string to_text(const IpAddress& address);
std::string to_text(const Prefix& prefix);
std::string to_text(const SocketAddress& address);
std::string to_text(const HostPort& host_port);  // brackets around an IPv6 address
std::string to_text(const MacAddress& mac);

// The prefix with its host bits cleared.
Prefix network_of(const Prefix& prefix);
bool contains(const Prefix& prefix, const IpAddress& address);
bool overlap(const Prefix& a, const Prefix& b);

// In 127.0.0.0/8, or ::1.
bool is_loopback(const IpAddress& address);
// In 169.254.0.0/16, or fe80::/10.
bool is_link_local(const IpAddress& address);
// Of a network that others have, too: 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10 (behind
// a carrier's NAT), or fc00::/7.
bool is_private(const IpAddress& address);
// False for 0.0.0.0/8 and ::, and for what is above the unicast addresses (224.0.0.0/3, ff00::/8).
bool is_one_host(const IpAddress& address);
// What others can see a node at from outside: of one host, and neither loopback, link-local nor private.
bool is_public(const IpAddress& address);

}  // namespace wgmesh
