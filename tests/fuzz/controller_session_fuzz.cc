// The controller's session with a hostile node: the octets are the node's answers, the first one
// says into what pieces they are cut and the second which steps the controller takes. Each step
// gives its answer, or an Error; no step reads beyond what there is.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "controller/fleet/session.h"
#include "tests/support/fuzz/replayed_transport.h"

namespace wgmesh {
namespace {

void take(Session& session, unsigned step) {
  switch (step % 6) {
    case 0:
      (void)session.open({});
      break;
    case 1:
      (void)session.make_secrets({});
      break;
    case 2:
      (void)session.propose({});
      break;
    case 3:
      (void)session.status();
      break;
    case 4:
      (void)session.probe({});
      break;
    default:
      (void)session.wait_committed([](const proto::Progress&) {});
      break;
  }
}

void run(std::string_view octets, std::size_t piece, unsigned steps) {
  Session session(std::make_unique<ReplayedTransport>(octets, "words", piece), {},
                  std::chrono::seconds(1));
  for (unsigned i = 0; i < 4; ++i, steps /= 6) {
    try {
      take(session, steps);
    } catch (const AgentError&) {
      // The node said no; the controller goes on with the next step.
    } catch (const Error&) { return; }
  }
}

}  // namespace
}  // namespace wgmesh

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) { return 0; }
  const std::string_view octets(reinterpret_cast<const char*>(data) + 3, size - 3);
  wgmesh::run(octets, data[0] * 8u, data[1] * 256u + data[2]);
  return 0;
}
