#include "controller/mesh/bench.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "controller/mesh/diagnosis.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

using std::chrono::milliseconds;

const NodeReport* report_of_node(std::span<const NodeReport> reports, const std::string& name) {
  const auto found = std::ranges::find(reports, name, &NodeReport::node);
  return found == reports.end() ? nullptr : &*found;
}

const Node& named_node(const Mesh& mesh, const std::string& name) {
  return *std::ranges::find(mesh.nodes, name, &Node::name);
}

const proto::PeerStatus* peer_status(const NodeReport* report, const std::string& peer) {
  if (report == nullptr || !report->status) { return nullptr; }
  const auto& peers = report->status->device().peers();
  const auto found = std::ranges::find(peers, peer, &proto::PeerStatus::node);
  return found == peers.end() ? nullptr : &*found;
}

bool is_joined_to(const NodeReport& report, const std::string& peer) {
  const proto::PeerStatus* const found = peer_status(&report, peer);
  return found != nullptr && is_live(*report.status, *found);
}

std::optional<Said> why_skipped(const BenchPair& pair, std::span<const NodeReport> reports) {
  if (pair.skipped) { return pair.skipped; }
  for (const std::string& name : {pair.a, pair.b}) {
    const NodeReport* const report = report_of_node(reports, name);
    if (report == nullptr || !report->status) { return say<"bench-node-unreachable">(name); }
    if (!report->status->is_up()) { return say<"bench-node-down">(name); }
  }
  const bool is_joined = is_joined_to(*report_of_node(reports, pair.a), pair.b) ||
                         is_joined_to(*report_of_node(reports, pair.b), pair.a);
  return is_joined ? std::nullopt : std::optional(say<"bench-no-handshake">());
}

std::optional<BenchAddresses> segment_addresses(const Mesh& mesh, const BenchRun& run) {
  for (const Prefix& from : named_node(mesh, run.from).addresses) {
    for (const Prefix& to : named_node(mesh, run.to).addresses) {
      const bool fits = from.address.family == to.address.family &&
                        contains(mesh.network, from.address) && contains(mesh.network, to.address);
      if (fits) { return BenchAddresses{from.address, to.address}; }
    }
  }
  return std::nullopt;
}

std::optional<IpAddress> underlay_address(std::span<const NodeReport> reports,
                                          const std::string& of, const std::string& seen_by) {
  const proto::PeerStatus* const peer = peer_status(report_of_node(reports, seen_by), of);
  const auto endpoint = peer == nullptr ? std::nullopt : parse_socket_address(peer->endpoint());
  return endpoint ? std::optional(endpoint->address) : std::nullopt;
}

}  // namespace

milliseconds BenchBounds::expected(std::size_t pairs) const {
  constexpr milliseconds kIdle{400};
  constexpr milliseconds kAround{200};
  const auto runs = static_cast<int>(pairs) * (beside ? 4 : 2);
  return runs * (kIdle + kAround + stream + datagrams());
}

bool BenchPair::is_measured() const {
  return !skipped && std::ranges::all_of(runs, [](const BenchRun& run) {
    return run.beside || run.figures.has_value();
  });
}

std::vector<BenchPair> bench_pairs(const Mesh& mesh, std::span<const std::string> names) {
  const std::set<std::string> named(names.begin(), names.end());
  std::vector<BenchPair> pairs;
  for (auto a = mesh.nodes.begin(); a != mesh.nodes.end(); ++a) {
    for (auto b = std::next(a); b != mesh.nodes.end(); ++b) {
      const auto ends_named = named.count(a->name) + named.count(b->name);
      if (ends_named < std::min<std::size_t>(named.size(), 2)) { continue; }
      const bool is_link = is_peered(mesh, *a, *b);
      if (is_link) {
        pairs.push_back({a->name, b->name});
      } else if (ends_named == 2) {
        pairs.push_back({a->name, b->name, say<"bench-no-link">()});
      }
    }
  }
  return pairs;
}

void plan_bench_runs(std::vector<BenchPair>& pairs, std::span<const NodeReport> reports,
                     const BenchBounds& bounds) {
  for (BenchPair& pair : pairs) {
    pair.skipped = why_skipped(pair, reports);
    if (pair.skipped) { continue; }
    for (const bool beside : {false, true}) {
      if (beside && !bounds.beside) { continue; }
      pair.runs.push_back({pair.a, pair.b, beside});
      pair.runs.push_back({pair.b, pair.a, beside});
    }
  }
}

std::optional<BenchAddresses> bench_addresses(const Mesh& mesh, std::span<const NodeReport> reports,
                                              const BenchRun& run) {
  if (!run.beside) { return segment_addresses(mesh, run); }
  const auto from = underlay_address(reports, run.from, run.to);
  const auto to = underlay_address(reports, run.to, run.from);
  if (!from || !to || from->family != to->family) { return std::nullopt; }
  return BenchAddresses{*from, *to};
}

Said why_no_addresses(const BenchRun& run) {
  return run.beside ? say<"bench-no-underlay">() : say<"bench-no-addresses">();
}

std::optional<double> loss_of(std::uint64_t sent, std::uint64_t received) {
  if (sent == 0) { return std::nullopt; }
  return static_cast<double>(sent - std::min(sent, received)) / static_cast<double>(sent);
}

}  // namespace wgmesh
