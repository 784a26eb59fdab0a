#include "controller/fleet/timed_status.h"

namespace wgmesh {

TimedStatus timed_status(Session& session, bool with_drift) {
  using std::chrono::system_clock;
  const auto asked_at = system_clock::now();
  TimedStatus timed{session.status(with_drift)};
  if (timed.status.time() > 0) {
    timed.clock_skew = std::chrono::duration_cast<std::chrono::seconds>(
        system_clock::from_time_t(timed.status.time()) - asked_at);
  }
  return timed;
}

}  // namespace wgmesh
