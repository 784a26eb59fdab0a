// What a node asks a common peer through the tunnel, "where do you see the peer with this key?", and the answer: one
// UDP payload each. An answer is shorter than its question, so nobody is made to send more than was sent to him.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "common/key.h"
#include "common/net.h"

namespace wgmesh {

using LocateNonce = std::array<std::uint8_t, 8>;  // made anew for each question

struct LocateQuestion {
  LocateNonce nonce{};
  PublicKey key;

  bool operator==(const LocateQuestion&) const = default;
};

struct LocateAnswer {
  LocateNonce nonce{};                // of the question
  std::optional<SocketAddress> seen;  // empty: it is a peer, and nobody knows where

  bool operator==(const LocateAnswer&) const = default;
};

// Octets. Eight of each are a word that says which of the two it is.
inline constexpr std::size_t kLocateQuestionSize = 8 + 8 + kKeySize;
inline constexpr std::size_t kLocateAnswerSize = 8 + 8 + 1 + 16 + 2;
static_assert(kLocateAnswerSize <= kLocateQuestionSize);

std::string put_locate_question(const LocateQuestion& question);
std::string put_locate_answer(const LocateAnswer& answer);
// Nothing for what has another size, or is no such packet.
std::optional<LocateQuestion> parse_locate_question(std::span<const std::uint8_t> octets);
std::optional<LocateAnswer> parse_locate_answer(std::span<const std::uint8_t> octets);

}  // namespace wgmesh
