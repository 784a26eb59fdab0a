// What the kernel says when somebody else asks: a second reader, over libmnl, that shares no code
// with the agent. For tests only.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace wgmesh {

struct SeenLink {
  int index = 0;
  std::string kind;
  std::string alias;
  std::set<std::string> altnames;
  std::uint32_t group = 0;
  std::uint32_t mtu = 0;
  std::string master;
  std::string mac;  // "02:00:00:00:00:01"
  bool up = false;
  std::set<std::string> addresses;  // with prefix length, IPv6 link-local ones too
  // Of the kind, and of the bridge port, by attribute number: the octets in hex.
  std::map<int, std::string> data;
  std::map<int, std::string> port_data;
};

struct SeenPeer {
  std::string preshared_key;  // hex
  std::string endpoint;       // hex of the sockaddr
  int persistent_keepalive = 0;
  std::set<std::string> allowed_ips;
};

struct SeenDevice {
  std::string private_key;  // hex
  int listen_port = 0;
  std::uint32_t fwmark = 0;
  std::map<std::string, SeenPeer> peers;  // by public key, hex
};

std::map<std::string, SeenLink> seen_links();  // by name
SeenDevice seen_device(const std::string& name);
std::string hex(const void* octets, std::size_t size);

}  // namespace wgmesh
