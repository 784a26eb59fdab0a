// What a node sent, as a message. Nodes are hostile until this has looked at it: the size, the
// depth, the length of every list and every text are bounded, and no text holds anything that a
// terminal would obey or a reader would not see. What the values mean, check_hello.h and
// check_status.h look at.
#pragma once

#include <string_view>

#include "proto/session.pb.h"

namespace wgmesh {

// The longest list that a node may send: the changes of a node with 1023 peers are a third of it.
inline constexpr int kMostItems = 16384;

// Throws Error for what no agent of ours would send.
proto::FromAgent parse_node_message(std::string_view octets);

}  // namespace wgmesh
