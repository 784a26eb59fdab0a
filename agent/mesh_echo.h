// Where a node listens to be measured: on the addresses that its mesh gives it, as they are just
// now.
#pragma once

#include <string>

#include "agent/echo.h"
#include "agent/kernel.h"

namespace wgmesh {

// `told` becomes the answer to `wanted`. Throws Error for a token of another size.
Echo listen_on_mesh(Kernel& kernel, const std::string& mesh, const proto::Listen& wanted,
                    proto::Listening& told);

}  // namespace wgmesh
