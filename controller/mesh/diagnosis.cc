#include "controller/mesh/diagnosis.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "common/key.h"
#include "common/naming.h"
#include "controller/mesh/mesh_view.h"
#include "controller/mesh/missing_link.h"
#include "controller/mesh/node_findings.h"
#include "controller/text/enumeration.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

constexpr std::chrono::seconds kMostSkew{10};

// In the order of the mesh file. Its name is only made for a fault: there are N^2 of them.
struct Pair {
  const Node& a;
  const Node& b;
};

// A pair of peers that are both up, from one end.
struct End {
  const Node& node;
  const proto::Status& status;
  const proto::PeerStatus* peer;  // its WireGuard peer for the other end; null: it has none
  const proto::PortStatus* port;  // its bridge port towards the other end; null: it has none
  const PairMeasurement* measured;
  bool hears = false;  // octets came from the other end while it was asked

  bool is_answered() const {
    return measured != nullptr && measured->inner && measured->inner->round_trip;
  }
  bool is_asked() const { return measured != nullptr && measured->inner; }
  bool loses_large() const { return is_answered() && !measured->inner->large_passes; }
  bool has_handshake() const { return peer != nullptr && is_live(status, *peer); }
};

std::string host_of(const std::string& endpoint) {
  const auto address = parse_socket_address(endpoint);
  return address ? to_text(address->address) : std::string();
}

class Diagnosis {
 public:
  Diagnosis(const Mesh& mesh, const NodeViews& views, const LinkTable& links,
            const Measurements& measured)
      : mesh_(mesh),
        views_(views),
        measured_(measured),
        now_(links),
        afterwards_(mesh, [&](const Node& node) { return view_of(node).afterwards; }) {
    for (const Node& node : mesh.nodes) {
      const proto::Status* status = view_of(node).status;
      up_.push_back(status != nullptr && status->is_up() ? status : nullptr);
    }
  }

  std::vector<Finding> findings() {
    for (const Node& node : mesh_.nodes) { look_at_node(node); }
    look_at_mtu();
    for (std::size_t i = 0; i < mesh_.nodes.size(); ++i) {
      for (std::size_t j = i + 1; j < mesh_.nodes.size(); ++j) { look_at_pair(i, j); }
    }
    return std::move(findings_);
  }

 private:
  void find(std::string where, Said said) {
    findings_.push_back(finding(std::move(where), std::move(said)));
  }
  void find(const Pair& where, Said said) {
    find(where.a.name + "-" + where.b.name, std::move(said));
  }

  NodeView view_of(const Node& node) const {
    const auto found = views_.find(node.name);
    return found == views_.end() ? NodeView() : found->second;
  }

  const PairMeasurement* measured(const std::string& from, const std::string& to) const {
    const auto row = measured_.find(from);
    if (row == measured_.end()) { return nullptr; }
    const auto cell = row->second.find(to);
    return cell == row->second.end() ? nullptr : &cell->second;
  }

  void look_at_node(const Node& node) {
    const auto found = views_.find(node.name);
    if (found == views_.end()) { return; }
    const NodeView& examined = found->second;
    if (examined.status == nullptr) {
      find(node.name, say<"check-node-unasked">(examined.unreachable));
      return;
    }
    if (!examined.status->is_up()) {
      find(node.name, say<"check-mesh-not-up">(
                          !examined.status->stored()      ? "nothing is stored there"
                          : examined.status->taken_down() ? "it was taken down"
                                                          : "something has taken it away"));
      return;
    }
    const auto skew = examined.clock_skew;
    if (skew > kMostSkew || skew < -kMostSkew) {
      find(node.name, say<"check-clock-skewed">(std::abs(skew.count()),
                                                skew.count() > 0 ? "ahead of" : "behind"));
    }
    find_missing_addresses(node, *examined.status, findings_);
    if (examined.hello == nullptr) { return; }
    find_firewall_faults(mesh_, node, *examined.hello, findings_);
    find_dropped_questions(mesh_, node, *examined.hello, findings_);
    for (const proto::EndpointRoute& route : examined.hello->routes()) {
      if (!route.error().empty()) {
        find(node.name, say<"mesh-endpoint-unreachable">(route.node(), route.error()));
      }
    }
  }

