// What the block of a mesh in /etc/hosts promises, on random texts.
#include "agent/state/hosts_block.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace wgmesh::hosts_block_property_test {
namespace {

const std::vector<std::string> kMeshes{"a", "ab", "b"};

std::string arbitrary_text() {
  const auto piece =
      rc::gen::element<std::string>("127.0.0.1 localhost", "\n", "\n\n", "# BEGIN wgmesh other\n",
                                    "\r\n", "x", " ", "# END wgmesh");
  std::string text;
  for (const std::string& each : *rc::gen::container<std::vector<std::string>>(piece)) {
    text += each;
  }
  return text;
}

HostsBlock arbitrary_block(const std::string& mesh) {
  const auto line = rc::gen::element<std::string>("fd00::1  n n.a", "", "fd00::2  m\r");
  return {mesh, *rc::gen::container<std::vector<std::string>>(line)};
}

// Meshes come, change and go in any order: when all are gone, the text is what it was.
RC_GTEST_PROP(HostsBlock, LeavesNothingBehind, ()) {
  const std::string before = arbitrary_text();
  std::optional<std::string> text = before;
  if (*rc::gen::inRange(0, 5) == 0) { text.reset(); }
  const std::optional<std::string> first = text;
  std::vector<std::string> left;
  for (int step = *rc::gen::inRange(0, 12); step > 0; --step) {
    const std::string mesh = *rc::gen::elementOf(kMeshes);
    const bool goes = *rc::gen::inRange(0, 3) == 0;
    if (goes) {
      if (text) { text = without_hosts_block(*text, mesh); }
      std::erase(left, mesh);
    } else {
      const HostsBlock block = arbitrary_block(mesh);
      text = with_hosts_block(text, block);
      RC_ASSERT(find_hosts_block(*text, mesh) == block);
      if (std::ranges::find(left, mesh) == left.end()) { left.push_back(mesh); }
    }
    for (const std::string& each : left) {
      RC_ASSERT(!find_hosts_damage(*text, each));
      RC_ASSERT(find_hosts_block(*text, each).has_value());
    }
  }
  for (const std::string& mesh : left) { text = without_hosts_block(*text, mesh); }
  RC_ASSERT(text == first);
}

}  // namespace
}  // namespace wgmesh::hosts_block_property_test
