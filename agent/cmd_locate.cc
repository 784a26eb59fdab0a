#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "agent/commands.h"
#include "agent/linux/wall_clock.h"
#include "agent/locate/answering.h"
#include "agent/text/messages.h"
#include "common/error.h"
#include "common/naming.h"

namespace wgmesh {
namespace {

constexpr int kFirstOfSystemd = 3;

bool says(const char* variable, const std::string& value) {
  const char* const text = std::getenv(variable);
  return text != nullptr && value == text;
}

}  // namespace

int run_locate(const ThisNode& this_node, const std::string& mesh) {
  if (!says("LISTEN_PID", std::to_string(::getpid())) || !says("LISTEN_FDS", "1")) {
    throw Error(say<"locate-without-socket">(mesh));
  }
  Answering answering;
  answering.device = wireguard_name(mesh);
  std::unique_ptr<Kernel> kernel;
  answering.look = [&] {
    if (!kernel) { kernel = this_node.open_kernel(); }
    proto::Status status = status_of(kernel->read(mesh, false), mesh);
    status.set_time(wall_clock());
    return status;
  };
  answer_questions(kFirstOfSystemd, answering);
  return 0;
}

}  // namespace wgmesh
