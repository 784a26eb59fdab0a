// Ctrl-C and its kin (SIGINT, SIGTERM, SIGHUP), taken by one thread. What the first one does
// depends on how far the run is, and it is said at once; a second one leaves at once and the nodes
// to their own timers. The exit code is that of the state in which the nodes are left.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "common/said.h"
#include "common/unique_fd.h"
#include "controller/reach/interrupt.h"

namespace wgmesh {

class Signals {
 public:
  enum class Phase {
    kNothingChanged,  // end every wait: agents see the end of the stream and forget us
    kApplying,        // end every wait: the run undoes, then ends by itself
    kCommitting,      // past the point of no return: say so and wait
    kChanged,         // all is done but for the waiting: leave at once
    kInDoubt,  // nodes are in different states, and a second run is to mend that: leave at once
  };

  // Blocks the signals for this thread and all that it makes later, so make it before any other.
  // `say` puts a line before the user, and is called from this object's thread.
  explicit Signals(std::function<void(const Said&)> say);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  void enter(Phase phase) { phase_ = phase; }
  // Enters kCommitting, unless the user has interrupted: then false.
  bool enter_commit();
  // What ends the waits of sessions that are open. Those that still connect are ended by
  // interrupt().
  void end_waits_with(std::function<void()> end_waits);
  // What has become of the nodes that were told to commit, in words, and the exit code for that.
  struct Left {
    Said said;
    int exit_code = 0;
  };
  // Asked from this object's thread when the user leaves while nodes commit.
  void tell_left_with(std::function<Left()> left);
  const Interrupt& interrupt() const { return interrupt_; }
  bool requested() const { return requested_; }

 private:
  void watch();
  void take_signal();
  void end_waits();
  [[noreturn]] void leave(Phase phase);
  bool stops_within(std::chrono::milliseconds time);

  std::function<void(const Said&)> say_;
  std::mutex mutex_;   // of end_waits_ and left_
  std::mutex commit_;  // of the decision to commit
  std::function<void()> end_waits_;
  std::function<Left()> left_;
  Interrupt interrupt_;
  std::atomic<Phase> phase_ = Phase::kNothingChanged;
  std::atomic<bool> requested_ = false;
  UniqueFd fd_;
  UniqueFd stop_;
  std::thread thread_;
};

// `committed`: of each node that was told to commit whether it has said that it did.
Signals::Left left_of(const std::map<std::string, bool>& committed);

}  // namespace wgmesh
