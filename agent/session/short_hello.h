// A hello as a controller takes it that knows the short form: what a node says of each of a thousand peers, by their
// places in Open. Pure.
#pragma once

#include "proto/session.pb.h"
#include "proto/status.pb.h"

namespace wgmesh {

// See the fields from 60 on in proto/session.proto.
void shorten(const proto::Open& open, proto::Hello& hello);

// For a look at links only: peers and ports become `links`, and what is no part of the answer to `wanted` goes.
void shorten(const proto::Open& open, const proto::AskStatus& wanted, proto::Status& status);

}  // namespace wgmesh
