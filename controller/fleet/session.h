// One node's session: frames over a Transport that is past the agent's magic line. Each function is
// one step of the protocol (proto/session.proto), asks and waits for its answer, and turns the
// agent's Error into an exception. A node cannot make a step longer than a bound that is known when
// the step begins, nor send more frames than fit into it. Knows nothing of other nodes; what the
// node sends is hostile until it is parsed.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.h"
#include "common/frame.h"
#include "controller/reach/transport.h"
#include "proto/session.pb.h"

namespace wgmesh {

// The agent said no, in its own words.
class AgentError : public Error {
 public:
  explicit AgentError(const proto::Error& error);
  proto::Error::Kind kind() const { return kind_; }
  const std::string& step() const { return step_; }
  bool undone() const { return undone_; }  // the node is as it was before

 private:
  proto::Error::Kind kind_;
  std::string step_;
  bool undone_;
};

class Session {
 public:
  using OnProgress = std::function<void(const proto::Progress&)>;

  // `already_read` is what the transport gave beyond the magic line. `silence` bounds the wait for
  // any one frame; an agent that is at work sends Progress more often than that. Progress makes a
  // step longer by a second for each change of the node's plan, and by no more.
  Session(std::unique_ptr<Transport> transport, std::string_view already_read,
          std::chrono::milliseconds silence = std::chrono::seconds(60));

  // All of these throw AgentError, Unreachable (the stream ended or went silent), Interrupted, or
  // Error for garbage.
  proto::Hello open(const proto::Open& open);
  proto::Secrets make_secrets(const proto::MakeSecrets& wanted);
  proto::Changes propose(proto::Propose proposal);
  // `silence` instead of the session's: a node that is in the middle of a change undoes it when it
  // has not heard from us for that long, so there is no use in waiting longer for it.
  proto::Applied apply(const OnProgress& on_progress, std::chrono::milliseconds silence);
  // As commit below: all nodes switch at the same moment. What a node said by itself before is
  // heard first, in this step as in each but commit.
  void send_switch_over();
  proto::SwitchedOver wait_switched_over(std::chrono::milliseconds silence);
  void call_peers(std::chrono::milliseconds silence);
  // The node's promise to wait. See proto/session.proto.
  void hold(std::chrono::milliseconds silence);
  // Commit is two steps, because it is sent to all nodes before any answer is read. What goes wrong
  // in the first is thrown by the second, which hears the node's last words: AgentError with
  // undone(), if it had undone the change before the commit came.
  void send_commit(std::chrono::milliseconds patience);
  proto::Committed wait_committed(const OnProgress& on_progress);
  // After a change is done: asks the node to call `peers` again. The node leaves out peers that have answered. An older
  // agent is not asked.
  void call_again(const std::vector<std::string>& peers);
  // Takes `silence` and a second for each change at most.
  proto::Undone undo(std::chrono::milliseconds silence);
  // `with_drift`: also what was changed by hand, for which the node reads its kernel once more.
  proto::Status status(bool with_drift = false);
  // Only whether it forwards: `links` in the place of peers and ports. `with_sightings`: also the peers that have no
  // endpoint in the mesh file. An older agent answers with all.
  proto::Status links(bool with_sightings = false);
  proto::Listening listen(const proto::Listen& wanted);
  proto::Probed probe(const proto::Probe& wanted);
  // Two answers to one message: the first at once, the second when the other node has sent. The node hears nothing
  // between them. `silence` instead of the session's, for it is at work for that long.
  proto::BenchListening bench_listen(const proto::BenchReceive& wanted);
  proto::BenchReceived bench_received(std::chrono::milliseconds silence);
  proto::BenchSent bench_send(const proto::BenchSend& wanted, std::chrono::milliseconds silence);
  // Throws Error, too, where the agent is older than exports.
  proto::ExportedFiles export_files(const proto::ExportFiles& wanted);
  // Between steps: hears what has arrived, then says that we are there. Throws TimedOut when the
  // node has left that unanswered for `silence`.
  void beat(std::chrono::milliseconds silence);
  // Reads all that has arrived, without waiting: throws what the node has failed with, AgentError
  // with undone() when it has undone its change by itself, Unreachable at the end of the stream.
  void listen_in();

  // From any thread: the step that waits throws Interrupted.
  void interrupt() { transport_->interrupt(); }
  // The address by which the node is reached, or empty.
  std::string reached_at() { return transport_->reached_at(); }
  // What the other side wrote to stderr, for messages.
  std::string stderr_text() { return transport_->stderr_text(); }

 private:
  struct Bound {
    std::chrono::milliseconds silence;  // without Progress that goes on
    std::chrono::milliseconds whole;
  };

  // In which the node changes something.
  Bound bound_of_work(std::chrono::milliseconds silence) const;
  void send(proto::ToAgent frame);
  void write(proto::ToAgent frame, std::chrono::milliseconds patience);
  // The next frame that is neither Progress nor Alive. An Error frame is thrown. Silence is
  // whatever tells nothing new: Progress that does not go on, too.
  proto::FromAgent receive(const OnProgress& on_progress, const Bound& bound);
  // One that was kept, or else that has been read whole already. Alive is no more than heard.
  proto::Status status_as(const proto::AskStatus& wanted);
  std::optional<proto::FromAgent> next_frame();
  std::optional<proto::FromAgent> read_frame();
  void take_in(const std::string& octets);
  proto::FromAgent ask(proto::ToAgent frame, proto::FromAgent::BodyCase expected,
                       const OnProgress& on_progress = {});
  proto::FromAgent expect(proto::FromAgent::BodyCase expected, const OnProgress& on_progress,
                          const Bound& bound);

  std::unique_ptr<Transport> transport_;
  FrameReader frames_;
  std::deque<proto::FromAgent> kept_;  // read between steps, for the next one
  std::size_t changes_ = 0;            // of the node's plan
  std::size_t unanswered_ = 0;         // heartbeats
  std::chrono::steady_clock::time_point
      heard_;                  // a frame; or the first that is unanswered was sent
  std::exception_ptr unsent_;  // why the commit could not be sent
  std::chrono::milliseconds silence_;
  std::string mesh_;               // from open on
  std::string agent_version_;      // as mesh_
  bool knows_export_ = false;      // as mesh_
  bool knows_call_again_ = false;  // as mesh_
  std::size_t said_before_;        // on stderr, by the shells that started the agent
};

}  // namespace wgmesh
