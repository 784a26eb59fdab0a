// The controller's world outside: a stream of octets to a POSIX shell on a node. The one abstract
// class of the controller. SshTransport runs it through libssh, ExecTransport as a child process,
// tests in memory.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "common/error.h"
#include "controller/mesh/mesh.h"

namespace wgmesh {

// How much of a node's stderr is kept, in octets.
inline constexpr std::size_t kMaxStderr = 16u << 10;

using Deadline = std::chrono::steady_clock::time_point;

// The node cannot be reached or refuses us: nothing was done there. Exit code 4.
class Unreachable : public Error {
 public:
  using Error::Error;
};
class TimedOut : public Unreachable {
 public:
  using Unreachable::Unreachable;
};
// The user pressed Ctrl-C; any wait of a transport ends with it.
class Interrupted : public Error {
 public:
  using Error::Error;
};

// Used from one thread, but interrupt() from any.
class Transport {
 public:
  virtual ~Transport() = default;

  // Starts `command` on the node: SSH sends it as an exec request; an exec prefix ignores it and
  // runs `sh`. Call it once.
  virtual void start(std::string_view command) = 0;
  // Writes all of it. Throws Unreachable or TimedOut; a node that takes little at a time gains no
  // time by that.
  virtual void write(std::string_view octets, Deadline deadline) = 0;
  // At least one octet, or empty at end of file. Throws Unreachable or TimedOut. What has arrived
  // is returned at the deadline and after it, too: a caller that reads in a loop looks at the clock
  // itself, for a node may send without end.
  virtual std::string read(Deadline deadline) = 0;
  // What the other side has written to stderr so far (bounded), for error messages.
  virtual std::string stderr_text() = 0;
  // The node's address at which the stream arrives, if that is known: an IP address, perhaps with a
  // zone.
  virtual std::string reached_at() const { return {}; }
  // True where `start` runs a command line through the login shell (SSH).
  virtual bool takes_command_line() const = 0;
  // The user that SSH has logged in as; empty where nobody logs in.
  virtual std::string login_name() const { return {}; }
  // Ends a blocked read, or else the next one, with Interrupted; the stream stays whole. A write is
  // not cut short: half a frame would be the end of the session.
  virtual void interrupt() = 0;
};

}  // namespace wgmesh
