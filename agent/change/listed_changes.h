// A proposal as the controller is told of it: each operation in the words of `ip` and `wg`, with
// its kind, its interface, its link and its values, so that nobody has to read them out of the words. Pure.
#pragma once

#include <string>

#include "agent/change/proposal.h"
#include "proto/session.pb.h"

namespace wgmesh {

// `makes_keys`: false in a dry run, whose missing keys are stand-ins.
proto::Changes listed_changes(const Proposal& proposal, const std::string& mesh,
                              bool makes_keys = true);

// How many there are. A new mesh has many megabytes of words, and not everybody reads them.
proto::Changes counted_changes(const Proposal& proposal);

}  // namespace wgmesh
