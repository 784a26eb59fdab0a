#include "controller/mesh/tree.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_map>

#include "common/error.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
// Up to so many nodes the shortest paths from each are made better, and not only the best of them.
constexpr std::size_t kMostToImproveEach = 12;
// Up to so many nodes the search for a better link begins anew after each that it has found. That takes more steps
// than the third power, and finds a little more.
constexpr std::size_t kMostToBeginAnew = 64;
// Above it goes on behind that link, and round at most so often.
constexpr std::size_t kMostRounds = 8;
// What all links of the tree cost together, and what each of the others costs at least: a path that
// leaves the tree is never the cheaper one.
constexpr double kCostOfTree = 9000;
constexpr double kCostOffTree = 20000;
constexpr double kSpreadOffTree = 20000;

// Nodes by number.
struct Graph {
  std::vector<std::vector<double>> weight;  // infinite: no link

  std::size_t size() const { return weight.size(); }
};

std::size_t number_of(const std::vector<std::string>& nodes, const std::string& name) {
  return static_cast<std::size_t>(std::ranges::find(nodes, name) - nodes.begin());
}

using Numbers = std::unordered_map<std::string_view, std::size_t>;

Numbers numbers_of(const std::vector<std::string>& nodes) {
  Numbers numbers;
  for (const std::string& name : nodes) { numbers.emplace(name, numbers.size()); }
  return numbers;
}

template <class Weights>
Graph graph_of(const std::vector<std::string>& nodes, const Weights& weights) {
  Graph graph{std::vector(nodes.size(), std::vector<double>(nodes.size(), kInfinite))};
  const Numbers numbers = numbers_of(nodes);
  for (const auto& [link, weight] : weights) {
    const auto a = numbers.find(link.first);
    const auto b = numbers.find(link.second);
    if (a == numbers.end() || b == numbers.end()) { continue; }
    graph.weight[a->second][b->second] = graph.weight[b->second][a->second] = weight;
  }
  return graph;
}

using Parents = std::vector<std::size_t>;  // of each node but the root, which is its own

// Dijkstra's; among equals the node that comes first, as spanning tree takes the lower bridge ID.
std::optional<Parents> shortest_paths(const Graph& graph, std::size_t root) {
  const std::size_t n = graph.size();
  std::vector<double> distance(n, kInfinite);
  std::vector<bool> done(n, false);
  Parents parents(n, root);
  distance[root] = 0;
  for (std::size_t round = 0; round < n; ++round) {
    std::size_t next = n;
    for (std::size_t i = 0; i < n; ++i) {
      if (!done[i] && distance[i] < kInfinite && (next == n || distance[i] < distance[next])) {
        next = i;
      }
    }
    if (next == n) { return std::nullopt; }
    done[next] = true;
    for (std::size_t i = 0; i < n; ++i) {
      if (done[i] || distance[next] + graph.weight[next][i] >= distance[i]) { continue; }
      distance[i] = distance[next] + graph.weight[next][i];
      parents[i] = next;
    }
  }
  return parents;
}

using Edges = std::vector<std::pair<std::size_t, std::size_t>>;

Edges edges_of(const Parents& parents) {
  Edges edges;
  for (std::size_t i = 0; i < parents.size(); ++i) {
    if (parents[i] != i) { edges.emplace_back(std::min(i, parents[i]), std::max(i, parents[i])); }
  }
  return edges;
}

using Adjacency = std::vector<std::vector<std::size_t>>;

Adjacency adjacency_of(std::size_t size, const Edges& edges) {
  Adjacency neighbours(size);
  for (const auto& [a, b] : edges) {
    neighbours[a].push_back(b);
    neighbours[b].push_back(a);
  }
  return neighbours;
}

// The part of a tree that hangs together with one node when one link is taken away.
struct Part {
  std::vector<std::size_t> nodes;  // the start first, each after the one that it hangs on
  double size = 0;
  double inside = 0;     // the sum of the distances of all pairs
  double least_sum = 0;  // of all its nodes
};

