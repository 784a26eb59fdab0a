#include "tests/support/controller/finished_draft.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "controller/init/draft_addresses.h"
#include "controller/init/draft_endpoints.h"
#include "controller/init/render_draft.h"
#include "tests/support/controller/noted_mesh_file.h"

namespace wgmesh {

Mesh mesh_in(const std::string& text) {
  try {
    return read_noted_mesh_file(text, "mesh.yaml");
  } catch (const MeshFileFaults& faults) {
    ADD_FAILURE() << faults.message() << '\n' << text;
    return {};
  }
}

DraftNode node_at(const std::string& name, const std::string& host) {
  DraftNode node;
  node.name = name;
  node.target = parse_ssh_target(host);
  return node;
}

std::string finished(Draft draft) {
  if (!draft.network) { draft.network = unique_local_network({0x12, 0x34, 0x56, 0x78, 0x9a}); }
  number_nodes(draft);
  settle_endpoints(draft);
  std::string text = render_draft(draft);
  mesh_in(text);
  return text;
}

std::string content_of_file(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

}  // namespace wgmesh
