// What more than half of the nodes say, so that no single one decides.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace wgmesh {

template <class Value>
using Votes = std::map<Value, std::vector<std::string>>;  // who says it

template <class Value>
struct Majority {
  std::optional<Value> value;            // nothing: no more than half say the same
  std::vector<std::string> disagreeing;  // who says otherwise
};

template <class Value>
Majority<Value> majority_of(const Votes<Value>& votes) {
  std::size_t voters = 0;
  for (const auto& [value, nodes] : votes) { voters += nodes.size(); }
  Majority<Value> majority;
  for (const auto& [value, nodes] : votes) {
    if (2 * nodes.size() > voters) {
      majority.value = value;
    } else {
      majority.disagreeing.insert(majority.disagreeing.end(), nodes.begin(), nodes.end());
    }
  }
  return majority;
}

}  // namespace wgmesh
