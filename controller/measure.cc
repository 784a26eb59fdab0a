#include "controller/measure.h"

#include <sodium.h>

#include <algorithm>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

namespace wgmesh {
namespace {

constexpr std::size_t kTokenSize = 16;

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

  std::mutex mutex;
  Listenings listenings;
  fleet.each(
      "listen", [&](const Node& node) { return statuses.contains(node.name); },
      [&](const Node& node, Session& session) {
        proto::Listening listening = session.listen(wanted);
        const std::lock_guard lock(mutex);
        listenings[node.name] = std::move(listening);
      });
  return listenings;
}

bool is_ipv6(const std::string& address) { return address.find(':') != std::string::npos; }

// Ends of one family that two nodes have of one kind.
std::optional<std::pair<proto::Listener, proto::Listener>> find_ends(const proto::Listening& from,
                                                                     const proto::Listening& to,
                                                                     bool inner) {
  for (const proto::Listener& here : from.listeners()) {
    if (here.inner() != inner) continue;
    for (const proto::Listener& there : to.listeners()) {
      if (there.inner() == inner && is_ipv6(here.address()) == is_ipv6(there.address())) {
        return std::pair(here, there);
      }
    }
  }
  return std::nullopt;
}

PathMeasurement measurement_of(const proto::ProbeResult& result) {
  PathMeasurement path;
  if (result.answered() > 0) path.round_trip = std::chrono::microseconds(result.round_trip());
  path.large_passes = result.large_answered();
  path.error = result.error();
  return path;
}

// What `node` is to ask, and whom each target is.
proto::Probe probe_for(const Mesh& mesh, const Node& node, const Listenings& listenings,
                       const proto::Status& status, std::vector<Question>& questions) {
  std::set<std::string> peers;
  for (const Node* peer : peers_of(mesh, node)) peers.insert(peer->name);
  proto::Probe probe;
  for (const auto& [to, listening] : listenings) {
    if (to == node.name) continue;
    for (const bool inner : {true, false}) {
      if (inner && !peers.contains(to)) continue;
      const auto ends = find_ends(listenings.at(node.name), listening, inner);
      if (!ends) continue;
      proto::ProbeTarget& target = *probe.add_targets();
      target.set_from(ends->first.address());
      target.set_address(ends->second.address());
      target.set_port(ends->second.port());
      target.set_large(inner ? status.device().mtu() : status.bridge().mtu());
      questions.push_back({to, inner});
    }
  }
  return probe;
}

}  // namespace

Measurements measure_paths(Fleet& fleet, const Mesh& mesh, const Statuses& statuses,
                           std::chrono::milliseconds duration) {
  const Listenings listenings = listen(fleet, statuses);
  std::mutex mutex;
  Measurements measured;
  fleet.each(
      "probe", [&](const Node& node) { return listenings.contains(node.name); },
      [&](const Node& node, Session& session) {
        std::vector<Question> questions;
        proto::Probe probe = probe_for(mesh, node, listenings, statuses.at(node.name), questions);
        probe.set_duration(static_cast<std::uint32_t>(duration.count()));
        const proto::Probed probed = session.probe(probe);
        const std::lock_guard lock(mutex);
        auto& pairs = measured[node.name];
        const auto count = std::min<std::size_t>(questions.size(),
                                                 static_cast<std::size_t>(probed.results_size()));
        for (std::size_t i = 0; i < count; ++i) {
          PairMeasurement& pair = pairs[questions[i].to];
          (questions[i].inner ? pair.inner : pair.segment) =
              measurement_of(probed.results(static_cast<int>(i)));
        }
      });
  return measured;
}

}  // namespace wgmesh
