// Where a node listens to be measured: on the addresses that its mesh gives it, as they are just
// now.
#pragma once

#include <string>

#include "agent/peers/echo.h"
#include "agent/state/kernel.h"

namespace wgmesh {

// `told` becomes the answer to `wanted`. Asks only inside of the mesh's two prefixes, as `open` has
// them. Throws Error for a token of another size.
Echo listen_on_mesh(Kernel& kernel, const proto::Open& open, const proto::Listen& wanted,
                    proto::Listening& told);

}  // namespace wgmesh
