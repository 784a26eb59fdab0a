// one_node - one real node that gets a mesh with many made-up peers. For tests/bench/peers, which runs it in a network
// namespace of its own.
//   up AGENT PEERS      a whole session with `AGENT serve`: proposes the mesh and, if something is to do, commits it
//   down AGENT PEERS    the same for `down -r`
//   undo AGENT PEERS    a `down` that is applied and then undone
//   floor PEERS         the same mesh without an agent: netlink messages alone
//   words PEERS FOLDER  the same mesh for `wg setconf` and `ip -batch`
// Each step is a line 'STEP MILLISECONDS CPU-MILLISECONDS'.
#include <fmt/format.h>

#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "agent/state/diff.h"
#include "common/key.h"
#include "tests/bench/node/made_up_mesh.h"
#include "tests/bench/node/netlink_floor.h"
#include "tests/bench/node/played_session.h"
#include "tests/bench/node/tool_words.h"

namespace wgmesh {
namespace {

void run(const std::vector<std::string>& words) {
  const std::string verb = words.empty() ? "" : words[0];
  if (verb == "floor" && words.size() == 2) {
    return send_all(diff(made_up_state(std::stoi(words[1])), {}));
  }
  if (verb == "words" && words.size() == 3) {
    return write_words(made_up_state(std::stoi(words[1])), words[2]);
  }
  if (words.size() != 3) { throw std::runtime_error("see the head of one_node.cc"); }
  PlayedSession session(words[1], std::stoi(words[2]));
  if (verb == "up") { return session.up(); }
  if (verb == "down") { return session.down(); }
  if (verb == "undo") { return session.undo(); }
  throw std::runtime_error("no such verb: " + verb);
}

}  // namespace
}  // namespace wgmesh

int main(int count, char** words) {
  try {
    wgmesh::init_crypto();
    wgmesh::run({words + 1, words + count});
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "one_node: {}\n", error.what());
    return 1;
  }
}
