#include <fmt/format.h>

#include <cstdio>

#include "agent/abandoned_change.h"
#include "agent/commands.h"
#include "agent/linux/wall_clock.h"
#include "agent/status/current_status.h"
#include "agent/status/status_json.h"
#include "agent/status/status_text.h"

namespace wgmesh {
int run_status(const ThisNode& this_node, const std::string& mesh, bool as_json) {
  const Store store(this_node.paths.state);
  const std::vector<std::string> meshes = store.meshes(mesh);
  const auto kernel = this_node.open_kernel();
  std::vector<proto::Status> statuses;
  for (const std::string& name : meshes) {
    print(name, finish_abandoned(this_node, *kernel, store, name).settled);
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
