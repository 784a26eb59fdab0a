// The agent's end of the stream: whole messages in, whole messages out, over two file descriptors,
// with a bound on silence and an ear for signals. Knows frames, not what they mean.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

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
  // Takes both descriptors. `stop_signals` is a signalfd, or -1.
  SessionIo(UniqueFd in, UniqueFd out, int stop_signals = -1);

  void write_magic_line();
  // Waits for one message. Throws Error for garbage: a frame that is too long or no message.
  std::variant<proto::ToAgent, Ended> read(std::chrono::milliseconds patience,
                                           const Aside& aside = {});
  // False once the other side no longer takes anything; the next read says so too.
  bool write(const proto::FromAgent& message);
  // True when the other side has closed or a signal asks us to stop, without waiting.
  bool ended() const;

 private:
  // Empty when there is something to read (end of file included).
  std::optional<Ended> wait(std::chrono::milliseconds patience, const Aside& aside) const;
  bool write_all(std::string_view octets);

  UniqueFd in_;
  UniqueFd out_;
  int stop_signals_;
  FrameReader frames_;
  bool broken_ = false;
};

// One message from a frame's octets, with bounds on nesting and size. Empty: it is none.
std::optional<proto::ToAgent> parse_message(std::string_view octets);

}  // namespace wgmesh
