// What the code of both programs says to users. said.h tells what a line is.
#pragma once

#include "common/said.h"

namespace wgmesh {

inline constexpr Message kCommonMessages[] = {
    {"system-call", MessageKind::kError, "{}: {}", "",
     "a system call that failed, and the system's reason"},
    {"program-missing", MessageKind::kError, "{}: no such program", ""},
    {"program-too-large", MessageKind::kError, "{} is too large for an agent", ""},
    {"key-seal-refused", MessageKind::kError,
     "a preshared key cannot be sealed: the other node's session key is not a valid one", ""},
    {"underlay-too-small", MessageKind::kError, "the underlay {} has no room for node addresses",
     "take a prefix of at most /{1}"},
    {"frame-message-too-large", MessageKind::kError,
     "a message of {} octets does not fit into a frame", ""},
    {"frame-too-large", MessageKind::kError,
     "a frame of {} octets is announced; at most {} are allowed", ""},
    {"frame-length-endless", MessageKind::kError,
     "garbage instead of a frame: its length never ends", ""},
    {"frame-agent-silent", MessageKind::kError,
     "no sign of the agent in the first {} octets of output", ""},
};

template <MessageId id, class... Arguments>
Said say_common(const Arguments&... arguments) {
  return say_from<kCommonMessages, id>(arguments...);
}

}  // namespace wgmesh
