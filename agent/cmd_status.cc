#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>

#include "agent/change/settle.h"
#include "agent/commands.h"
#include "agent/linux/wall_clock.h"
#include "agent/status/current_status.h"
#include "agent/status/status_json.h"
#include "agent/status/status_text.h"
#include "agent/store/journal.h"
#include "agent/store/lock.h"
#include "agent/text/messages.h"

namespace wgmesh {
namespace {

// What a dead session left open is finished by whichever command comes next, unless somebody is at
// it. What cannot be finished is told, and the mesh is shown all the same.
void finish_abandoned(const ThisNode& this_node, Kernel& kernel, const Store& store,
                      const std::string& mesh) {
  if (!Journal(store, mesh).open()) { return; }
  const Holder me{"wgmesh-agent status", kEndsSoon, std::time(nullptr), ::getpid()};
  try {
    const auto lock = MeshLock::try_take(this_node.paths.run, mesh, me);
    if (!lock) { return; }
    const NodeLog log(this_node.paths);
    print(mesh, settle(kernel, store, mesh, Errand::kToLook, log));
  } catch (const Error& error) {
    fmt::print(stderr, "{}: {}\n", mesh, say<"change-stays-open">(error.message()).text);
  }
}

}  // namespace

int run_status(const ThisNode& this_node, const std::string& mesh, bool as_json) {
  const Store store(this_node.paths.state);
  const std::vector<std::string> meshes = store.meshes(mesh);
  const auto kernel = this_node.open_kernel();
  std::vector<proto::Status> statuses;
  for (const std::string& name : meshes) {
    finish_abandoned(this_node, *kernel, store, name);
    statuses.push_back(current_status(*kernel, store, name));
    for (const std::string& warning : statuses.back().warnings()) {
      fmt::print(stderr, "{}: {}\n", name, warning);
    }
  }
  const std::string text = as_json ? status_json(statuses) : status_text(statuses, wall_clock());
  std::fputs(text.c_str(), stdout);
  return 0;
}

}  // namespace wgmesh
