#include "controller/commands.h"
#include "controller/exit_code.h"
#include "controller/show/output.h"
#include "controller/show/render_conf.h"

namespace wgmesh {

int run_conf(const CommandLine& command_line, const Mesh& mesh) {
  put_result(render_conf(mesh, command_line.json_out));
  return kExitDone;
}

}  // namespace wgmesh
