#include "controller/mesh/sightings.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <unordered_map>

#include "controller/mesh/diagnosis.h"

namespace wgmesh {
namespace {

constexpr std::chrono::seconds kLocalPatience{5};
constexpr std::chrono::seconds kOutsidePatience{15};

using SeenPeers = std::unordered_map<std::string_view, const proto::PeerStatus*>;

// Where one node is, as its peers see it.
struct SeenPlace {
  std::set<SocketAddress> seen;  // from outside
  std::set<IpAddress> own;       // that it sends from
  std::uint16_t listen_port = 0;
};

bool is_seen_from_outside(const Mesh& mesh, const IpAddress& address) {
  return is_public(address) && !contains(mesh.network, address) &&
         !contains(mesh.underlay, address);
}

bool may_be_local(const Mesh& mesh, const IpAddress& address) {
  return is_one_host(address) && !is_loopback(address) && !is_link_local(address) &&
         !contains(mesh.network, address) && !contains(mesh.underlay, address);
}

class SightingsOfMesh {
 public:
  SightingsOfMesh(const Mesh& mesh, const Facts& facts, const Statuses& statuses)
      : mesh_(mesh), facts_(facts), statuses_(statuses) {
    for (const Node& node : mesh.nodes) {
      nodes_.emplace(node.name, &node);
      const auto status = statuses.find(node.name);
      if (status == statuses.end() || !status->second.is_up()) { continue; }
      SeenPeers& peers = peers_[node.name];
      for (const proto::PeerStatus& peer : status->second.device().peers()) {
        peers.emplace(peer.node(), &peer);
      }
    }
  }

  std::optional<PairToLearn> candidate(const LinkName& pair) const {
    const bool both_up = peers_.contains(pair.first) && peers_.contains(pair.second);
    if (!both_up || lives(pair)) { return std::nullopt; }
    const SeenPlace first = place_of(pair.first, pair.second);
    const SeenPlace second = place_of(pair.second, pair.first);
    PairToLearn candidate{pair, {}, {}};
    for (const Family family : {Family::kIpv6, Family::kIpv4}) {
      put_attempts(first, second, family, candidate);
    }
    if (!candidate.attempts.empty()) {
      candidate.otherwise.observed = observed(candidate);
    } else if (!put_reason(pair, first, second, candidate)) {
      return std::nullopt;
    }
    if (is_known(candidate)) { return std::nullopt; }
    return candidate;
  }

 private:
  const proto::PeerStatus* find_peer(const std::string& node, const std::string& of) const {
    const auto peers = peers_.find(node);
    if (peers == peers_.end()) { return nullptr; }
    const auto peer = peers->second.find(of);
    return peer == peers->second.end() ? nullptr : peer->second;
  }

  bool is_heard(const std::string& node, const std::string& by) const {
    const auto* peer = find_peer(by, node);
    return peer != nullptr && is_live(statuses_.at(by), *peer);
  }

  bool lives(const LinkName& pair) const {
    return mesh_.learned.links.contains(pair) && is_heard(pair.first, pair.second) &&
           is_heard(pair.second, pair.first);
  }

  // By the peers that both nodes of the pair dial.
  SeenPlace place_of(const std::string& name, const std::string& other) const {
    const Node& node = *nodes_.at(name);
    const Node& far = *nodes_.at(other);
    SeenPlace place;
    place.listen_port = node.listen_port;
    for (const Node& observer : mesh_.nodes) {
      const bool is_common = observer.name != name && observer.name != other &&
                             endpoint_for(node, observer) && endpoint_for(far, observer);
      if (!is_common || !is_heard(name, observer.name)) { continue; }
      const auto endpoint = parse_socket_address(find_peer(observer.name, name)->endpoint());
      if (endpoint && is_seen_from_outside(mesh_, endpoint->address)) {
        place.seen.insert(*endpoint);
      }
    }
    if (const auto hello = facts_.find(name); hello != facts_.end()) {
      const auto put_own = [&](const std::string& text) {
        const auto source = parse_ip(text);
        if (source && may_be_local(mesh_, *source)) { place.own.insert(*source); }
      };
      for (const auto& route : hello->second.routes()) { put_own(route.source()); }
      for (const auto& group : hello->second.route_groups()) { put_own(group.source()); }
    }
    return place;
  }

