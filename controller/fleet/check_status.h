// What a node measured, believed only after this has looked at it: names become keys of documents
// and words of findings.
#pragma once

#include <string>

#include "proto/status.pb.h"

namespace wgmesh {

// Throws Error, with what was told, for a status that no agent of ours would tell of `mesh`: names,
// keys, addresses and bridge IDs that are none.
void check_status(const std::string& mesh, const proto::Status& status);

}  // namespace wgmesh
