// What a node may do instead of an answer: each kind goes on until mesh has gone.
#pragma once

#include <string>

namespace wgmesh {

// KIND is one of
//   silence   it says nothing            ends      its stream ends
//   progress  Progress that counts up    standing  Progress that does not go on
//   alive     answers to heartbeats that nobody sent, as fast as they go
//   wrong     answers to another step    noise     octets that are no frame
//   huge      a frame of 2 GiB is begun  empty     frames without a message
//   trickle   one octet a second of a frame of 16 MiB
//   lines     lines of text on stderr, as fast as they go
// Never returns. Exits with 64 when KIND is none of them.
[[noreturn]] void misbehave(const std::string& kind);

}  // namespace wgmesh
