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
    Said fault;
    std::string outcome = failed;
    int code = kExitFailed;
    try {
      outcome = step(this_node, store, name, fault);
      if (fault.text.empty()) { code = 0; }
    } catch (const Locked& error) {
      fault = {error.id(), error.message(), ""};
      code = kExitLocked;
    } catch (const Error& error) { fault = {error.id(), error.message(), error.cure()}; }
    fmt::print("{}: {}\n", name, outcome);
    if (!fault.text.empty()) { fmt::print(stderr, "wgmesh-agent: {}: {}\n", name, fault.text); }
    if (!fault.cure.empty()) { fmt::print(stderr, "  {}\n", fault.cure); }
    if (result != kExitFailed && code != 0) { result = code; }
  }
  return result;
}

}  // namespace wgmesh
