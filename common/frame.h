// Frames: a varint length, then that many octets (one protobuf message). The magic line comes
// first, so that whatever a login shell printed before it is skipped. Bytes in, frames out; no file
// descriptors, and no protobuf types, here. The other side is hostile: sizes are checked before
// anything is allocated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wgmesh {

inline constexpr std::uint32_t kProtocolVersion = 1;
inline constexpr std::size_t kMaxFrame = 16u << 20;   // octets
inline constexpr std::size_t kMaxNoise = 256u << 10;  // octets before the magic line
// The agent writes this line, with its newline, before its first frame.
inline constexpr std::string_view kMagicLine = "wgmesh-agent-session-1";

std::string encode_frame(std::string_view message);  // throws Error above kMaxFrame

// Feed it what was read; take whole frames out. Throws Error for a length above kMaxFrame or a
// malformed varint; the session is over then.
class FrameReader {
 public:
  void feed(std::string_view octets);
  std::optional<std::string> next();
  std::size_t buffered() const { return buffer_.size() - start_; }

 private:
  std::string buffer_;
  std::size_t start_ = 0;
};

// Finds a line equal to one of the wanted ones in noisy output. Throws Error after kMaxNoise
// octets.
class LineScanner {
 public:
  // Feeds octets; returns the first whole line that starts with `prefix` (without newline), once it
  // is there. What follows the line is left in rest(). Carriage returns before the newline are
  // dropped.
  std::optional<std::string> find(std::string_view octets, std::string_view prefix);
  std::string take_rest();
  const std::string& noise() const { return noise_; }  // lines skipped so far, for error messages

 private:
  std::string buffer_;
  std::string noise_;
};

}  // namespace wgmesh
