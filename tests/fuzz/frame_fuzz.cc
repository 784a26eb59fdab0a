// Frames and the magic line, from octets of a hostile other side. However the octets are cut into
// reads, the same frames come out, or the same refusal; and what was decoded is encoded to what was
// read.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.h"
#include "common/frame.h"

namespace wgmesh {
namespace {

void require(bool condition) {
  if (!condition) { std::abort(); }
}

struct Decoded {
  std::vector<std::string> frames;
  bool refused = false;
  std::size_t left = 0;
  bool operator==(const Decoded&) const = default;
};

Decoded decode(std::string_view octets, std::size_t piece) {
  Decoded decoded;
  FrameReader reader;
  try {
    while (!octets.empty()) {
      reader.feed(octets.substr(0, piece));
      octets.remove_prefix(std::min(piece, octets.size()));
      while (auto frame = reader.next()) { decoded.frames.push_back(std::move(*frame)); }
    }
    decoded.left = reader.buffered();
  } catch (const Error&) { decoded.refused = true; }
  return decoded;
}

struct Found {
  std::optional<std::string> line;
  std::string rest;
  bool refused = false;
  bool operator==(const Found&) const = default;
};

Found find_line(std::string_view octets, std::size_t piece) {
  Found found;
  LineScanner scanner;
  try {
    while (!octets.empty() && !found.line) {
      found.line = scanner.find(octets.substr(0, piece), "wgmesh");
      octets.remove_prefix(std::min(piece, octets.size()));
    }
  } catch (const Error&) {
    found.refused = true;
    return found;
  }
  if (found.line) { found.rest = scanner.take_rest() + std::string(octets); }
  return found;
}

void check(std::string_view octets, std::size_t piece) {
  const Decoded whole = decode(octets, std::max<std::size_t>(octets.size(), 1));
  require(decode(octets, piece) == whole);
  if (!whole.refused) {
    // A length may be written longer than needed, so it is the messages that must come back.
    std::string again;
    for (const std::string& frame : whole.frames) { again += encode_frame(frame); }
    require(decode(again, piece).frames == whole.frames);
  }
  require(find_line(octets, piece) == find_line(octets, std::max<std::size_t>(octets.size(), 1)));
}

}  // namespace
}  // namespace wgmesh

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t size) {
  if (size == 0) { return 0; }
  const std::string text(octets + 1, octets + size);
  wgmesh::check(text, octets[0] % 16u + 1u);
  return 0;
}
