#include "agent/each_mesh.h"

#include <fmt/format.h>

#include <cstdio>

#include "agent/commands.h"
#include "agent/store/lock.h"

namespace wgmesh {

int for_each_mesh(const ThisNode& this_node, const std::string& mesh, const char* failed,
                  MeshStep step) {
  const Store store(this_node.paths.state);
  int result = 0;
  for (const std::string& name : store.meshes(mesh)) {
    std::string faults;
    std::string cure;
    std::string outcome = failed;
    int code = kExitFailed;
    try {
      outcome = step(this_node, store, name, faults);
      if (faults.empty()) { code = 0; }
    } catch (const Locked& error) {
      faults = error.message();
      code = kExitLocked;
    } catch (const Error& error) {
      faults = error.message();
      cure = error.cure();
    }
    fmt::print("{}: {}\n", name, outcome);
    if (!faults.empty()) { fmt::print(stderr, "wgmesh-agent: {}: {}\n", name, faults); }
    if (!cure.empty()) { fmt::print(stderr, "  {}\n", cure); }
    if (result != kExitFailed && code != 0) { result = code; }
  }
  return result;
}

}  // namespace wgmesh
