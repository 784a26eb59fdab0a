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

// Finds a wanted line in noisy output. Throws Error when that line does not end within the first
// kMaxNoise octets, however they were cut into pieces.
class LineScanner {
 public:
  // Feeds octets; returns the first whole line that starts with `prefix` (without newline), once it
  // is there. A prefix may match a longer line: where only one line will do, compare. What follows
  // is kept for take_rest(). A carriage return before the newline is dropped.
  std::optional<std::string> find(std::string_view octets, std::string_view prefix);
  std::string take_rest();
  const std::string& noise() const { return noise_; }  // lines skipped so far, for error messages

 private:
  void check_bound(std::size_t more) const;

  std::string buffer_;
  std::string noise_;
  std::size_t searched_ = 0;  // octets of buffer_ known to hold no newline
  std::size_t skipped_ = 0;   // octets of noise, with what noise_ leaves out
};

}  // namespace wgmesh
