#include "agent/session/path_measuring.h"

#include "agent/peers/mesh_echo.h"
#include "agent/session/protocol_error.h"
#include "agent/text/messages.h"
#include "common/limits.h"

namespace wgmesh {
namespace {

// A segment address and an inner one of every node that there can be.
constexpr int kMostTargets = 2 * static_cast<int>(kMaxNodes);

}  // namespace

proto::Listening PathMeasuring::listen(Kernel& kernel, const proto::Open& open,
                                       const proto::Listen& wanted) {
  proto::Listening told;
  echo_.emplace(listen_on_mesh(kernel, open, wanted, told));
  return told;
}

proto::Probed PathMeasuring::probe(const proto::Probe& wanted) {
  if (!echo_) {
    throw ProtocolError(say<"session-message-misplaced">("a probe without listening"));
  }
  if (wanted.targets_size() > kMostTargets) {
    throw ProtocolError(say<"session-message-invalid">("too many targets"));
  }
  return echo_->probe(wanted);
}

Aside PathMeasuring::aside() {
  return {echo_->fds(), [this] { echo_->answer(); }};
}

}  // namespace wgmesh
