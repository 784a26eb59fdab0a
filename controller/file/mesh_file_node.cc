#include "controller/file/mesh_file_node.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <set>
#include <utility>

#include "common/locate_port.h"
#include "common/naming.h"
#include "controller/file/mesh_file_target.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

// The last one only where `nodes` is a list.
const std::array<std::string, 16> kNodeKeys = {
    "addr",   "ssh",  "exec",           "endpoint",      "listen_port",  "persistent_keepalive",
    "fwmark", "prio", "peers",          "underlay_addr", "bridge_ports", "state",
    "json",   "site", "local_endpoint", "name"};

// The words of `wg set`.
bool says_off(const Value& value) { return value.is_text() && value.node->text == "off"; }

std::optional<std::uint64_t> hexadecimal(const Value& value, std::uint64_t most) {
  const std::string& text = value.node->text;
  if (!value.is_text() || !(text.starts_with("0x") || text.starts_with("0X"))) {
    return std::nullopt;
  }
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data() + 2, end, number, 16);
  const bool is_number = result.ec == std::errc() && result.ptr == end && text.size() > 2;
  return is_number && number <= most ? std::optional(number) : std::nullopt;
}

bool is_special(const IpAddress& address) {
  for (const char* prefix : {"0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3", "::/127", "ff00::/8"}) {
    if (contains(*parse_prefix(prefix), address)) { return true; }
  }
  return false;
}

void check_address(const Value& value, const Prefix& address, const Prefix& network) {
  if (address.address.family != network.address.family) {
    // A second family on the same segment; its prefix is the user's choice.
    if (address.length == 0 || !is_host_address(address, address.address)) {
      value.fault(say<"file-address-of-no-host">(to_text(address)));
    }
    return;
  }
  if (!contains(network, address.address)) {
    value.fault(say<"file-address-outside">("network", to_text(network), to_text(address)));
  } else if (address.length != network.length) {
    value.fault(say<"file-address-length-differs">(to_text(address.address), network.length,
                                                   address.length));
  } else if (!is_host_address(network, address.address)) {
    value.fault(say<"file-address-of-all">(to_text(address.address), "network"));
  }
}

void read_addresses(const MapReader& map, const NodeContext& context, Node& node) {
  constexpr std::string_view kExpected = "an address with prefix length, such as 10.0.0.1/24";
  const auto value = map.require("addr", kExpected);
  if (!value) { return; }
  if (value->node->kind == YamlNode::Kind::kList && value->node->items.empty()) {
    value->fault(say<"file-address-missing">());
  }
  bool in_network = false;
  bool understood = true;
  for (const Value& item : read_list(*value, kExpected, true)) {
    const auto text = read_text(item, kExpected);
    const auto address = text ? parse_prefix(*text) : std::nullopt;
    if (!address) {
      if (text) { item.expected(kExpected); }
      understood = false;
    } else if (is_special(address->address)) {
      item.fault(say<"file-address-of-no-host">(to_text(*address)));
      understood = false;
    } else {
      if (context.network) {
        check_address(item, *address, *context.network);
        in_network = in_network || address->address.family == context.network->address.family;
      }
      node.addresses.push_back(*address);
    }
  }
  if (understood && context.network && !in_network && !node.addresses.empty()) {
    value->fault(say<"file-address-none-inside">(to_text(*context.network)));
  }
}

void read_target(const MapReader& map, bool is_needed, Node& node) {
  const auto ssh = map.find("ssh");
  const auto exec = map.find("exec");
  if (ssh) {
    if (auto target = read_ssh(*ssh)) { node.target = std::move(*target); }
  }
  if (exec) {
    if (ssh) { exec->fault(say<"file-exec-beside-ssh">()); }
    if (auto target = read_exec(*exec)) { node.target = std::move(*target); }
  }
  if (!ssh && !exec && is_needed) {
    static_cast<void>(map.require("ssh", "[user@]host[:port], or exec instead"));
  }
}

