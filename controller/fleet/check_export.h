// Bounds of the files that a node says it exports: the same rules as in facts.h.
#pragma once

#include "proto/session.pb.h"

namespace wgmesh {

// Throws Error for a name that is no file's, for one that does not lie in the folder that was asked
// for, and for content where the node was to write files.
void check_export(const proto::ExportFiles& wanted, const proto::ExportedFiles& exported);

}  // namespace wgmesh
