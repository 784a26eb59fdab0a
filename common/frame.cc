#include "common/frame.h"

#include <utility>

#include "common/error.h"
#include "common/messages.h"

namespace wgmesh {
namespace {

// 16 MiB need 25 bits: four octets of seven.
constexpr std::size_t kMaxLengthOctets = 4;

}  // namespace

std::string encode_frame(std::string_view message) {
  if (message.size() > kMaxFrame) {
    throw Error(say_common<"frame-message-too-large">(message.size()));
  }
  std::string frame;
  frame.reserve(message.size() + kMaxLengthOctets);
  std::size_t length = message.size();
  while (length >= 0x80) {
    frame += static_cast<char>((length & 0x7f) | 0x80);
    length >>= 7;
  }
  frame += static_cast<char>(length);
  frame += message;
  return frame;
}

void FrameReader::feed(std::string_view octets) {
  // What was taken out is dropped only now and then, so taking many small frames stays linear.
  if (start_ > buffer_.size() / 2) {
    buffer_.erase(0, start_);
    start_ = 0;
  }
  buffer_ += octets;
}

std::optional<std::string> FrameReader::next() {
  std::size_t length = 0;
  std::size_t at = start_;
  for (unsigned shift = 0;; shift += 7, ++at) {
    if (at - start_ == kMaxLengthOctets) { throw Error(say_common<"frame-length-endless">()); }
    if (at == buffer_.size()) { return std::nullopt; }
    const auto octet = static_cast<std::uint8_t>(buffer_[at]);
    length |= static_cast<std::size_t>(octet & 0x7fu) << shift;
    if ((octet & 0x80u) == 0) { break; }
  }
  ++at;
  if (length > kMaxFrame) { throw Error(say_common<"frame-too-large">(length, kMaxFrame)); }
  if (buffer_.size() - at < length) { return std::nullopt; }
  std::string message = buffer_.substr(at, length);
  start_ = at + length;
  return message;
}

std::optional<std::string> LineScanner::find(std::string_view octets, std::string_view prefix) {
  buffer_ += octets;
  std::size_t start = 0;
  for (std::size_t end = buffer_.find('\n', searched_); end != std::string::npos;
       end = buffer_.find('\n', start)) {
    const std::size_t length = end + 1 - start;
    check_bound(length);
    std::string line = buffer_.substr(start, length - 1);
    start = end + 1;
    if (line.ends_with('\r')) { line.pop_back(); }
    if (line.starts_with(prefix)) {
      buffer_.erase(0, start);
      searched_ = 0;
      return line;
    }
    skipped_ += length;
    noise_ += line + '\n';
  }
  buffer_.erase(0, start);
  searched_ = buffer_.size();
  check_bound(buffer_.size());
  return std::nullopt;
}

std::string LineScanner::take_rest() {
  searched_ = 0;
  return std::exchange(buffer_, {});
}

void LineScanner::check_bound(std::size_t more) const {
  if (skipped_ + more > kMaxNoise) { throw Error(say_common<"frame-agent-silent">(kMaxNoise)); }
}

}  // namespace wgmesh
