// What the agent does to its own process before anything else: no more privileges than it needs,
// nothing of it in core dumps, nothing but frames on the stream to the controller, signals as
// something to read.
#pragma once

#include "common/unique_fd.h"

namespace wgmesh {

// No capability but CAP_NET_ADMIN, for us and whatever we start; no core dumps, no tracing by
// others of the same user, files 0600, bounds on memory and files. Never fails.
void harden_process();
// Of this process from now on: memory runs out, and others are killed first. Does nothing unless
// harden_process() was allowed to keep the right to it.
void lower_oom_score();
// The descriptor that was stdout; from here on stdout is stderr, so nothing can spoil the frames.
UniqueFd take_stdout();
// SIGTERM, SIGHUP and SIGINT become readable here instead of ending the process; SIGPIPE is
// ignored.
UniqueFd take_stop_signals();

}  // namespace wgmesh
