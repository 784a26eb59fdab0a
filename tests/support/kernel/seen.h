// What the kernel says when somebody else asks: a second reader, over libmnl, that shares no code
// with the agent. For tests only.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace wgmesh {

struct SeenInterface {
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
  bool operator==(const SeenInterface&) const = default;
};

struct SeenPeer {
  std::string preshared_key;  // hex
  std::string endpoint;       // hex of the sockaddr
  int persistent_keepalive = 0;
  std::set<std::string> allowed_ips;
  bool operator==(const SeenPeer&) const = default;
};

struct SeenDevice {
  std::string private_key;  // hex
  int listen_port = 0;
  std::uint32_t fwmark = 0;
  std::map<std::string, SeenPeer> peers;  // by public key, hex
  bool operator==(const SeenDevice&) const = default;
};

// All interfaces of the namespace, and every WireGuard device; without what changes by itself or is
// handed out: index, what the spanning tree is at, timers, link-local addresses of bridges.
struct SeenNode {
  std::map<std::string, SeenInterface> interfaces;
  std::map<std::string, SeenDevice> devices;
  std::set<std::string> routes;                 // of the main tables, as `ip` words
  std::map<std::string, std::string> settings;  // router advertisements of each interface
  bool operator==(const SeenNode&) const = default;
};

std::map<std::string, SeenInterface> seen_interfaces();  // by name
SeenDevice seen_device(const std::string& name);
SeenNode seen_node();
// The interfaces, and their fields, in which two nodes differ; empty: they are equal.
std::string difference(const SeenNode& a, const SeenNode& b);
std::string hex(const void* octets, std::size_t size);

}  // namespace wgmesh