  void look_at_mtu() {
    std::map<unsigned, std::vector<std::string>> nodes_by_mtu;
    for (std::size_t i = 0; i < mesh_.nodes.size(); ++i) {
      if (up_[i] != nullptr) {
        nodes_by_mtu[up_[i]->bridge().mtu()].push_back(mesh_.nodes[i].name);
      }
    }
    if (nodes_by_mtu.size() < 2) { return; }
    std::vector<std::string> parts;
    for (const auto& [mtu, nodes] : nodes_by_mtu) {
      parts.push_back(fmt::format("{} on {}", mtu, enumerated(nodes)));
    }
    find({}, say<"check-mtu-differs">(fmt::format("{}", fmt::join(parts, ", "))));
  }

  End end_of(std::size_t here, std::size_t there) const {
    const Node& node = mesh_.nodes[here];
    End end{node, *up_[here], now_.peer(here, there), now_.port(here, there),
            measured(node.name, mesh_.nodes[there].name)};
    const proto::PeerStatus* later = afterwards_.peer(here, there);
    end.hears =
        end.peer != nullptr && later != nullptr && later->transfer_rx() > end.peer->transfer_rx();
    return end;
  }

  void look_at_pair(std::size_t i, std::size_t j) {
    if (up_[i] == nullptr || up_[j] == nullptr) { return; }
    const Pair where{mesh_.nodes[i], mesh_.nodes[j]};
    const bool has_link = is_peered(mesh_, where.a, where.b);
    const bool is_sound = has_link && now_.is_sound(i, j) && now_.is_sound(j, i);
    if (is_sound && measured_.empty()) { return; }  // nobody was asked: the handshakes tell
    const End end_a = end_of(i, j);
    const End end_b = end_of(j, i);
    if (has_link && look_at_link(where, end_a, end_b)) { return; }
    if (!has_link && look_at_missing_link(where)) { return; }
    look_at_segment(where, end_a, end_b, has_link);
  }

  // Nobody passes on what two nodes send each other, but for spanning tree.
  bool look_at_missing_link(const Pair& where) {
    const bool is_cut = mesh_.loop_prevention == LoopPrevention::kSplitHorizon;
    if (!is_cut || !is_learnable(mesh_, where.a, where.b)) { return false; }
    find(where, missing_link(mesh_, link_between(where.a.name, where.b.name)).said);
    return true;
  }

  // True when the pair's own link is broken, and so explains what else is wrong between the two.
  bool look_at_link(const Pair& where, const End& a, const End& b) {
    if (look_at_keys(where, a, b) || look_at_keys(where, b, a)) { return true; }
    const bool live = a.has_handshake() && b.has_handshake();
    // Where nobody was asked, the handshakes tell.
    const bool is_asked = a.is_asked() || b.is_asked();
    const bool inner_works = is_asked ? a.is_answered() || b.is_answered() : live;
    if (!inner_works) {
      const std::string cause = cause_of_silence(a, b);
      find(where, live ? say<"check-wireguard-silent">(cause) : say<"check-no-handshake">(cause));
      return true;
    }
    if (a.loses_large() || b.loses_large()) {
      find(where, say<"check-wireguard-mtu-lost">(a.status.device().mtu()));
      return true;
    }
    return false;
  }

  bool look_at_keys(const Pair& where, const End& here, const End& there) {
    if (here.peer == nullptr) {
      find(where, say<"check-peer-missing">(here.node.name, there.node.name));
      return true;
    }
    if (here.peer->public_key() == there.status.device().public_key()) { return false; }
    find(where, say<"check-peer-key-differs">(here.node.name, there.node.name));
    return true;
  }

  // By host: the nodes that are seen there, by their place in the file, and who sees them. Seen is
  // where a peer is that has shaken hands. Listed once: a search per pair takes N^5 steps.
  using Sightings = std::map<std::string, std::map<std::size_t, std::set<std::string>>>;

  Sightings sightings() const {
    Sightings sightings;
    for (std::size_t here = 0; here < mesh_.nodes.size(); ++here) {
      if (up_[here] == nullptr) { continue; }
      for (std::size_t i = 0; i < mesh_.nodes.size(); ++i) {
        const proto::PeerStatus* peer = now_.peer(here, i);
        if (peer == nullptr || peer->latest_handshake() == 0) { continue; }
        sightings[host_of(peer->endpoint())][i].insert(mesh_.nodes[here].name);
      }
    }
    return sightings;
  }

  // Whose address `here` sends to when it means `there`, as everybody else sees it; empty: nobody
  // else's.
  std::string whose_address(const End& here, const End& there) {
    const std::string host = host_of(here.peer->endpoint());
    if (host.empty()) { return {}; }
    if (!sightings_) { sightings_ = sightings(); }
    std::string whose;
    for (const auto& [i, observers] : (*sightings_)[host]) {
      const bool is_seen = observers.size() > observers.count(here.node.name);
      if (!is_seen) { continue; }
      if (mesh_.nodes[i].name == there.node.name) { return {}; }
      if (whose.empty()) { whose = mesh_.nodes[i].name; }
    }
    return whose;
  }

