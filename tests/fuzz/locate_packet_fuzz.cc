// UDP payloads from anybody: no question and no answer, or one that is written again as it was read.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

#include "agent/locate/locate_packet.h"

namespace wgmesh {
namespace {

void require(bool condition) {
  if (!condition) { std::abort(); }
}

bool is_same(const std::string& again, std::span<const std::uint8_t> octets) {
  return std::equal(again.begin(), again.end(), octets.begin(), octets.end(),
                    [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
}

void check(std::span<const std::uint8_t> octets) {
  const auto question = parse_locate_question(octets);
  if (question) { require(is_same(put_locate_question(*question), octets)); }
  const auto answer = parse_locate_answer(octets);
  if (!answer) { return; }
  require(!question && octets.size() <= kLocateQuestionSize);
  require(is_same(put_locate_answer(*answer), octets));
}

}  // namespace
}  // namespace wgmesh

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  wgmesh::check({data, size});
  return 0;
}
