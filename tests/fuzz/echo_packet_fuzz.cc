// UDP payloads from anybody: no packet of this run, or one that is written again as it was read.
// The token is taken from the octets themselves, for no input would guess it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

#include "agent/peers/echo_packet.h"
#include "common/key.h"

namespace wgmesh {
namespace {

void require(bool condition) {
  if (!condition) { std::abort(); }
}

void check(std::span<const std::uint8_t> octets) {
  EchoToken token{};
  require(!parse_echo(octets, token) || octets[2] == 0);  // not a token of ours, unless all zeros
  if (octets.size() < 2 + kEchoTokenSize) { return; }
  std::copy_n(octets.begin() + 2, kEchoTokenSize, token.begin());
  const auto packet = parse_echo(octets, token);
  if (!packet) { return; }
  const std::string again = put_echo(*packet, token, kEchoPacketSize);
  require(std::equal(again.begin(), again.end(), octets.begin(),
                     [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; }));
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
