// Whether this process may configure the network that it is in: what a container may lack, asked
// for before anything else.
#pragma once

namespace wgmesh {

// Asks the kernel; nothing changes. Throws Refused, with what to do, if it may not.
void require_privilege();

}  // namespace wgmesh
