#include "agent/linux/node_probe.h"

#include <fmt/format.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <map>

#include "agent/netlink/netlink_error.h"
#include "agent/store/kernel_text.h"
#include "agent/text/messages.h"
#include "common/error.h"

namespace wgmesh {
namespace {

// There is no query for interface kinds. A create with a name that cannot be tells an unknown kind
// (EOPNOTSUPP) from a known one (EINVAL, or EEXIST), and creates nothing.
std::optional<std::string> why_missing(RtnlSocket& interfaces, std::string_view kind) {
  std::vector<NetlinkMessage> request;
  request.emplace_back(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
  const ifinfomsg header{};
  request[0].put_header(&header, sizeof header);
  request[0].put_text(IFLA_IFNAME, "a/b");
  {
    const Nest info(request[0], IFLA_LINKINFO);
    request[0].put_text(IFLA_INFO_KIND, kind);
  }
  const std::optional<Refusal> refusal = interfaces.send(request);
  if (!refusal) {
    throw Error(
        say<"internal">(fmt::format("the kernel created a link named a/b of kind {}", kind)));
  }
  const Acknowledgement& answer = refusal->answer;
  if (answer.error_number == EINVAL || answer.error_number == EEXIST) { return std::nullopt; }
  NetlinkError error(answer.error_number, answer.extended_ack);
  if (answer.error_number == EOPNOTSUPP) { return error.message(); }
  error.add_context(fmt::format("ask the kernel for links of kind {}", kind));
  throw error;
}

std::optional<std::string> why_without_ipv6() {
  const std::string disabled = read_kernel_text("/proc/sys/net/ipv6/conf/default/disable_ipv6");
  if (disabled.empty()) { return "this kernel runs without IPv6"; }
  if (!disabled.starts_with('1')) { return std::nullopt; }
  return "the sysctl net.ipv6.conf.default.disable_ipv6 is 1";
}

constexpr std::uint32_t kLargestPacket = 65535;

// Interfaces that take every frame of the one they stand on.
bool takes_all(std::string_view kind) {
  return kind == "macvlan" || kind == "macvtap" || kind == "ipvlan" || kind == "ipvtap";
}

bool is_loopback(const Prefix& prefix) {
  const auto& octets = prefix.address.octets;
  if (prefix.address.family == Family::kIpv4) { return octets[0] == 127; }
  return std::all_of(octets.begin(), octets.end() - 1, [](auto octet) { return octet == 0; }) &&
         octets[15] == 1;
}

}  // namespace

WireguardSocket& Probe::wireguard() {
  if (!wireguard_) { wireguard_ = std::make_unique<WireguardSocket>(); }
  return *wireguard_;
}

const InterfaceReport* Probe::find_interface(int index) const {
  const auto found = std::ranges::find(reading_.interfaces, index, &InterfaceReport::index);
  return found == reading_.interfaces.end() ? nullptr : &*found;
}

std::vector<MissingModule> Probe::find_missing_modules(TunnelKind kind, bool ipv6_segment) {
  std::vector<MissingModule> missing;
  try {
    wireguard();
  } catch (const NetlinkError& error) {
    if (error.error_number() != ENOENT) { throw; }
    missing.push_back({"wireguard", "no generic netlink family of that name"});
  }
  if (const auto why = why_missing(socket_, "bridge")) { missing.push_back({"bridge", *why}); }
  const bool ipv6_tunnels = kind == TunnelKind::kIp6gretap;
  if (ipv6_tunnels || ipv6_segment) {
    if (auto why = why_without_ipv6()) {
      missing.push_back({"ipv6", std::move(*why)});
      if (ipv6_tunnels) {
        return missing;  // no module helps there
      }
    }
  }
  if (const auto why = why_missing(socket_, kind_name(kind))) {
    missing.push_back({ipv6_tunnels ? "ip6_gre" : "ip_gre", *why});
  }
  return missing;
}

std::uint32_t Probe::read_route_mtu(const IpAddress& destination, const Flow& flow) {
  return read_way(destination, flow).mtu;
}

Way Probe::read_way(const IpAddress& destination, const Flow& flow) {
  NetlinkMessage question = make_route_question(destination, flow);
  RouteReport route;
  for (const NetlinkReply& reply : socket_.get(question)) {
    if (reply.type == RTM_NEWROUTE) { route = parse_route(reply.payload); }
  }
  if (!route.leads_somewhere || route.interfaces.empty()) { throw NetlinkError(ENETUNREACH, ""); }
  if (route.mtu != 0 && !route.learned) { return {route.mtu, route.source}; }
  // One that came after the reading is asked for.
  const int index = *route.interfaces.begin();
  const InterfaceReport* const known = find_interface(index);
  const auto interface = known != nullptr ? std::optional(*known) : socket_.find_interface(index);
  if (!interface) { throw NetlinkError(ENODEV, ""); }
  const bool lowered = destination.family == Family::kIpv6 && interface->mtu6 != 0;
  const std::uint32_t mtu = lowered ? std::min(interface->mtu, interface->mtu6) : interface->mtu;
  // The loopback interface says one more.
  return {std::min(mtu, kLargestPacket), route.source};
}

std::optional<std::uint16_t> Probe::find_listen_port(const InterfaceReport& interface,
                                                     bool is_mine) {
  if (is_mine && reading_.wireguard) { return reading_.wireguard->listen_port; }
  const auto device = wireguard().find_device(interface.name);
  return device ? std::optional(device->listen_port) : std::nullopt;
}

std::optional<std::string> Probe::find_port_user(std::uint16_t port, const std::string& mesh,
                                                 const std::set<std::string>& adopted) {
  bool is_ours = false;
  for (const InterfaceReport& interface : reading_.interfaces) {
    if (interface.kind != "wireguard") { continue; }
    const bool is_mine = is_own(interface, mesh);
    if (find_listen_port(interface, is_mine) != port) { continue; }
    if (!is_mine && !adopted.contains(interface.name)) {
      return fmt::format("WireGuard device {}", interface.name);
    }
    // A device that is down has let go of its port.
    is_ours = interface.up;
  }
  if (is_ours) { return std::nullopt; }
  for (const char* const table : {"udp", "udp6"}) {
    const std::string text = read_kernel_text(fmt::format("/proc/thread-self/net/{}", table));
    if (parse_udp_ports(text).contains(port)) { return "another program's UDP socket"; }
  }
  return std::nullopt;
}

std::vector<NodePrefix> Probe::read_foreign_prefixes(const std::string& mesh,
                                                     const std::set<std::string>& adopted) {
  std::vector<NodePrefix> prefixes;
  each_foreign_address(mesh, adopted, [&](const InterfaceReport& interface, const Prefix& address) {
    prefixes.push_back({interface.name, address});
  });
  return prefixes;
}

std::vector<InterfaceAddress> Probe::read_foreign_addresses(const std::string& mesh) {
  std::vector<InterfaceAddress> addresses;
  each_foreign_address(mesh, {}, [&](const InterfaceReport& interface, const Prefix& address) {
    addresses.push_back({address, std::min(interface.mtu, kLargestPacket)});
  });
  return addresses;
}

void Probe::each_foreign_address(
    const std::string& mesh, const std::set<std::string>& adopted,
    const std::function<void(const InterfaceReport&, const Prefix&)>& take) {
  std::map<int, const InterfaceReport*> foreign;
  for (const InterfaceReport& interface : reading_.interfaces) {
    const bool is_foreign = !is_own(interface, mesh) && !adopted.contains(interface.name);
    if (is_foreign) { foreign[interface.index] = &interface; }
  }
  for (const AddressReport& address : reading_.addresses) {
    const auto interface = foreign.find(address.interface);
    if (interface == foreign.end() || address.link_local || is_loopback(address.address)) {
      continue;
    }
    take(*interface->second, address.address);
  }
}

bool Probe::has_default_route(int interface) {
  NetlinkMessage question = make_route_dump();
  return std::ranges::any_of(socket_.dump(question), [&](const NetlinkReply& reply) {
    if (reply.type != RTM_NEWROUTE) { return false; }
    const RouteReport route = parse_route(reply.payload);
    return route.destination_length == 0 && route.leads_somewhere &&
           route.interfaces.contains(interface);
  });
}

std::optional<CandidatePort> Probe::find_port(const std::string& name) {
  const auto interface = std::ranges::find_if(reading_.interfaces, [&](const auto& each) {
    return each.name == name || each.altnames.contains(name);
  });
  if (interface == reading_.interfaces.end()) { return std::nullopt; }
  CandidatePort port;
  port.kind = interface->kind;
  port.loopback = interface->loopback;
  port.is_ethernet = interface->ethernet;
  if (interface->master != 0) {
    if (const InterfaceReport* const master = find_interface(interface->master)) {
      port.master = master->name;
      port.master_kind = master->kind;
    }
  }
  for (const InterfaceReport& other : reading_.interfaces) {
    if (other.parent == interface->index && takes_all(other.kind)) { port.lower_of = other.name; }
  }
  for (const AddressReport& address : reading_.addresses) {
    if (address.interface == interface->index && !address.link_local &&
        !is_loopback(address.address)) {
      port.global_addresses.insert(address.address);
    }
  }
  port.carries_default_route = has_default_route(interface->index);
  return port;
}

// "  sl  local_address rem_address …" and lines "  12: 00000000:0035 00000000:0000 07 …".
std::set<std::uint16_t> parse_udp_ports(std::string_view text) {
  std::set<std::uint16_t> ports;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const std::size_t number = line.find(": ");
    if (number == std::string_view::npos) { continue; }
    line.remove_prefix(number + 2);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon + 5 > line.size()) { continue; }
    std::uint16_t port = 0;
    const char* const digits = line.data() + colon + 1;
    const auto end = std::from_chars(digits, digits + 4, port, 16);
    if (end.ec == std::errc() && port != 0) { ports.insert(port); }
  }
  return ports;
}

}  // namespace wgmesh
