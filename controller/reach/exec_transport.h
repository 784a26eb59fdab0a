// A transport through a command prefix of the user's (`docker exec -i n1`, `ip netns exec n1`): a
// child process whose stdin and stdout are the stream.
#pragma once

#include <memory>

#include "controller/mesh/mesh.h"
#include "controller/reach/transport.h"

namespace wgmesh {

std::unique_ptr<Transport> make_exec_transport(const ExecTarget& target);

}  // namespace wgmesh
