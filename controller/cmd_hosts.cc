#include "controller/commands.h"
#include "controller/exit_code.h"
#include "controller/show/output.h"
#include "controller/show/render_hosts.h"

namespace wgmesh {

int run_hosts(const Mesh& mesh) {
  put_result(render_hosts(mesh));
  return kExitDone;
}

}  // namespace wgmesh