  std::string cause_of_silence(const End& a, const End& b) {
    for (const auto& [here, there] : {std::pair(&a, &b), std::pair(&b, &a)}) {
      const std::string other = whose_address(*here, *there);
      if (!other.empty()) {
        return fmt::format(
            "the endpoint of {} ({}) is the address of {}: are the two swapped in "
            "mesh.yaml?",
            there->node.name, here->peer->endpoint(), other);
      }
    }
    for (const auto& [here, there] : {std::pair(&a, &b), std::pair(&b, &a)}) {
      const auto endpoint = parse_socket_address(here->peer->endpoint());
      const unsigned listens = there->status.device().listen_port();
      if (endpoint && listens != 0 && endpoint->port != listens) {
        return fmt::format(
            "{0} sends to port {1} of {2}, which listens on {3}: unless a router "
            "forwards {1} to {3}, correct `endpoint` or `listen_port`",
            here->node.name, endpoint->port, there->node.name, listens);
      }
    }
    for (const auto& [here, there] : {std::pair(&a, &b), std::pair(&b, &a)}) {
      if (!here->hears && there->hears) {
        return fmt::format(
            "one way only: what {0} sends reaches {1}, and nothing of {1} reaches {0}: "
            "a firewall drops UDP towards {0}",
            here->node.name, there->node.name);
      }
    }
    if (a.hears && b.hears) {
      return fmt::format("a firewall on one of them drops what comes in on {}: accept it there",
                         wireguard_name(mesh_.name));
    }
    for (const End* end : {&a, &b}) {
      if (end->peer->endpoint().empty()) {
        return fmt::format(
            "{} knows no address of the other, which has to dial it: is its UDP port {} "
            "reachable from there?",
            end->node.name, end->status.device().listen_port());
      }
    }
    return fmt::format(
        "no UDP packet arrives: is {} the address that its peers see, is port {} open "
        "in firewalls and forwarded by its router?",
        b.node.name, b.status.device().listen_port());
  }

  void look_at_segment(const Pair& where, const End& a, const End& b, bool has_link) {
    const PairMeasurement* pair = a.measured;
    if (pair == nullptr || !pair->segment) { return; }
    if (!pair->segment->round_trip) {
      find(where, say<"check-no-frames">(has_link ? "the link works, but " : "",
                                         cause_of_no_frames(a, b, has_link)));
    } else if (!pair->segment->large_passes) {
      find(where, say<"check-segment-mtu-lost">(a.status.bridge().mtu()));
    }
  }

  std::string cause_of_no_frames(const End& a, const End& b, bool has_link) const {
    const bool stp = a.status.bridge().stp() && b.status.bridge().stp();
    const bool in_two_trees = stp && a.status.bridge().root_id() != b.status.bridge().root_id();
    if (has_link && a.port != nullptr && b.port != nullptr) {
      const bool both_forward = a.port->state() == "forwarding" && b.port->state() == "forwarding";
      if (both_forward || in_two_trees) {
        return fmt::format(
            "GRE (protocol 47) is dropped inside {} on one of them: accept what comes "
            "in on that interface",
            wireguard_name(mesh_.name));
      }
    }
    if (in_two_trees) {
      return "they are on two islands: no working link joins what each can reach";
    }
    if (has_link && (a.port == nullptr || b.port == nullptr)) { return "run `mesh sync`"; }
    return "spanning tree blocks or has not settled, or a node on the way drops frames";
  }

  const Mesh& mesh_;
  const NodeViews& views_;
  const Measurements& measured_;
  const LinkTable& now_;
  LinkTable afterwards_;
  std::vector<const proto::Status*> up_;  // by place in the mesh file; null: it is not up
  std::vector<Finding> findings_;
  std::optional<Sightings> sightings_;  // once one is asked for
};

}  // namespace

std::vector<Finding> diagnose(const Mesh& mesh, const Examination& examination) {
  const NodeViews views = views_of(examination);
  return Diagnosis(mesh, views, links_of(mesh, views), examination.measured).findings();
}

std::vector<Finding> diagnose(const Mesh& mesh, const NodeViews& views, const LinkTable& links) {
  const Measurements nothing;
  return Diagnosis(mesh, views, links, nothing).findings();
}

}  // namespace wgmesh
