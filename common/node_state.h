// What `status` calls a node, of both programs: one rule. Header-only, because each program has its own kind of protobuf.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

namespace wgmesh {

// Seconds. WireGuard gives up a session whose handshake is older, so the link works no longer.
inline constexpr std::int64_t kLiveHandshake = 180;

enum class NodeState : std::uint8_t {
  kUp,
  kDown,           // neither bridge nor WireGuard device, or told to be down
  kChangedByHand,  // up, and its kernel differs from its plan
  kUnreachable,    // only the controller meets such a node
  kPartly,         // an interface is missing or down, or the node lacks a link that it is to have
};

inline std::string to_text(NodeState state) {
  switch (state) {
    case NodeState::kUp:
      return "up";
    case NodeState::kDown:
      return "down";
    case NodeState::kChangedByHand:
      return "changed by hand";
    case NodeState::kUnreachable:
      return "unreachable";
    case NodeState::kPartly:
      return "partly";
  }
  return {};
}

// As JSON has it: "changed_by_hand".
inline std::string word_of(NodeState state) {
  std::string word = to_text(state);
  std::ranges::replace(word, ' ', '_');
  return word;
}

// Of a node that has told its status, a message of that name. `has_every_link`: each peer that the node is to have is
// known to its WireGuard device and has a port.
template <typename Status>
NodeState state_of(const Status& status, bool is_drifted, bool has_every_link) {
  if (!status.is_up()) {
    const bool has_part = status.has_device() || status.has_bridge();
    return has_part && !status.taken_down() ? NodeState::kPartly : NodeState::kDown;
  }
  if (is_drifted) { return NodeState::kChangedByHand; }
  return has_every_link ? NodeState::kUp : NodeState::kPartly;
}

}  // namespace wgmesh
