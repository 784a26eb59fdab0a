#include <cstdio>

#include "agent/commands.h"
#include "agent/inspect.h"
#include "agent/status/metrics_text.h"
#include "agent/store/atomic_file.h"

namespace wgmesh {

int run_metrics(const ThisNode& this_node, const std::string& mesh, const std::string& output) {
  const std::string text = metrics_text(inspect(this_node, mesh), WGMESH_VERSION);
  if (output.empty()) {
    std::fputs(text.c_str(), stdout);
    return 0;
  }
  // Refuses what is no file: a rename would put one in the place of /dev/stdout.
  read_file(output);
  write_file_atomically(output, text, kPublic);
  return 0;
}

}  // namespace wgmesh