  static std::vector<SocketAddress> of_family(const std::set<SocketAddress>& all, Family family) {
    std::vector<SocketAddress> some;
    for (const SocketAddress& each : all) {
      if (each.address.family == family) { some.push_back(each); }
    }
    return some;
  }

  static void put_attempts(const SeenPlace& first, const SeenPlace& second, Family family,
                           PairToLearn& candidate) {
    const auto seen_first = of_family(first.seen, family);
    const auto seen_second = of_family(second.seen, family);
    if (seen_first.size() != 1 || seen_second.size() != 1) { return; }
    // Neither may be told to dial itself.
    const SocketAddress& a = seen_first.front();
    const SocketAddress& b = seen_second.front();
    if (a == b || first.own.contains(b.address) || second.own.contains(a.address)) { return; }
    if (a.address == b.address) { put_local_attempt(first, second, family, candidate); }
    candidate.attempts.push_back({{a, b}, kOutsidePatience});
  }

  static void put_local_attempt(const SeenPlace& first, const SeenPlace& second, Family family,
                                PairToLearn& candidate) {
    const auto is_of_family = [&](const IpAddress& address) { return address.family == family; };
    const auto a = std::ranges::find_if(first.own, is_of_family);
    const auto b = std::ranges::find_if(second.own, is_of_family);
    if (a == first.own.end() || b == second.own.end() || *a == *b) { return; }
    candidate.attempts.push_back(
        {{SocketAddress{*a, first.listen_port}, SocketAddress{*b, second.listen_port}},
         kLocalPatience});
  }

  // What keeps them from a link before anything is tried. False: nobody knows enough.
  static bool put_reason(const LinkName& pair, const SeenPlace& first, const SeenPlace& second,
                         PairToLearn& candidate) {
    for (const auto& [name, place] : {std::pair(&pair.first, &first), {&pair.second, &second}}) {
      for (const Family family : {Family::kIpv6, Family::kIpv4}) {
        const auto seen = of_family(place->seen, family);
        if (seen.size() < 2) { continue; }
        std::set<IpAddress> addresses;
        for (const SocketAddress& each : seen) { addresses.insert(each.address); }
        const bool one_address = addresses.size() == 1;
        candidate.otherwise.why =
            one_address ? NoLink::Why::kPortDiffers : NoLink::Why::kAddressDiffers;
        candidate.otherwise.culprit = *name;
        std::vector<std::string> texts;
        for (const IpAddress& address : addresses) { texts.push_back(to_text(address)); }
        // Without the ports: they are others each time.
        candidate.otherwise.observed = fmt::format("{} at {}", *name, fmt::join(texts, " "));
        return true;
      }
    }
    return false;
  }

  static std::string observed(const PairToLearn& candidate) {
    std::vector<std::string> texts;
    for (const Attempt& attempt : candidate.attempts) {
      texts.push_back(fmt::format("{} at {}, {} at {}", candidate.pair.first,
                                  to_text(*attempt.link.first), candidate.pair.second,
                                  to_text(*attempt.link.second)));
    }
    return fmt::format("{}", fmt::join(texts, "; "));
  }

  bool is_known(const PairToLearn& candidate) const {
    const Learned& learned = mesh_.learned;
    if (const auto no_link = learned.no_links.find(candidate.pair);
        no_link != learned.no_links.end()) {
      return no_link->second == candidate.otherwise;
    }
    const auto link = learned.links.find(candidate.pair);
    if (link == learned.links.end()) { return false; }
    return std::ranges::any_of(
        candidate.attempts, [&](const Attempt& attempt) { return attempt.link == link->second; });
  }

  const Mesh& mesh_;
  const Facts& facts_;
  const Statuses& statuses_;
  std::unordered_map<std::string_view, const Node*> nodes_;
  std::unordered_map<std::string_view, SeenPeers> peers_;  // of the nodes that are up
};

}  // namespace

std::vector<PairToLearn> find_pairs_to_learn(const Mesh& mesh, const Facts& facts,
                                             const Statuses& statuses) {
  std::vector<PairToLearn> candidates;
  const auto pairs = learnable_pairs(mesh);
  if (pairs.empty()) { return candidates; }
  const SightingsOfMesh sightings(mesh, facts, statuses);
  for (const LinkName& pair : pairs) {
    if (auto candidate = sightings.candidate(pair)) { candidates.push_back(std::move(*candidate)); }
  }
  return candidates;
}

}  // namespace wgmesh
