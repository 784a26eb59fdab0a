#include "controller/mesh/tree.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>

#include "common/error.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
// Every change of one link is tried while there are no more nodes than that: it costs their third
// power, again and again.
constexpr std::size_t kMostToImprove = 200;
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

template <class Weights>
Graph graph_of(const std::vector<std::string>& nodes, const Weights& weights) {
  Graph graph{std::vector(nodes.size(), std::vector<double>(nodes.size(), kInfinite))};
  for (const auto& [link, weight] : weights) {
    const std::size_t a = number_of(nodes, link.first);
    const std::size_t b = number_of(nodes, link.second);
    if (a == nodes.size() || b == nodes.size()) { continue; }
    graph.weight[a][b] = graph.weight[b][a] = weight;
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

// The distances from `start` over `edges`.
std::vector<double> distances(const Graph& graph, const Edges& edges, std::size_t start) {
  std::vector<std::vector<std::size_t>> neighbours(graph.size());
  for (const auto& [a, b] : edges) {
    neighbours[a].push_back(b);
    neighbours[b].push_back(a);
  }
  std::vector<double> distance(graph.size(), kInfinite);
  std::vector<std::size_t> open{start};
  distance[start] = 0;
  while (!open.empty()) {
    const std::size_t node = open.back();
    open.pop_back();
    for (const std::size_t next : neighbours[node]) {
      if (distance[next] < kInfinite) { continue; }
      distance[next] = distance[node] + graph.weight[node][next];
      open.push_back(next);
    }
  }
  return distance;
}

double sum(const std::vector<double>& values) {
  double total = 0;
  for (const double value : values) { total += value; }
  return total;
}

double total(const Graph& graph, const Edges& edges) {
  double all = 0;
  for (std::size_t i = 0; i < graph.size(); ++i) { all += sum(distances(graph, edges, i)); }
  return all / 2;  // each pair was counted from both ends
}

// What the total would be with another link in the place of `edges[out]`: the parts that are left
// keep their own distances, and every pair across goes over the new link.
struct Parts {
  std::vector<bool> in_first;
  std::vector<double> sums;  // of the distances from a node to all in its part
  double inside = 0;
  double first_size = 0;
  double second_size = 0;

  double total_with(std::size_t first, std::size_t second, double weight) const {
    return inside + second_size * sums[first] + first_size * sums[second] +
           first_size * second_size * weight;
  }
};

Parts parts_without(const Graph& graph, const Edges& edges, std::size_t out) {
  Edges rest = edges;
  rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(out));
  Parts parts;
  for (std::size_t i = 0; i < graph.size(); ++i) {
    double sum_of_part = 0;
    for (const double distance : distances(graph, rest, i)) {
      if (distance < kInfinite) { sum_of_part += distance; }
    }
    parts.sums.push_back(sum_of_part);
    parts.inside += sum_of_part / 2;
  }
  for (const double distance : distances(graph, rest, edges[out].first)) {
    parts.in_first.push_back(distance < kInfinite);
    ++(distance < kInfinite ? parts.first_size : parts.second_size);
  }
  return parts;
}

// Puts a better tree that differs from `edges` in one link in its place; false: there is none.
bool improve(const Graph& graph, Edges& edges, double& best) {
  constexpr double kWorthIt = 1 - 1e-9;  // of what rounding alone would find better again and again
  for (std::size_t out = 0; out < edges.size(); ++out) {
    const Parts parts = parts_without(graph, edges, out);
    for (std::size_t a = 0; a < graph.size(); ++a) {
      for (std::size_t b = 0; b < graph.size(); ++b) {
        const bool joins = parts.in_first[a] && !parts.in_first[b];
        if (!joins || graph.weight[a][b] == kInfinite) { continue; }
        const double latency = parts.total_with(a, b, graph.weight[a][b]);
        if (latency >= best * kWorthIt) { continue; }
        best = latency;
        edges[out] = {std::min(a, b), std::max(a, b)};
        return true;
      }
    }
  }
  return false;
}

std::vector<LinkName> named(const std::vector<std::string>& nodes, const Edges& edges) {
  std::vector<LinkName> links;
  for (const auto& [a, b] : edges) { links.push_back(link_between(nodes[a], nodes[b])); }
  std::ranges::sort(links);
  return links;
}

}  // namespace

LinkName link_between(const std::string& a, const std::string& b) {
  return {std::min(a, b), std::max(a, b)};
}

double total_latency(const std::vector<std::string>& nodes, const std::vector<LinkName>& links,
                     const RoundTrips& round_trips) {
  Edges edges;
  for (const auto& [a, b] : links) { edges.emplace_back(number_of(nodes, a), number_of(nodes, b)); }
  return total(graph_of(nodes, round_trips), edges);
}

Tree choose_tree(const std::vector<std::string>& nodes, const RoundTrips& round_trips,
                 const std::string& wished_root) {
  if (nodes.empty()) { return {}; }
  const Graph graph = graph_of(nodes, round_trips);
  Edges best;
  double least = kInfinite;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const auto parents = shortest_paths(graph, i);
    if (!parents) { throw Error(say<"mesh-tree-parted">()); }
    const Edges edges = edges_of(*parents);
    const double latency = total(graph, edges);
    if (latency >= least) { continue; }
    least = latency;
    best = edges;
  }
  while (nodes.size() <= kMostToImprove && improve(graph, best, least)) {}

  std::vector<std::size_t> order(nodes.size());
  for (std::size_t i = 0; i < order.size(); ++i) { order[i] = i; }
  std::vector<double> sums;
  for (std::size_t i = 0; i < nodes.size(); ++i) { sums.push_back(sum(distances(graph, best, i))); }
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
