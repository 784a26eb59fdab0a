#include "controller/examine.h"

#include <chrono>
#include <utility>

#include "controller/await_forwarding.h"
#include "controller/fleet/measure_paths.h"
#include "controller/fleet/timed_status.h"
#include "controller/mesh/stored_learned.h"

namespace wgmesh {
namespace {

// A node that answers at all does so long before; one that is asked while it is busy may need it.
constexpr auto kDuration = std::chrono::seconds(4);

}  // namespace

Examination examine(Run& run, const Mesh& mesh, bool with_drift) {
  Examination examination;
  examination.nodes = run.fleet().connect_and_ask([&](const Node& node, Session& session) {
    run.progress().set(node.name, "looking");
    Examined examined;
    examined.hello = session.open(open_for(mesh, node));
    TimedStatus timed = timed_status(session, with_drift);
    examined.status = std::move(timed.status);
    examined.clock_skew = timed.clock_skew;
    return examined;
  });
  Statuses up;
  for (const auto& [name, examined] : examination.nodes) {
    if (examined.status->is_up()) {
      up[name] = *examined.status;
      run.progress().set(name, "measuring");
    } else {
      run.progress().end(name, Ending::kDone, "it is down");
    }
  }
  examination.measured = measure_paths(run.fleet(), with_learned(mesh, examination), up, kDuration);
  Statuses afterwards;
  Names asked;
  for (const auto& [name, status] : up) { asked.insert(name); }
  look(run, asked, afterwards);
  for (auto& [name, status] : afterwards) {
    examination.nodes[name].afterwards = std::move(status);
  }
  const auto failures = run.fleet().failures();
  for (const auto& [name, status] : up) {
    if (!failures.contains(name)) { run.progress().end(name, Ending::kDone); }
  }
  run.tell_rest();
  for (const auto& [name, failure] : failures) {
    examination.nodes[name] = {};
    examination.nodes[name].unreachable = failure.message;
    examination.measured.erase(name);
  }
  return examination;
}

}  // namespace wgmesh
