#include "controller/mesh/status_changes.h"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

namespace wgmesh {
namespace {

std::optional<double> rate_of(std::optional<std::uint64_t> before, std::optional<std::uint64_t> now,
                              double seconds) {
  if (!before || !now || *now < *before || seconds <= 0) { return std::nullopt; }
  return static_cast<double>(*now - *before) / seconds;
}

std::string place_text(const std::optional<TreePlace>& place) {
  if (!place) { return "not in the tree"; }
  if (place->is_root) { return "root of the tree"; }
  const std::string& where = place->peer.empty() ? place->port : place->peer;
  return fmt::format("root port to {} at {}", where, place->path_cost);
}

class Comparison {
 public:
  void compare(const std::string& who, const std::string& before, const std::string& now) {
    if (before == now) { return; }
    sentences_.push_back(fmt::format("{}: {}, was {}", who, now, before));
  }

  void compare(const NodeRow& before, const NodeRow& now) {
    compare(now.name, to_text(before.state), to_text(now.state));
    if (before.state == NodeState::kUnreachable || now.state == NodeState::kUnreachable) {
      return;  // what is not known has not changed
    }
    compare(now.name, fmt::format("{} of {} peers up", before.peers_up, before.peers),
            fmt::format("{} of {} peers up", now.peers_up, now.peers));
    compare(now.name, place_text(before.tree), place_text(now.tree));
  }

  void compare(const MeshLine& before, const MeshLine& now) {
    const auto mtu = [](const MeshLine& line) {
      return line.mtu ? fmt::format("mtu {}", *line.mtu) : std::string("no mtu");
    };
    const auto root = [](const MeshLine& line) {
      return line.root.empty() ? std::string("no root") : "root " + line.root;
    };
    compare(now.name, root(before), root(now));
    compare(now.name, mtu(before), mtu(now));
  }

  std::vector<std::string> sentences() && { return std::move(sentences_); }

 private:
  std::vector<std::string> sentences_;
};

}  // namespace

StatusChanges status_changes(const Look& before, const Look& now) {
  const double seconds = std::chrono::duration<double>(now.at - before.at).count();
  StatusChanges changes;
  Comparison comparison;
  for (const NodeRow& row : now.status.nodes) {
    Rates& rates = changes.rates.emplace_back();
    const auto former = std::ranges::find(before.status.nodes, row.name, &NodeRow::name);
    if (former == before.status.nodes.end()) { continue; }
    rates.received = rate_of(former->received, row.received, seconds);
    rates.sent = rate_of(former->sent, row.sent, seconds);
    comparison.compare(*former, row);
  }
  comparison.compare(before.status.mesh, now.status.mesh);
  changes.sentences = std::move(comparison).sentences();
  return changes;
}

}  // namespace wgmesh
