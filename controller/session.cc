#include "controller/session.h"

#include <fmt/format.h>

#include <utility>

#include "controller/check_hello.h"
#include "controller/check_status.h"
#include "controller/node_message.h"

namespace wgmesh {
namespace {

const char* name_of(proto::FromAgent::BodyCase body) {
  const auto* field = proto::FromAgent::descriptor()->FindFieldByNumber(static_cast<int>(body));
  return field == nullptr ? "nothing" : field->name().c_str();
}

}  // namespace

AgentError::AgentError(const proto::Error& error)
    : Error(error.message(), error.cure()),
      kind_(error.kind()),
      step_(error.step()),
      undone_(error.undone()) {}

Session::Session(std::unique_ptr<Transport> transport, std::string_view already_read,
                 std::chrono::milliseconds silence)
    : transport_(std::move(transport)),
      silence_(silence),
      said_before_(transport_->stderr_text().size()) {
  frames_.feed(already_read);
}

proto::Hello Session::open(const proto::Open& open) {
  proto::ToAgent frame;
  *frame.mutable_open() = open;
  proto::Hello hello = ask(frame, proto::FromAgent::kHello).hello();
  if (hello.protocol_version() != kProtocolVersion) {
    throw Error(fmt::format("the agent speaks protocol {}, this mesh speaks {}",
                            hello.protocol_version(), kProtocolVersion),
                "use the mesh and the wgmesh-agent of one release");
  }
  check_hello(open, hello);
  mesh_ = open.mesh();
  return hello;
}

proto::Secrets Session::make_secrets(const proto::MakeSecrets& wanted) {
  proto::ToAgent frame;
  *frame.mutable_make_secrets() = wanted;
  proto::Secrets made = ask(frame, proto::FromAgent::kSecrets).secrets();
  check_secrets(wanted, made);
  return made;
}

proto::Changes Session::propose(const proto::Propose& proposal) {
  proto::ToAgent frame;
  *frame.mutable_propose() = proposal;
  return ask(frame, proto::FromAgent::kChanges).changes();
}

proto::Applied Session::apply(const OnProgress& on_progress, std::chrono::milliseconds silence) {
  proto::ToAgent frame;
  frame.mutable_apply();
  send(frame);
  return expect(proto::FromAgent::kApplied, on_progress, silence).applied();
}

void Session::send_switch_over() {
  proto::ToAgent frame;
  frame.mutable_switch_over();
  send(frame);
}

proto::SwitchedOver Session::wait_switched_over(std::chrono::milliseconds silence) {
  return expect(proto::FromAgent::kSwitchedOver, {}, silence).switched_over();
}

void Session::call_peers() {
  proto::ToAgent frame;
  frame.mutable_call_peers();
  ask(frame, proto::FromAgent::kPeersCalled);
}

void Session::send_commit() {
  proto::ToAgent frame;
  frame.mutable_commit();
  send(frame);
}

proto::Committed Session::wait_committed(const OnProgress& on_progress) {
  return expect(proto::FromAgent::kCommitted, on_progress, silence_).committed();
}

proto::Undone Session::undo() {
  proto::ToAgent frame;
  frame.mutable_undo();
  send(frame);
  // An answer to an earlier step may still be on its way, and so may the interrupt that brought us
  // here: neither matters any more.
  bool was_interrupted = false;
  const auto until = std::chrono::steady_clock::now() + silence_;
  for (;;) {
    try {
      const auto left = until - std::chrono::steady_clock::now();
      proto::FromAgent answer =
          receive({}, std::chrono::duration_cast<std::chrono::milliseconds>(left));
      if (answer.body_case() == proto::FromAgent::kUndone) {
        return std::move(*answer.mutable_undone());
      }
    } catch (const AgentError& error) {
      if (error.undone()) return {};
      throw;
    } catch (const Interrupted&) {
      if (std::exchange(was_interrupted, true)) throw;
    }
  }
}

proto::Status Session::status() {
  proto::ToAgent frame;
  frame.mutable_ask_status();
  proto::Status status = ask(frame, proto::FromAgent::kStatus).status();
  check_status(mesh_, status);
  return status;
}

proto::Listening Session::listen(const proto::Listen& wanted) {
  proto::ToAgent frame;
  *frame.mutable_listen() = wanted;
  return ask(frame, proto::FromAgent::kListening).listening();
}

proto::Probed Session::probe(const proto::Probe& wanted) {
  proto::ToAgent frame;
  *frame.mutable_probe() = wanted;
  return ask(frame, proto::FromAgent::kProbed).probed();
}

void Session::heartbeat() {
  proto::ToAgent frame;
  frame.mutable_heartbeat();
  send(frame);
}

void Session::send(const proto::ToAgent& frame) {
  transport_->write(encode_frame(frame.SerializeAsString()),
                    std::chrono::steady_clock::now() + silence_);
}

proto::FromAgent Session::receive(const OnProgress& on_progress,
                                  std::chrono::milliseconds silence) {
  // For a whole frame: octets that trickle in are silence, too.
  auto deadline = std::chrono::steady_clock::now() + silence;
  std::uint32_t done = 0;
  for (;;) {
    while (auto octets = frames_.next()) {
      proto::FromAgent frame = parse_node_message(*octets);
      if (frame.body_case() == proto::FromAgent::kError) throw AgentError(frame.error());
      if (frame.body_case() != proto::FromAgent::kProgress) return frame;
      if (on_progress) on_progress(frame.progress());
      if (frame.progress().done() <= done) continue;
      done = frame.progress().done();
      deadline = std::chrono::steady_clock::now() + silence;
    }
    const std::string octets = transport_->read(deadline);
    if (octets.empty()) {
      std::string words = transport_->stderr_text();
      words.erase(0, said_before_);
      throw Unreachable(words.empty() ? "the agent ended without a word"
                                      : fmt::format("the agent ended: {}", words));
    }
    frames_.feed(octets);
  }
}

proto::FromAgent Session::ask(const proto::ToAgent& frame, proto::FromAgent::BodyCase expected,
                              const OnProgress& on_progress) {
  send(frame);
  return expect(expected, on_progress, silence_);
}

proto::FromAgent Session::expect(proto::FromAgent::BodyCase expected, const OnProgress& on_progress,
                                 std::chrono::milliseconds silence) {
  proto::FromAgent answer = receive(on_progress, silence);
  if (answer.body_case() != expected) {
    throw Error(fmt::format("the node answered with {} where {} was due",
                            name_of(answer.body_case()), name_of(expected)));
  }
  return answer;
}

}  // namespace wgmesh
