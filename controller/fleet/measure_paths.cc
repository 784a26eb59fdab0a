#include "controller/fleet/measure_paths.h"

#include <sodium.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

namespace wgmesh {
namespace {

constexpr std::size_t kTokenSize = 16;
// Bounds of a round trip, whatever a node says of it.
constexpr std::chrono::microseconds kLeast{1};
constexpr std::chrono::microseconds kMost = std::chrono::minutes(1);

using Listenings = std::map<std::string, proto::Listening>;  // by node

struct Question {
  std::string to;
  bool inner = false;
};

Listenings listen(Fleet& fleet, const Statuses& statuses) {
  proto::Listen wanted;
  std::string& token = *wanted.mutable_token();
  token.resize(kTokenSize);
  randombytes_buf(token.data(), token.size());

  return fleet.ask(
      "listen", [&](const Node& node) { return statuses.contains(node.name); },
      [&](const Node&, Session& session) { return session.listen(wanted); });
}

// Where the mesh file says that a node is: what the node says itself would be asked by everybody,
// whoever lives there.
std::set<IpAddress> addresses_of(const Mesh& mesh, const Node& node, bool inner) {
  if (inner) { return {inner_address_of(mesh, node).address}; }
  std::set<IpAddress> addresses;
  for (const Prefix& address : node.addresses) {
    if (contains(mesh.network, address.address)) { addresses.insert(address.address); }
  }
  return addresses;
}

// The listeners of a node that are where the mesh file says.
std::map<IpAddress, proto::Listener> places_of(const Mesh& mesh, const Node& node,
                                               const proto::Listening& listening, bool inner) {
  const std::set<IpAddress> addresses = addresses_of(mesh, node, inner);
  std::map<IpAddress, proto::Listener> places;
  for (const proto::Listener& listener : listening.listeners()) {
    const auto address = parse_ip(listener.address());
    const bool is_place = listener.inner() == inner && address && addresses.contains(*address) &&
                          listener.port() > 0 && listener.port() <= 65535;
    if (is_place) { places.emplace(*address, listener); }
  }
  return places;
}

// Ends of one family that two nodes have of one kind.
std::optional<std::pair<proto::Listener, proto::Listener>> find_ends(
    const std::map<IpAddress, proto::Listener>& from,
    const std::map<IpAddress, proto::Listener>& to) {
  for (const auto& [here, listener] : from) {
    for (const auto& [there, answering] : to) {
      if (here.family == there.family) { return std::pair(listener, answering); }
    }
  }
  return std::nullopt;
}

PathMeasurement measurement_of(const proto::ProbeResult& result) {
  PathMeasurement path;
  if (result.answered() > 0) {
    path.round_trip = std::clamp(std::chrono::microseconds(result.round_trip()), kLeast, kMost);
  }
  path.large_passes = result.large_answered();
  path.error = result.error();
  return path;
}

// What `node` is to ask, and whom each target is.
proto::Probe probe_for(const Mesh& mesh, const Node& node, const Listenings& listenings,
                       const proto::Status& status, std::vector<Question>& questions) {
  std::set<std::string> peers;
  for (const Node* peer : peers_of(mesh, node)) { peers.insert(peer->name); }
  proto::Probe probe;
  for (const Node& other : mesh.nodes) {
    const auto listening = listenings.find(other.name);
    if (other.name == node.name || listening == listenings.end()) { continue; }
    for (const bool inner : {true, false}) {
      if (inner && !peers.contains(other.name)) { continue; }
      const auto ends = find_ends(places_of(mesh, node, listenings.at(node.name), inner),
                                  places_of(mesh, other, listening->second, inner));
      if (!ends) { continue; }
      proto::ProbeTarget& target = *probe.add_targets();
      target.set_from(ends->first.address());
      target.set_address(ends->second.address());
      target.set_port(ends->second.port());
      target.set_large(inner ? status.device().mtu() : status.bridge().mtu());
      questions.push_back({other.name, inner});
    }
  }
  return probe;
}

}  // namespace

Measurements measure_paths(Fleet& fleet, const Mesh& mesh, const Statuses& statuses,
                           std::chrono::milliseconds duration) {
  const Listenings listenings = listen(fleet, statuses);
  return fleet.ask(
      "probe", [&](const Node& node) { return listenings.contains(node.name); },
      [&](const Node& node, Session& session) {
        std::vector<Question> questions;
        proto::Probe probe = probe_for(mesh, node, listenings, statuses.at(node.name), questions);
        probe.set_duration(static_cast<std::uint32_t>(duration.count()));
        const proto::Probed probed = session.probe(probe);
        Measurements::mapped_type pairs;
        const auto count = std::min<std::size_t>(questions.size(),
                                                 static_cast<std::size_t>(probed.results_size()));
        for (std::size_t i = 0; i < count; ++i) {
          PairMeasurement& pair = pairs[questions[i].to];
          (questions[i].inner ? pair.inner : pair.segment) =
              measurement_of(probed.results(static_cast<int>(i)));
        }
        return pairs;
      });
}

}  // namespace wgmesh
