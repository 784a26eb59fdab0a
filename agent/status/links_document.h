// The links of a node in `wgmesh-agent status -J`, by the node at the other end.
#pragma once

#include "agent/status/inspection.h"
#include "agent/status/json_writer.h"

namespace wgmesh {

// `links`: in the order of the mesh file; then links that the plan does not have.
void put_links(JsonWriter& json, const Inspection& inspection);
// `bridge_ports`, by name; nothing where there is none.
void put_bridge_ports(JsonWriter& json, const proto::Status& status);

}  // namespace wgmesh
