// Endpoints that a mesh file may have: none that peers cannot send to, and none twice.
#pragma once

#include "controller/init/draft.h"

namespace wgmesh {

// Takes away each endpoint that a mesh file cannot have, and says why in its place. Notes what a reader has to know
// of the others: addresses of private networks beside public ones, and pairs that nobody can dial.
void settle_endpoints(Draft& draft);

}  // namespace wgmesh
