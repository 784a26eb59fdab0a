#include "controller/mesh/goal.h"

namespace wgmesh {
namespace {

// Every node that ever belonged to the mesh and can be asked was taken down.
bool is_down(const Mesh& mesh, const Facts& facts) {
  bool any_down = false;
  for (const Node& node : mesh.nodes) {
    const auto hello = facts.find(node.name);
    if (hello == facts.end()) { continue; }
    if (hello->second.is_down()) {
      any_down = true;
    } else if (hello->second.generation() != 0) {
      return false;
    }
  }
  return any_down;
}

}  // namespace

proto::Goal goal_for(const Mesh& mesh, const Node& node, const Facts& facts, proto::Goal wanted,
                     bool wakes) {
  if (node.absent) { return proto::REMOVE; }
  if (wanted != proto::UP || wakes) { return wanted; }
  const proto::Hello& hello = facts.at(node.name);
  const bool is_new = hello.generation() == 0 && !hello.is_down();
  return hello.is_down() || (is_new && is_down(mesh, facts)) ? proto::STORE : proto::UP;
}

}  // namespace wgmesh
