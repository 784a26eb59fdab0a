#include "common/net.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace wgmesh {
namespace {

// Decimal digits only, no sign, no leading zero but for "0" itself.
std::optional<unsigned> parse_decimal(std::string_view text, unsigned most) {
  if (text.empty() || (text.size() > 1 && text.front() == '0')) { return std::nullopt; }
  unsigned value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || end != text.data() + text.size() || value > most) {
    return std::nullopt;
  }
  return value;
}

// The octet at `index` of a mask of `length` leading ones.
std::uint8_t mask_octet(unsigned length, std::size_t index) {
  const auto before = static_cast<unsigned>(index) * 8;
  if (length >= before + 8) { return 0xff; }
  if (length <= before) { return 0; }
  return static_cast<std::uint8_t>(0xff00u >> (length - before));
}

}  // namespace

std::optional<IpAddress> parse_ip(std::string_view text) {
  // inet_pton wants a terminated string, and the longest address has 45 characters.
  if (text.size() > 45 || text.find('\0') != std::string_view::npos) { return std::nullopt; }
  const std::string terminated(text);
  IpAddress address;
  address.family = text.find(':') == std::string_view::npos ? Family::kIpv4 : Family::kIpv6;
  const int family = address.family == Family::kIpv4 ? AF_INET : AF_INET6;
  if (inet_pton(family, terminated.c_str(), address.octets.data()) != 1) { return std::nullopt; }
  return address;
}

std::optional<Prefix> parse_prefix(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) { return std::nullopt; }
  const auto address = parse_ip(text.substr(0, slash));
  if (!address) { return std::nullopt; }
  const auto length = parse_decimal(text.substr(slash + 1), address->bits());
  if (!length) { return std::nullopt; }
  return Prefix{*address, *length};
}

std::optional<HostPort> parse_host_port(std::string_view text) {
  std::string_view host;
  std::string_view port;
  if (!text.empty() && text.front() == '[') {
    const auto close = text.find("]:");
    if (close == std::string_view::npos) { return std::nullopt; }
    host = text.substr(1, close - 1);
    port = text.substr(close + 2);
    const auto address = parse_ip(host);
    if (!address || address->family != Family::kIpv6) { return std::nullopt; }
  } else {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) { return std::nullopt; }
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
  }
  const auto number = parse_decimal(port, 65535);
  if (host.empty() || !number || *number == 0) { return std::nullopt; }
  return HostPort{std::string(host), static_cast<std::uint16_t>(*number)};
}

std::optional<SocketAddress> parse_socket_address(std::string_view text) {
  const auto host_port = parse_host_port(text);
  if (!host_port) { return std::nullopt; }
  const auto address = parse_ip(host_port->host);
  if (!address) { return std::nullopt; }
  return SocketAddress{*address, host_port->port};
}

std::optional<MacAddress> parse_mac(std::string_view text) {
  MacAddress mac;
  if (text.size() != 17) { return std::nullopt; }
  for (std::size_t i = 0; i < 6; ++i) {
    const std::string_view pair = text.substr(i * 3, 2);
    const auto [end, failed] = std::from_chars(pair.data(), pair.data() + 2, mac.octets[i], 16);
    if (failed != std::errc() || end != pair.data() + 2) { return std::nullopt; }
    if (i < 5 && text[i * 3 + 2] != ':') { return std::nullopt; }
  }
  return mac;
}

std::string to_text(const IpAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = address.family == Family::kIpv4 ? AF_INET : AF_INET6;
  inet_ntop(family, address.octets.data(), text.data(), text.size());
  return text.data();
}

std::string to_text(const Prefix& prefix) {
  return fmt::format("{}/{}", to_text(prefix.address), prefix.length);
}

std::string to_text(const SocketAddress& address) {
  return to_text(HostPort{to_text(address.address), address.port});
}

std::string to_text(const HostPort& host_port) {
  const bool is_ipv6 = host_port.host.find(':') != std::string::npos;
  return is_ipv6 ? fmt::format("[{}]:{}", host_port.host, host_port.port)
                 : fmt::format("{}:{}", host_port.host, host_port.port);
}

std::string to_text(const MacAddress& mac) {
  return fmt::format("{:02x}", fmt::join(mac.octets, ":"));
}

Prefix network_of(const Prefix& prefix) {
  Prefix network = prefix;
  for (std::size_t i = 0; i < network.address.octets.size(); ++i) {
    network.address.octets[i] &= mask_octet(prefix.length, i);
  }
  return network;
}

bool contains(const Prefix& prefix, const IpAddress& address) {
  return prefix.address.family == address.family &&
         network_of(prefix).address == network_of({address, prefix.length}).address;
}

bool overlap(const Prefix& a, const Prefix& b) {
  return a.length <= b.length ? contains(a, b.address) : contains(b, a.address);
}

bool is_loopback(const IpAddress& address) {
  static const IpAddress kLoopback = *parse_ip("::1");
  return address.family == Family::kIpv4 ? address.octets[0] == 127 : address == kLoopback;
}

bool is_link_local(const IpAddress& address) {
  static const Prefix kIpv4 = *parse_prefix("169.254.0.0/16");
  static const Prefix kIpv6 = *parse_prefix("fe80::/10");
  return contains(kIpv4, address) || contains(kIpv6, address);
}

bool is_private(const IpAddress& address) {
  static const std::array<Prefix, 5> kPrivate{
      *parse_prefix("10.0.0.0/8"), *parse_prefix("172.16.0.0/12"), *parse_prefix("192.168.0.0/16"),
      *parse_prefix("100.64.0.0/10"), *parse_prefix("fc00::/7")};
  return std::ranges::any_of(kPrivate,
                             [&](const Prefix& prefix) { return contains(prefix, address); });
}

bool is_one_host(const IpAddress& address) {
  static const IpAddress kUnspecified = *parse_ip("::");
  if (address.family == Family::kIpv4) { return address.octets[0] != 0 && address.octets[0] < 224; }
  return address.octets[0] != 0xff && address != kUnspecified;
}

bool is_public(const IpAddress& address) {
  // An IPv4 address in the clothes of IPv6 would pass as none of the others.
  static const Prefix kMapped = *parse_prefix("::ffff:0:0/96");
  return is_one_host(address) && !is_loopback(address) && !is_link_local(address) &&
         !is_private(address) && !contains(kMapped, address);
}

}  // namespace wgmesh
