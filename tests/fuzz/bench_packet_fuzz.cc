// UDP payloads and the beginning of streams from anybody: no packet of this run, or one that is written again as it was
// read. No input would guess a tag, so it is put in.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "agent/bench/bench_packet.h"
#include "common/key.h"

namespace wgmesh {
namespace {

void require(bool condition) {
  if (!condition) { std::abort(); }
}

void check(std::span<const std::uint8_t> input) {
  static const BenchTags tags = bench_tags_of(std::string(kBenchTokenSize, 't'));
  std::vector<char> octets(input.begin(), input.end());
  require(!tags.parse(octets));
  if (octets.size() < kBenchPacketSize) { return; }
  for (const BenchKind kind : {BenchKind::kHello, BenchKind::kProof, BenchKind::kQuestion,
                               BenchKind::kAnswer, BenchKind::kData}) {
    const auto tagged = tags.put({kind});
    std::copy_n(tagged.begin(), 1 + kBenchTagSize, octets.begin());
    const auto packet = tags.parse(octets);
    require(packet && packet->kind == kind);
    const auto again = tags.put(*packet);
    require(std::equal(again.begin(), again.end(), octets.begin()));
  }
}

}  // namespace
}  // namespace wgmesh

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  wgmesh::init_crypto();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  wgmesh::check({data, size});
  return 0;
}