// Puts into `sums` for each node of the part the sum of the distances to all others of it. Two walks over the part:
// one step along a link brings what is behind that link nearer, and all the rest farther.
Part part_from(const Graph& graph, const Adjacency& neighbours, std::size_t start,
               std::size_t without, std::vector<double>& sums) {
  Part part;
  std::vector<std::size_t> parents(graph.size(), without);
  std::vector<double> behind(graph.size(), 1);  // how many nodes, itself with them
  std::vector<bool> seen(graph.size(), false);  // what nodes tell just now may have a ring
  part.nodes.push_back(start);
  seen[start] = true;
  for (std::size_t at = 0; at < part.nodes.size(); ++at) {
    const std::size_t node = part.nodes[at];
    for (const std::size_t next : neighbours[node]) {
      const bool is_link_taken = node == start && next == without;
      if (is_link_taken || seen[next]) { continue; }
      seen[next] = true;
      parents[next] = node;
      part.nodes.push_back(next);
    }
  }
  part.size = static_cast<double>(part.nodes.size());
  double from_start = 0;
  for (std::size_t at = part.nodes.size(); at-- > 1;) {
    const std::size_t node = part.nodes[at];
    behind[parents[node]] += behind[node];
    from_start += behind[node] * graph.weight[node][parents[node]];
  }
  sums[start] = from_start;
  part.inside = from_start;
  part.least_sum = from_start;
  for (std::size_t at = 1; at < part.nodes.size(); ++at) {
    const std::size_t node = part.nodes[at];
    sums[node] =
        sums[parents[node]] + (part.size - 2 * behind[node]) * graph.weight[node][parents[node]];
    part.inside += sums[node];
    part.least_sum = std::min(part.least_sum, sums[node]);
  }
  part.inside /= 2;  // each pair was counted from both ends
  return part;
}

// For each node the sum of the distances over `edges` to all others. Infinite if they do not join all.
std::vector<double> sums_over(const Graph& graph, const Edges& edges) {
  std::vector<double> sums(graph.size(), kInfinite);
  const bool is_whole = !sums.empty() && std::ranges::all_of(edges, [&](const auto& edge) {
    return graph.weight[edge.first][edge.second] < kInfinite;
  });
  if (!is_whole) { return sums; }
  const Part part = part_from(graph, adjacency_of(graph.size(), edges), 0, graph.size(), sums);
  if (part.nodes.size() < graph.size()) { std::ranges::fill(sums, kInfinite); }
  return sums;
}

double total(const Graph& graph, const Edges& edges) {
  double all = 0;
  for (const double sum : sums_over(graph, edges)) { all += sum; }
  return all / 2;  // each pair was counted from both ends
}

// Looks for better trees that differ from the one it has in one link.
class Improvement {
 public:
  Improvement(const Graph& graph, Edges edges, double latency)
      : graph_(graph),
        edges_(std::move(edges)),
        best_(latency),
        neighbours_(adjacency_of(graph.size(), edges_)),
        nearest_(graph.size()),
        sums_(graph.size()) {
    for (std::size_t i = 0; i < graph.size(); ++i) {
      nearest_[i] = std::ranges::min(graph.weight[i]);
    }
  }

  Edges run() && {
    const bool begins_anew = graph_.size() <= kMostToBeginAnew;
    std::size_t most =
        begins_anew ? std::numeric_limits<std::size_t>::max() : kMostRounds * edges_.size();
    // `unchanged`: so many links in a row have no better one.
    for (std::size_t at = 0, unchanged = 0; unchanged < edges_.size() && most > 0; --most) {
      if (replace(at)) {
        unchanged = 0;
        at = begins_anew ? 0 : (at + 1) % edges_.size();
      } else {
        ++unchanged;
        at = (at + 1) % edges_.size();
      }
    }
    return std::move(edges_);
  }

 private:
  // Puts the first link that makes the tree better in the place of `edges_[out]`; false: there is none. The parts
  // that are left keep their own distances, and every pair across goes over the new link.
  bool replace(std::size_t out) {
    constexpr double kWorthIt =
        1 - 1e-9;  // of what rounding alone would find better again and again
    const auto [from, to] = edges_[out];
    Part first = part_from(graph_, neighbours_, from, to, sums_);
    Part second = part_from(graph_, neighbours_, to, from, sums_);
    std::ranges::sort(first.nodes);
    std::ranges::sort(second.nodes);
    const double inside = first.inside + second.inside;
    const double across = first.size * second.size;
    const double bound = best_ * kWorthIt;
    for (const std::size_t a : first.nodes) {
      const double with_a = inside + second.size * sums_[a];
      // No link from here can be better.
      if (with_a + first.size * second.least_sum + across * nearest_[a] >= bound) { continue; }
      for (const std::size_t b : second.nodes) {
        const double latency = with_a + first.size * sums_[b] + across * graph_.weight[a][b];
        if (latency >= bound) { continue; }
        best_ = latency;
        std::erase(neighbours_[from], to);
        std::erase(neighbours_[to], from);
        neighbours_[a].push_back(b);
        neighbours_[b].push_back(a);
        edges_[out] = {std::min(a, b), std::max(a, b)};
        return true;
      }
    }
    return false;
  }

