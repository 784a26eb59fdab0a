#include "controller/reach/gzip.h"

#include <zlib.h>

#include <algorithm>

#include "common/error.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

constexpr int kGzipWindow = 15 + 16;  // zlib's way to ask for a gzip header
constexpr std::size_t kPiece = 256U << 10;

Bytef* input_of(const std::string& octets) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(octets.data()));
}

}  // namespace

std::string pack_gzip(const std::string& octets) {
  z_stream stream{};
  // Level 6: level 9 takes three times as long for one percent.
  if (deflateInit2(&stream, 6, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw Error(say<"internal">("cannot start zlib"));
  }
  std::string out(deflateBound(&stream, octets.size()), '\0');
  stream.next_in = input_of(octets);
  stream.avail_in = static_cast<uInt>(octets.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) { throw Error(say<"internal">("zlib cannot compress the agent")); }
  return out;
}

std::optional<std::string> unpack_gzip(const std::string& packed, std::size_t limit) {
  z_stream stream{};
  if (inflateInit2(&stream, kGzipWindow) != Z_OK) {
    throw Error(say<"internal">("cannot start zlib"));
  }
  stream.next_in = input_of(packed);
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string out;
  int result = Z_OK;
  while (result == Z_OK && out.size() <= limit) {
    const std::size_t before = out.size();
    const std::size_t more = std::min(kPiece, limit + 1 - before);
    out.resize(before + more);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream.avail_out = static_cast<uInt>(more);
    result = inflate(&stream, Z_NO_FLUSH);
    out.resize(before + more - stream.avail_out);
  }
  const bool is_whole = result == Z_STREAM_END && stream.avail_in == 0 && out.size() <= limit;
  inflateEnd(&stream);
  if (!is_whole) { return std::nullopt; }
  return out;
}

}  // namespace wgmesh
