// One node's session: frames over a Transport that is past the agent's magic line. Each function is
// one step of the protocol (proto/session.proto), asks and waits for its answer, and turns the
// agent's Error into an exception. Knows nothing of other nodes; what the node sends is hostile
// until it is parsed.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "common/error.h"
#include "common/frame.h"
#include "controller/transport.h"
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
  // any one frame; an agent that is at work sends Progress more often than that.
  Session(std::unique_ptr<Transport> transport, std::string_view already_read,
          std::chrono::milliseconds silence = std::chrono::seconds(60));

  // All of these throw AgentError, Unreachable (the stream ended or went silent), Interrupted, or
  // Error for garbage.
  proto::Hello open(const proto::Open& open);
  proto::Secrets make_secrets(const proto::MakeSecrets& wanted);
  proto::Changes propose(const proto::Propose& proposal);
  // `silence` instead of the session's: a node that is in the middle of a change undoes it when it
  // has not heard from us for that long, so there is no use in waiting longer for it.
  proto::Applied apply(const OnProgress& on_progress, std::chrono::milliseconds silence);
  // As commit below: all nodes switch at the same moment.
  void send_switch_over();
  proto::SwitchedOver wait_switched_over(std::chrono::milliseconds silence);
  void call_peers();
  // Commit is two steps, because it is sent to all nodes before any answer is read.
  void send_commit();
  proto::Committed wait_committed(const OnProgress& on_progress);
  proto::Undone undo();
  proto::Status status();
  proto::Listening listen(const proto::Listen& wanted);
  proto::Probed probe(const proto::Probe& wanted);
  void heartbeat();

  // From any thread: the step that waits throws Interrupted.
  void interrupt() { transport_->interrupt(); }
  // What the other side wrote to stderr, for messages.
  std::string stderr_text() { return transport_->stderr_text(); }

 private:
  void send(const proto::ToAgent& frame);
  // The next frame that is not Progress. An Error frame is thrown. Silence is whatever tells
  // nothing new: Progress that does not go on, too.
  proto::FromAgent receive(const OnProgress& on_progress, std::chrono::milliseconds silence);
  proto::FromAgent ask(const proto::ToAgent& frame, proto::FromAgent::BodyCase expected,
                       const OnProgress& on_progress = {});
  proto::FromAgent expect(proto::FromAgent::BodyCase expected, const OnProgress& on_progress,
                          std::chrono::milliseconds silence);

  std::unique_ptr<Transport> transport_;
  FrameReader frames_;
  std::chrono::milliseconds silence_;
  std::string mesh_;         // from open on
  std::size_t said_before_;  // on stderr, by the shells that started the agent
};

}  // namespace wgmesh