  const Graph& graph_;
  Edges edges_;
  double best_;
  Adjacency neighbours_;
  std::vector<double> nearest_;  // the shortest link of each node
  std::vector<double> sums_;     // of each node within its part
};

Edges improved(const Graph& graph, Edges edges) {
  const double latency = total(graph, edges);
  return Improvement(graph, std::move(edges), latency).run();
}

std::vector<LinkName> named(const std::vector<std::string>& nodes, const Edges& edges) {
  std::vector<LinkName> links;
  for (const auto& [a, b] : edges) { links.push_back(link_between(nodes[a], nodes[b])); }
  std::ranges::sort(links);
  return links;
}

}  // namespace

double total_latency(const std::vector<std::string>& nodes, const std::vector<LinkName>& links,
                     const RoundTrips& round_trips) {
  const Numbers numbers = numbers_of(nodes);
  Edges edges;
  for (const auto& [a, b] : links) { edges.emplace_back(numbers.at(a), numbers.at(b)); }
  return total(graph_of(nodes, round_trips), edges);
}

Tree choose_tree(const std::vector<std::string>& nodes, const RoundTrips& round_trips,
                 const std::string& wished_root) {
  if (nodes.empty()) { return {}; }
  const Graph graph = graph_of(nodes, round_trips);
  const bool improves_each = nodes.size() <= kMostToImproveEach;
  Edges best;
  double least = kInfinite;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const auto parents = shortest_paths(graph, i);
    if (!parents) { throw Error(say<"mesh-tree-parted">()); }
    Edges edges = edges_of(*parents);
    if (improves_each) { edges = improved(graph, std::move(edges)); }
    const double latency = total(graph, edges);
    if (latency >= least) { continue; }
    least = latency;
    best = std::move(edges);
  }
  if (!improves_each) { best = improved(graph, std::move(best)); }

  std::vector<std::size_t> order(nodes.size());
  for (std::size_t i = 0; i < order.size(); ++i) { order[i] = i; }
  const std::vector<double> sums = sums_over(graph, best);
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    const bool a_wished = nodes[a] == wished_root;
    const bool b_wished = nodes[b] == wished_root;
    return a_wished != b_wished ? a_wished : sums[a] < sums[b];
  });
  return {named(nodes, best), nodes[order[0]], nodes.size() > 1 ? nodes[order[1]] : std::string()};
}

std::map<LinkName, std::uint16_t> path_costs_for(const Tree& tree, const RoundTrips& round_trips) {
  const std::set<LinkName> links(tree.links.begin(), tree.links.end());
  double in_tree = 0;
  double longest = 0;
  for (const auto& [link, round_trip] : round_trips) {
    if (links.contains(link)) { in_tree += round_trip; }
    longest = std::max(longest, round_trip);
  }
  std::map<LinkName, std::uint16_t> costs;
  for (const auto& [link, round_trip] : round_trips) {
    const double cost =
        links.contains(link)
            ? 1 + kCostOfTree * (in_tree > 0 ? round_trip / in_tree : 0)
            : kCostOffTree + kSpreadOffTree * (longest > 0 ? round_trip / longest : 0);
    costs[link] = static_cast<std::uint16_t>(std::lround(cost));
  }
  return costs;
}

std::vector<LinkName> tree_by_costs(const std::vector<std::string>& nodes, const std::string& root,
                                    const std::map<LinkName, std::uint16_t>& costs) {
  const auto parents = shortest_paths(graph_of(nodes, costs), number_of(nodes, root));
  return parents ? named(nodes, edges_of(*parents)) : std::vector<LinkName>();
}

}  // namespace wgmesh
