// `wgmesh-agent status --json`: the names of wireguard-tools' wg-json where it has one.
#pragma once

#include <span>
#include <string>

#include "proto/status.pb.h"

namespace wgmesh {

std::string status_json(std::span<const proto::Status> statuses);

}  // namespace wgmesh
