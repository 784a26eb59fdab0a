// All nodes at once: one thread and one session for each, and a barrier after every step. Knows how
// to run a step everywhere and whose session failed; what the steps are, transaction.h says.
#pragma once

#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "controller/fleet/session.h"
#include "controller/mesh/mesh.h"

namespace wgmesh {

// Why a node takes no further part.
struct NodeFailure {
  enum class Kind { kUnreachable, kLocked, kFailed, kInterrupted };
  Kind kind = Kind::kFailed;
  std::string step;  // "connect", "apply" …
  std::string message;
  std::string cure;
  std::string id;                    // of the message, as docs/messages.md lists them
  bool undone = false;               // the agent says that it is as it was before
  bool is_told = false;              // by the agent itself, which goes on
  std::vector<NodeFailure> further;  // what else stands in its way
};

// How often a controller says that it is there, so that the nodes' patience bears two beats that
// are late.
std::chrono::milliseconds heartbeat_for(std::chrono::milliseconds confirm_timeout);

// What an exception from a step means for its node. Call inside a catch block.
NodeFailure failure_of_current_exception(const std::string& step);

class Fleet {
 public:
  using Connect = std::function<std::unique_ptr<Session>(const Node&)>;
  using Step = std::function<void(const Node&, Session&)>;
  using Chosen = std::function<bool(const Node&)>;
  // What a step answers, by node name. A node whose step throws has none.
  template <class Ask>
  using Answers = std::map<std::string, std::invoke_result_t<const Ask&, const Node&, Session&>>;
  static constexpr const char* kConnect = "connect";  // the step of a node that is not open yet

  // Connects nothing yet. Throws Error where this machine has no threads left. While a node waits
  // at a barrier it sends a heartbeat every `heartbeat`, and one that leaves them unanswered for
  // `silence` has failed.
  Fleet(const std::vector<const Node*>& nodes, Connect connect,
        std::chrono::milliseconds heartbeat = std::chrono::seconds(5),
        std::chrono::milliseconds silence = std::chrono::seconds(60));
  // Called when a step fails on a node, from that node's thread. Set it before connect().
  void tell_failures_to(std::function<void(const Node&, const NodeFailure&)> on_failure) {
    on_failure_ = std::move(on_failure);
  }
  // Ends the sessions (agents see the end of the stream) and joins all threads.
  ~Fleet();
  Fleet(const Fleet&) = delete;
  Fleet& operator=(const Fleet&) = delete;

  // Opens every session, then runs `step` on each, all in parallel; returns when all have ended.
  void connect(const Step& step);
  // Runs `step` on every node whose session has not failed; returns when all have ended. A step
  // that throws takes its node out, and the failure is kept.
  void each(const std::string& name, const Step& step);
  // As each, but for the nodes of which `chosen` holds.
  void each(const std::string& name, const Chosen& chosen, const Step& step);

  // As each, for a step that counts only if no node fails: when one does, at work or waiting for
  // the others, what the others wait for ends at once. That is no failure of theirs.
  void together(const std::string& name, const Chosen& chosen, const Step& step);

  // As connect, each and together, for steps that answer something: answers are gathered here and
  // nowhere else.
  template <class Ask>
  Answers<Ask> connect_and_ask(const Ask& question) {
    return gather(question, [&](const Step& step) { connect(step); });
  }
  template <class Ask>
  Answers<Ask> ask(const std::string& name, const Chosen& chosen, const Ask& question) {
    return gather(question, [&](const Step& step) { each(name, chosen, step); });
  }
  template <class Ask>
  Answers<Ask> ask_together(const std::string& name, const Chosen& chosen, const Ask& question) {
    return gather(question, [&](const Step& step) { together(name, chosen, step); });
  }

  // By node name; whoever is not in it takes part.
  std::map<std::string, NodeFailure> failures() const;
  bool takes_part(const Node& node) const;
  // Takes a node out whose answer cannot be used.
  void fail(const Node& node, NodeFailure failure);

  // Lets nodes take part again whose step was only interrupted: their sessions are whole, and undo
  // wants them.
  void forget_interruptions();

  // Ends the sessions early; what has become of each node can still be asked.
  void end_sessions();

  // From a signal-watching thread: every step that waits ends with Interrupted.
  void interrupt();

 private:
  struct Worker;
  // Ends and joins the threads, however many there are yet.
  class Crew;
  template <class Ask, class Run>
  static Answers<Ask> gather(const Ask& question, const Run& run_step) {
    std::mutex mutex;
    Answers<Ask> answers;
    run_step([&](const Node& node, Session& session) {
      auto answer = question(node, session);
      const std::lock_guard lock(mutex);
      answers.emplace(node.name, std::move(answer));
    });
    return answers;
  }
  void run(Worker& worker);
  void run_step(std::unique_lock<std::mutex>& lock, const std::string& name, const Chosen& chosen,
                const Step& step);
  void await_settled(std::unique_lock<std::mutex>& lock);
  void note(Worker& worker, NodeFailure failure);
  void interrupt_all();

  Connect connect_;
  std::chrono::milliseconds heartbeat_;
  std::chrono::milliseconds silence_;
  std::function<void(const Node&, const NodeFailure&)> on_failure_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;     // workers: there is a job, or the end
  std::condition_variable settled_;  // each(): a job has ended
  bool ending_ = false;
  bool together_ = false;       // the step that goes on is all or nothing
  bool called_off_ = false;     // … and one has failed
  std::unique_ptr<Crew> crew_;  // last, so that its threads end first
};

}  // namespace wgmesh