void read_peers(const MapReader& map, Node& node) {
  const auto value = map.find("peers");
  if (!value) { return; }
  for (const Value& item : read_list(*value, "a list of node names")) {
    auto peer = read_text(item, "a node's name");
    if (!peer) { continue; }
    if (*peer == node.name) {
      item.fault(say<"file-peer-of-itself">());
    } else if (std::ranges::find(node.peers, *peer) != node.peers.end()) {
      item.fault(say<"file-listed-twice">(shown(*peer)));
    } else {
      // That it exists is checked when all nodes are known; each keeps its place in the list.
      node.peers.push_back(std::move(*peer));
    }
  }
}

void read_underlay_address(const MapReader& map, const NodeContext& context, Node& node) {
  constexpr std::string_view kExpected = "an IP address without prefix length";
  const auto value = map.find("underlay_addr");
  if (!value) { return; }
  const auto text = read_text(*value, kExpected);
  if (!text) { return; }
  const auto address = parse_ip(*text);
  if (!address) {
    value->expected(kExpected);
  } else if (context.underlay) {
    const Prefix& underlay = *context.underlay;
    if (!contains(underlay, *address)) {
      value->fault(say<"file-address-outside">("underlay", to_text(underlay), *text));
    } else if (!is_host_address(underlay, *address)) {
      value->fault(say<"file-address-of-all">(to_text(*address), "underlay"));
    } else if (*address != inner_address(context.mesh, node.name, underlay).address) {
      // The derived one written out, as conf does, says nothing new.
      node.underlay_address = *address;
    }
  }
}

void read_bridge_ports(const MapReader& map, const NodeContext& context, Node& node) {
  const auto value = map.find("bridge_ports");
  if (!value) { return; }
  constexpr std::string_view kExpected = "the name of an interface, of 1 to 15 characters";
  for (const Value& item : read_list(*value, "a list of interface names")) {
    auto port = read_text(item, kExpected);
    if (!port) { continue; }
    if (!is_interface_name(*port)) {
      item.expected(kExpected);
    } else if (*port == "lo") {
      item.fault(say<"file-bridge-port-loopback">());
    } else if (!context.mesh.empty() &&
               (*port == bridge_name(context.mesh) || *port == wireguard_name(context.mesh) ||
                port->starts_with("gt-" + context.mesh + "-"))) {
      item.fault(say<"file-bridge-port-own">(shown(*port)));
    } else if (std::ranges::find(node.bridge_ports, *port) != node.bridge_ports.end()) {
      item.fault(say<"file-listed-twice">(shown(*port)));
    } else {
      node.bridge_ports.push_back(std::move(*port));
    }
  }
}

void read_site(const MapReader& map, Node& node) {
  constexpr std::string_view kExpected = "the name of a site";
  if (const auto site = map.find("site")) {
    const auto text = read_text(*site, kExpected);
    if (text && text->empty()) { site->expected(kExpected); }
    node.site = text.value_or("");
  }
  const auto endpoint = map.find("local_endpoint");
  if (!endpoint) { return; }
  node.local_endpoint = read_endpoint(*endpoint, node.listen_port);
  if (!map.find("site")) { endpoint->fault(say<"file-local-endpoint-useless">()); }
}

void read_state(const MapReader& map, Node& node) {
  const auto value = map.find("state");
  if (!value) { return; }
  const auto state = read_text(*value, "present or absent");
  if (!state) { return; }
  node.absent = *state == "absent";
  if (!node.absent && *state != "present") { value->expected("present or absent"); }
}

}  // namespace

std::span<const std::string> node_keys(bool with_name) {
  return {kNodeKeys.data(), kNodeKeys.size() - (with_name ? 0 : 1)};
}

