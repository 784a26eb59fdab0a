// The agent's end of the stream: whole messages in, whole messages out, over two file descriptors,
// with a bound on silence and an ear for signals. Silence is counted by a clock that goes on while
// the machine sleeps. Knows frames, not what they mean.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/boot_clock.h"
#include "common/frame.h"
#include "common/unique_fd.h"
#include "proto/session.pb.h"

namespace wgmesh {

// Why no message came.
enum class Ended {
  kClosed,   // end of file: the controller has gone
  kSilent,   // nothing for as long as it may be silent
  kStopped,  // SIGTERM, SIGHUP or SIGINT
};

// What else is to be heard while a message is awaited: `serve` is called when one of `fds` has
// something to read.
struct Aside {
  std::vector<int> fds;
  std::function<void()> serve;
};

class SessionIo {
 public:
  using Clock = std::function<BootClock::time_point()>;

  // Takes both descriptors. `stop_signals` is a signalfd, or -1.
  SessionIo(UniqueFd in, UniqueFd out, int stop_signals = -1, Clock clock = BootClock::now);

  void write_magic_line();
  // Waits for one message. What has arrived is read before the clock is looked at, however late it
  // is. If the patience ran out while this process slept, `after_sleep` more is waited. The
  // patience counts from `since`, without it from now on. Throws Error for garbage: a frame that is
  // too long or no message.
  std::variant<proto::ToAgent, Ended> read(std::chrono::milliseconds patience,
                                           const Aside& aside = {},
                                           std::chrono::milliseconds after_sleep = {},
                                           std::optional<BootClock::time_point> since = {});
  BootClock::time_point now() const { return clock_(); }
  // How long a controller may take nothing of what we write.
  void set_write_patience(std::chrono::milliseconds patience) { write_patience_ = patience; }
  // False once the other side no longer takes anything; the next read says so too.
  bool write(const proto::FromAgent& message);
  // True when the other side has closed or a signal asks us to stop, without waiting.
  bool ended() const;

 private:
  // Of one message: until when it is waited for, and what tells that this process has slept.
  struct Patience {
    BootClock::time_point until;
    BootClock::time_point looked;     // at the clock, the last time
    std::chrono::milliseconds asked;  // for how long poll() was to wait since
    std::chrono::milliseconds after_sleep;
  };

  // Empty when there is something to read (end of file included).
  std::optional<Ended> wait(Patience& patience, const Aside& aside);
  bool write_all(std::string_view octets);

  UniqueFd in_;
  UniqueFd out_;
  int stop_signals_;
  Clock clock_;
  std::chrono::milliseconds write_patience_ = std::chrono::seconds(60);
  FrameReader frames_;
  bool broken_ = false;
  bool stopped_ = false;  // by a signal: what was read until then still counts
};

// One message from a frame's octets, with bounds on nesting and size. Empty: it is none.
std::optional<proto::ToAgent> parse_message(std::string_view octets);

}  // namespace wgmesh
