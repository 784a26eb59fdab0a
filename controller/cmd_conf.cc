#include <cstdio>

#include <fmt/format.h>

#include "controller/commands.h"
#include "controller/render_conf.h"

namespace wgmesh {

int run_conf(const CommandLine& command_line, const Mesh& mesh) {
  fmt::print("{}", render_conf(mesh, command_line.json_out));
  return kExitDone;
}

}  // namespace wgmesh
