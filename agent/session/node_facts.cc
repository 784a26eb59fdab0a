#include "agent/session/node_facts.h"

#include <fmt/format.h>

#include <optional>

#include "agent/linux/firewall.h"
#include "agent/linux/node_probe.h"
#include "agent/netlink/netlink_error.h"
#include "agent/session/obstacles.h"
#include "agent/text/messages.h"
#include "common/limits.h"
#include "common/naming.h"

namespace wgmesh {
namespace {

// The first of the addresses that there is a route to; without one, why not the first.
void put_route(Probe& probe, const proto::Open& open, const proto::OpenPeer& peer,
               const Resolved& resolved, proto::Hello& hello) {
  const auto endpoint = parse_host_port(peer.endpoint());
  if (!endpoint) { return; }
  const Flow flow{open.fwmark(), static_cast<std::uint16_t>(open.listen_port()), endpoint->port};
  proto::EndpointRoute& route = *hello.add_routes();
  route.set_node(peer.node());
  route.set_error(resolved.error);
  const auto note = [&](const std::string& why) {
    if (route.error().empty()) { route.set_error(why); }
  };
  for (const IpAddress& address : resolved.addresses) {
    if (const std::string why = why_not_dialable(address, open); !why.empty()) {
      note(fmt::format("{} is {} here, {}", endpoint->host, to_text(address), why));
      continue;
    }
    try {
      const Way way = probe.read_way(address, flow);
      route.set_mtu(way.mtu);
      route.set_address(to_text(address));
      if (way.source) { route.set_source(to_text(*way.source)); }
      route.clear_error();
      return;
    } catch (const NetlinkError& error) {
      note(fmt::format("no route to {}: {}", to_text(address), error.message()));
    }
  }
}

void put_overlaps(Probe& probe, const proto::Open& open, const std::set<std::string>& adopted,
                  proto::Hello& hello) {
  const auto network = parse_prefix(open.network());
  const auto inner = parse_prefix(open.inner_address());
  for (const NodePrefix& other : probe.read_foreign_prefixes(open.mesh(), adopted)) {
    for (const auto& [what, mine] : {std::pair{"network", network}, {"underlay", inner}}) {
      if (!mine) { continue; }
      if (const auto obstacle = overlap_obstacle(what, *mine, other)) {
        put_obstacle(*obstacle, hello);
      }
    }
  }
}

void put_port_obstacle(Probe& probe, const proto::Open& open, const std::string& name,
                       proto::Hello& hello) {
  const auto port = probe.find_port(name);
  if (!port) {
    return;  // said already: it does not exist
  }
  const auto obstacle = port_obstacle(name, *port, bridge_name(open.mesh()));
  if (obstacle) { put_obstacle(*obstacle, hello); }
}

// Of addresses that are reserved for documents (RFC 5737, RFC 3849), so that only the default route leads there.
std::uint32_t outside_mtu(Probe& probe) {
  for (const char* const outside : {"192.0.2.1", "2001:db8::1"}) {
    try {
      return probe.read_route_mtu(*parse_ip(outside));
    } catch (const NetlinkError&) {
      // There is no such route.
    }
  }
  return 0;
}

void put_survey(Probe& probe, const proto::Open& open, proto::Survey& survey) {
  constexpr std::uint32_t kPortsTried = 32;
  constexpr std::uint32_t kLastPort = 65535;
  for (const InterfaceAddress& own : probe.read_foreign_addresses(open.mesh())) {
    if (survey.addresses_size() == kMostSurveyedAddresses) { break; }
    proto::SurveyedAddress& address = *survey.add_addresses();
    address.set_address(to_text(own.prefix));
    address.set_mtu(own.mtu);
  }
  survey.set_outside_mtu(outside_mtu(probe));
  const std::uint32_t wanted = open.listen_port();
  for (std::uint32_t port = wanted; port < wanted + kPortsTried && port <= kLastPort; ++port) {
    const auto user = probe.find_port_user(static_cast<std::uint16_t>(port), open.mesh());
    if (!user) {
      survey.set_free_port(port);
      return;
    }
    if (port == wanted) { survey.set_port_user(*user); }
  }
}

void put_firewall(const proto::Open& open, proto::Hello& hello) {
  const std::string& mesh = open.mesh();
  for (const auto& fault : find_firewall_faults(bridge_name(mesh), wireguard_name(mesh))) {
    if (fault.what() == proto::FirewallFault::DROPS_UNASKED) {
      *hello.add_inside_firewall() = fault;
      continue;
    }
    *hello.add_firewall() = fault;
    if (!fault.bridge_family() && fault.what() == proto::FirewallFault::DROPS) {
      hello.set_bridge_netfilter_drops(true);
    }
  }
}

}  // namespace

void put_node_facts(const proto::Open& open, const ResolvedEndpoints& endpoints,
                    const KernelReading& reading, const std::set<std::string>& adopted,
                    proto::Hello& hello) {
  Probe probe(reading);
  for (const proto::OpenPeer& peer : open.peers()) {
    const auto resolved = endpoints.find(peer.node());
    if (resolved != endpoints.end()) { put_route(probe, open, peer, resolved->second, hello); }
  }
  put_firewall(open, hello);
  // Without an address there is no plan to come: `down` and the reading verbs need none of this.
  const auto inner = parse_prefix(open.inner_address());
  if (!inner) { return; }
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
        probe.find_port_user(static_cast<std::uint16_t>(open.listen_port()), open.mesh(), adopted);
    if (user) { put_problem(say<"listen-port-in-use">(open.listen_port(), *user), hello); }
  }
  put_overlaps(probe, open, adopted, hello);
  for (const std::string& port : open.bridge_ports()) {
    put_port_obstacle(probe, open, port, hello);
  }
  if (open.surveys()) { put_survey(probe, open, *hello.mutable_survey()); }
}

}  // namespace wgmesh
