#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>

#include "agent/commands.h"
#include "agent/current_status.h"
#include "agent/journal.h"
#include "agent/lock.h"
#include "agent/recovery.h"
#include "agent/status_json.h"
#include "agent/status_text.h"

namespace wgmesh {
namespace {

// What a dead session left open is finished by whichever command comes next, unless somebody is at
// it.
void finish_abandoned(const Surroundings& surroundings, Kernel& kernel, const Store& store,
                      const std::string& mesh) {
  if (!Journal(store, mesh).open()) return;
  const Holder me{"wgmesh-agent status", kEndsSoon, std::time(nullptr), ::getpid()};
  const auto lock = MeshLock::try_take(surroundings.paths.run, mesh, me);
  if (!lock) return;
  if (const auto finished = finish_open_transaction(kernel, store, mesh)) {
    fmt::print(stderr, "{}: {}\n", mesh, *finished);
  }
}

}  // namespace

int run_status(const Surroundings& surroundings, const std::string& mesh, bool as_json) {
  const Store store(surroundings.paths.state);
  const std::vector<std::string> meshes = store.meshes(mesh);
  const auto kernel = surroundings.open_kernel();
  std::vector<proto::Status> statuses;
  for (const std::string& name : meshes) {
    finish_abandoned(surroundings, *kernel, store, name);
    statuses.push_back(current_status(*kernel, store, name));
  }
  const std::string text =
      as_json ? status_json(statuses) : status_text(statuses, std::time(nullptr));
  std::fputs(text.c_str(), stdout);
  return 0;
}

}  // namespace wgmesh
