#include "agent/node_facts.h"

#include <fmt/format.h>

#include <optional>

#include "agent/firewall.h"
#include "agent/probe.h"

namespace wgmesh {
namespace {

// The first of the addresses that there is a route to; without one, the kernel's words for the
// first.
void put_route(Probe& probe, const std::string& node, const Resolved& resolved,
               proto::Hello& hello) {
  proto::EndpointRoute& route = *hello.add_routes();
  route.set_node(node);
  route.set_error(resolved.error);
  for (const IpAddress& address : resolved.addresses) {
    try {
      route.set_mtu(probe.read_route_mtu(address));
      route.set_address(to_text(address));
      route.clear_error();
      return;
    } catch (const NetlinkError& error) {
      if (route.error().empty()) {
        route.set_error(fmt::format("no route to {}: {}", to_text(address), error.message()));
      }
    }
  }
}

void put_overlaps(Probe& probe, const proto::Open& open, proto::Hello& hello) {
  const auto network = parse_prefix(open.network());
  const auto inner = parse_prefix(open.inner_address());
  for (const NodePrefix& other : probe.read_foreign_prefixes(open.mesh())) {
    if (other.prefix.length == 0) continue;
    for (const auto& [what, mine] : {std::pair{"network", network}, {"underlay", inner}}) {
      if (!mine || !overlap(*mine, other.prefix)) continue;
      hello.add_problems(fmt::format("{} {} overlaps {} on {}", what, to_text(network_of(*mine)),
                                     to_text(other.prefix), other.link));
    }
  }
}

// An interface with addresses of its own, or the way out, would cut the node off in a bridge.
void put_port_problems(Probe& probe, const std::string& name, proto::Hello& hello) {
  const auto port = probe.find_interface(name);
  if (!port) return;  // said already: it does not exist
  if (port->loopback) {
    hello.add_problems(fmt::format("bridge_ports: {} is the loopback interface", name));
  } else if (!port->global_addresses.empty()) {
    hello.add_problems(fmt::format(
        "bridge_ports: {} has the address {}, which a bridge port cannot use; move it to another "
        "interface, or take {} out of bridge_ports",
        name, to_text(*port->global_addresses.begin()), name));
  } else if (port->carries_default_route) {
    hello.add_problems(fmt::format(
        "bridge_ports: {} carries the default route; take it out of bridge_ports", name));
  }
}

}  // namespace

void put_node_facts(const proto::Open& open, const ResolvedEndpoints& endpoints,
                    proto::Hello& hello) {
  Probe probe;
  for (const auto& [node, resolved] : endpoints) put_route(probe, node, resolved, hello);
  hello.set_bridge_netfilter_drops(drops_bridged_packets());
  // Without an address there is no plan to come: `down` and the reading verbs need none of this.
  const auto inner = parse_prefix(open.inner_address());
  if (!inner) return;
  const TunnelKind kind =
      inner->address.family == Family::kIpv6 ? TunnelKind::kIp6gretap : TunnelKind::kGretap;
  const auto network = parse_prefix(open.network());
  const bool ipv6_segment = network && network->address.family == Family::kIpv6;
  for (const MissingModule& module : probe.find_missing_modules(kind, ipv6_segment)) {
    proto::MissingFeature& missing = *hello.add_missing();
    missing.set_module(module.module);
    missing.set_why(module.why);
  }
  if (open.listen_port() != 0) {
    const auto user =
        probe.find_port_user(static_cast<std::uint16_t>(open.listen_port()), open.mesh());
    if (user) {
      hello.add_problems(
          fmt::format("listen_port {} is in use here ({})", open.listen_port(), *user));
    }
  }
  put_overlaps(probe, open, hello);
  for (const std::string& port : open.bridge_ports()) put_port_problems(probe, port, hello);
}

}  // namespace wgmesh
