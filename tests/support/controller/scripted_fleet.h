// A mesh of three nodes, a, b and c, each with an agent that answers from a script.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "controller/mesh/mesh.h"
#include "tests/support/controller/scripted_agent.h"

namespace wgmesh {

Mesh three_nodes();

// What a fixture has.
class ScriptedFleet {
 protected:
  ScriptedFleet();

  Mesh mesh_ = three_nodes();
  std::vector<const Node*> nodes_;
  std::map<std::string, ScriptedNode> scripts_;
};

}  // namespace wgmesh
