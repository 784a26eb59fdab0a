#include "controller/show/render_hosts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace wgmesh {

std::string render_hosts(const Mesh& mesh) {
  std::size_t width = 0;
  for (const Node& node : mesh.nodes) {
    for (const Prefix& address : node.addresses) {
      width = std::max(width, to_text(address.address).size());
    }
  }
  std::string lines;
  for (const Node& node : mesh.nodes) {
    for (const Prefix& address : node.addresses) {
      lines += fmt::format("{:<{}}  {} {}.{}\n", to_text(address.address), width, node.name,
                           node.name, mesh.name);
    }
  }
  return lines;
}

}  // namespace wgmesh
