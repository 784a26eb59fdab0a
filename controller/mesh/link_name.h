// The name of a link: its two nodes.
#pragma once

#include <string>
#include <utility>

namespace wgmesh {

// Two names, the lesser first.
using LinkName = std::pair<std::string, std::string>;

inline LinkName link_between(const std::string& a, const std::string& b) {
  return a < b ? LinkName(a, b) : LinkName(b, a);
}

}  // namespace wgmesh
