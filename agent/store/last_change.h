// The last thing that was done to a mesh on this node, as a value, a sentence and a line of a file.
// No secrets, no paths.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/store/store.h"
#include "proto/status.pb.h"

namespace wgmesh {

// The name of the file in the mesh's folder. It is no part of what is committed.
inline constexpr std::string_view kLastChange = "last_change";

enum class Deed : std::uint8_t {
  kCommitted,
  kUndone,
  kRestored,
  kRemoved,
  kLeftOpen,  // neither committed nor undone: the kernel refused
};

struct LastChange {
  Deed deed = Deed::kCommitted;
  std::uint64_t generation = 0;  // of the plan that is stored now; 0: none is
  std::uint64_t changes = 0;     // operations of the transaction
  std::string origin;            // who asked for it
  // Not by whoever began it: the watcher, or a later command, brought it to its end.
  bool afterwards = false;
  std::int64_t time = 0;  // seconds since the epoch

  bool operator==(const LastChange&) const = default;
};

// "committed generation 3, 19 changes, asked for by root@ci7"
std::string describe(const LastChange& change);

std::string put_last_change(const LastChange& change);
// Empty for anything that put_last_change does not write.
std::optional<LastChange> parse_last_change(std::string_view line);

void put_into(proto::Status& status, const LastChange& change);

// Empty when nothing is kept, or nothing that can be understood.
std::optional<LastChange> read_last_change(const Store& store, const std::string& mesh);

}  // namespace wgmesh
