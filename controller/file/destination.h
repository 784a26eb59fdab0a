// The texts that say where a node is: SSH destinations and WireGuard endpoints, as people write
// them. Text to values only: no file, no resolver, no defaults.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "controller/mesh/mesh.h"

namespace wgmesh {

struct HostAndPort {
  std::string host;  // an IPv6 address without its brackets
  std::optional<std::uint16_t> port;
  bool operator==(const HostAndPort&) const = default;
};

// `host`, `host:port`, `[v6]`, `[v6]:port`, or a bare IPv6 address, which is never cut at its last
// colon. Throws Error that says what is wrong. Hosts are not looked at.
HostAndPort split_host_port(std::string_view text);

// [user@]host[:port], the host in any form of split_host_port, or ssh://… of it. What could be
// taken for an option of `ssh`, or for more than one word, is refused. Throws Error.
SshTarget parse_ssh_target(std::string_view text);

// What peers send to: a DNS name, an IPv4 or an IPv6 address. Throws Error for what can be neither,
// and for addresses that no peer could send to.
void check_endpoint_host(std::string_view host);

// A value of `proxy_jump`: `none`, or SSH destinations separated by commas. Throws Error.
void check_proxy_jump(std::string_view text);

}  // namespace wgmesh
