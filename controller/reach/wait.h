// One wait for everything the controller's transports wait for: descriptors, a deadline, Ctrl-C.
#pragma once

#include <poll.h>

#include <initializer_list>
#include <span>

#include "controller/reach/interrupt.h"
#include "controller/reach/transport.h"

namespace wgmesh {

// Waits until one of `entries` has an event (their revents are filled in). Throws Interrupted when
// one of `interrupts` (null: none) is set, and TimedOut at the deadline. A set interrupt stays set.
void wait_for(std::span<pollfd> entries, Deadline deadline,
              std::initializer_list<const Interrupt*> interrupts);

// Only the deadline and the interrupt; returns at the deadline.
void pause_until(Deadline deadline, const Interrupt* interrupt);

// Reads what is there without blocking and appends it, up to `limit` octets in all; what is beyond
// is read and dropped. Returns after at most 1 MiB: whoever writes without end does not keep us
// here. False at end of file.
bool drain(int fd, std::string& text, std::size_t limit);

}  // namespace wgmesh
