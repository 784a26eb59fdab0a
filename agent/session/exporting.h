// What is stored of a mesh, in the words of another tool. The node's secrets go into files of this
// node, or nowhere: in an answer placeholders stand for them.
#pragma once

#include <string>

#include "agent/store/store.h"
#include "proto/session.pb.h"

namespace wgmesh {

// Throws Error when nothing whole is stored, when the format cannot say what is, and when the folder
// does not take the files.
proto::ExportedFiles export_stored(const Store& store, const std::string& mesh,
                                   const proto::ExportFiles& wanted);

}  // namespace wgmesh
