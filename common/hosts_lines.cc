#include "common/hosts_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace wgmesh {

std::vector<std::string> hosts_lines(const std::string& mesh,
                                     const std::vector<NamedAddress>& named) {
  std::size_t width = 0;
  for (const NamedAddress& each : named) { width = std::max(width, to_text(each.address).size()); }
  std::vector<std::string> lines;
  lines.reserve(named.size());
  for (const auto& [node, address] : named) {
    lines.push_back(fmt::format("{:<{}}  {} {}.{}", to_text(address), width, node, node, mesh));
  }
  return lines;
}

}  // namespace wgmesh
