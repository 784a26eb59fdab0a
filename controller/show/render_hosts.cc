#include "controller/show/render_hosts.h"

#include <vector>

#include "common/hosts_lines.h"

namespace wgmesh {

std::string render_hosts(const Mesh& mesh) {
  std::vector<NamedAddress> named;
  for (const Node& node : mesh.nodes) {
    for (const Prefix& address : node.addresses) { named.push_back({node.name, address.address}); }
  }
  std::string text;
  for (const std::string& line : hosts_lines(mesh.name, named)) { text += line + '\n'; }
  return text;
}

}  // namespace wgmesh