Node read_node(const Value& value, Place key_place, std::string name, std::size_t position,
               const NodeContext& context) {
  // So an explicit priority below 4096 always wins.
  constexpr std::size_t kStep = 4096;
  Node node;
  node.name = std::move(name);
  node.priority = static_cast<std::uint16_t>(kStep * std::min<std::size_t>(position + 1, 15));
  node.listen_port = context.listen_port;
  node.persistent_keepalive = context.persistent_keepalive;
  node.fwmark = context.fwmark;

  const MapReader::Elsewhere elsewhere{context.mesh_keys, "of the mesh"};
  MapReader map(value, "a map with addr and ssh", node_keys(context.names_inside), {&elsewhere, 1});
  map.report_missing_at(key_place);
  read_addresses(map, context, node);
  read_target(map, context.needs_target, node);
  read_wireguard_settings(map, node.listen_port, node.persistent_keepalive, node.fwmark);
  if (const auto endpoint = map.find("endpoint")) {
    node.endpoint = read_endpoint(*endpoint, node.listen_port);
  }
  read_site(map, node);
  if (const auto prio = map.find("prio")) {
    const auto number = read_number(*prio, "a bridge priority", 0, 65535);
    if (number) { node.priority = static_cast<std::uint16_t>(*number); }
  } else if (context.measures) {
    node.priority_is_open = true;
    node.priority = kOpenPriority;
  }
  read_peers(map, node);
  read_underlay_address(map, context, node);
  read_bridge_ports(map, context, node);
  read_state(map, node);
  if (const auto json = map.find("json")) { node.json = read_data(*json); }
  return node;
}

void read_wireguard_settings(const MapReader& map, std::uint16_t& listen_port,
                             std::uint16_t& persistent_keepalive, std::uint32_t& fwmark) {
  if (const auto value = map.find("listen_port")) {
    const auto port = read_number(*value, "a port number", 1, 65535);
    if (port == kLocatePort) { value->fault(say<"file-port-of-questions">(kLocatePort)); }
    if (port) { listen_port = static_cast<std::uint16_t>(*port); }
  }
  if (const auto value = map.find("persistent_keepalive")) {
    const auto seconds = says_off(*value) ? std::optional<std::uint64_t>(0)
                                          : read_number(*value, "off or seconds", 0, 65535);
    if (seconds) { persistent_keepalive = static_cast<std::uint16_t>(*seconds); }
  }
  if (const auto value = map.find("fwmark")) {
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
    auto mark = says_off(*value) ? std::optional<std::uint64_t>(0) : hexadecimal(*value, kMost);
    if (!mark) { mark = read_number(*value, "off or a firewall mark", 0, kMost); }
    if (mark) { fwmark = static_cast<std::uint32_t>(*mark); }
  }
}

std::optional<Prefix> read_network(const Value& value) {
  constexpr std::string_view kExpected = "a network with prefix length, such as fd00:0:0:1::/64";
  const auto text = read_text(value, kExpected);
  if (!text) { return std::nullopt; }
  const auto network = parse_prefix(*text);
  if (!network) {
    value.expected(kExpected);
  } else if (network_of(*network) != *network) {
    value.fault(say<"file-network-host-bits">(to_text(network_of(*network)), to_text(*network)));
  } else if (network->length == 0 || is_special(network->address)) {
    value.fault(say<"file-network-unfit">(to_text(*network)));
  } else {
    return network;
  }
  return std::nullopt;
}

bool is_host_address(const Prefix& network, const IpAddress& address) {
  const unsigned bits = address.bits();
  if (network.length + 1 >= bits) {
    return true;  // /31, /127 and single hosts (RFC 3021, RFC 6164)
  }
  if (network_of({address, network.length}).address == address) { return false; }
  if (address.family == Family::kIpv6) { return true; }
  IpAddress broadcast = network_of({address, network.length}).address;
  for (unsigned bit = network.length; bit < bits; ++bit) {
    broadcast.octets[bit / 8] |= static_cast<std::uint8_t>(0x80u >> (bit % 8));
  }
  return address != broadcast;
}

}  // namespace wgmesh
