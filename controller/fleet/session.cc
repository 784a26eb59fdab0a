#include "controller/fleet/session.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "common/change_counts.h"
#include "controller/fleet/check_bench.h"
#include "controller/fleet/check_export.h"
#include "controller/fleet/check_hello.h"
#include "controller/fleet/check_status.h"
#include "controller/fleet/node_message.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

// An agent tells its progress five times a second at most.
constexpr std::size_t kFramesASecond = 10;
constexpr std::size_t kSpareFrames = 100;
// Of what a node says between steps: it is asked for nothing there.
constexpr std::size_t kMostKept = 16;
constexpr std::size_t kMostReads = 400;  // of 64 KiB at most
// Of each change of a plan: what Progress can make a step longer.
constexpr milliseconds kOfEachChange = 1s;

const char* name_of(proto::FromAgent::BodyCase body) {
  const auto* field = proto::FromAgent::descriptor()->FindFieldByNumber(static_cast<int>(body));
  return field == nullptr ? "nothing" : field->name().c_str();
}

milliseconds left_until(steady_clock::time_point until) {
  return std::chrono::ceil<milliseconds>(until - steady_clock::now());
}

// A node that has heard nothing for too long undoes its change by itself, says so, and ends.
AgentError undone_by_itself(const proto::Undone& undone) {
  proto::Error error;
  error.set_kind(proto::Error::FAILED);
  error.set_step("wait");
  Said said = say<"node-undid-by-itself">(
      undone.error().empty() ? "" : ", but that failed: " + undone.error());
  error.set_message(std::move(said.text));
  error.set_id(std::move(said.id));
  error.set_undone(undone.error().empty());
  return AgentError(error);
}

}  // namespace

AgentError::AgentError(const proto::Error& error)
    : Error(Said{error.id(), error.message(), error.cure()}),
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
  proto::FromAgent answer = ask(frame, proto::FromAgent::kHello);
  proto::Hello hello = std::move(*answer.mutable_hello());
  if (hello.protocol_version() != kProtocolVersion) {
    throw Error(say<"agent-protocol-differs">(hello.protocol_version(), kProtocolVersion));
  }
  check_hello(open, hello);
  mesh_ = open.mesh();
  agent_version_ = hello.agent_version();
  knows_export_ = hello.knows_export();
  knows_call_again_ = hello.knows_call_again();
  if (open.changes_state() && !hello.knows_hold()) {
    throw Error(say<"agent-cannot-hold">(hello.agent_version()));
  }
  return hello;
}

proto::Secrets Session::make_secrets(const proto::MakeSecrets& wanted) {
  proto::ToAgent frame;
  *frame.mutable_make_secrets() = wanted;
  proto::FromAgent answer = ask(frame, proto::FromAgent::kSecrets);
  proto::Secrets made = std::move(*answer.mutable_secrets());
  check_secrets(wanted, made);
  return made;
}

proto::Changes Session::propose(proto::Propose proposal) {
  proto::ToAgent frame;
  frame.mutable_propose()->Swap(&proposal);
  proto::FromAgent answer = ask(std::move(frame), proto::FromAgent::kChanges);
  proto::Changes changes = std::move(*answer.mutable_changes());
  check_changes(changes);
  changes_ = count_of(changes);
  return changes;
}

proto::Applied Session::apply(const OnProgress& on_progress, std::chrono::milliseconds silence) {
  proto::ToAgent frame;
  frame.mutable_apply();
  send(frame);
  return expect(proto::FromAgent::kApplied, on_progress, bound_of_work(silence)).applied();
}

void Session::send_switch_over() {
  proto::ToAgent frame;
  frame.mutable_switch_over();
  send(frame);
}

proto::SwitchedOver Session::wait_switched_over(std::chrono::milliseconds silence) {
  return expect(proto::FromAgent::kSwitchedOver, {}, {silence, silence}).switched_over();
}

void Session::call_peers(milliseconds silence) {
  proto::ToAgent frame;
  frame.mutable_call_peers();
  send(frame);
  expect(proto::FromAgent::kPeersCalled, {}, {silence, silence});
}

void Session::hold(milliseconds silence) {
  proto::ToAgent frame;
  frame.mutable_hold();
  send(frame);
  expect(proto::FromAgent::kHeld, {}, {silence, silence});
}

void Session::send_commit(milliseconds patience) {
  static const std::string kCommit = [] {
    proto::ToAgent frame;
    frame.mutable_commit();
    return encode_frame(frame.SerializeAsString());
  }();
  try {
    transport_->write(kCommit, steady_clock::now() + patience);
  } catch (...) { unsent_ = std::current_exception(); }
}

proto::Committed Session::wait_committed(const OnProgress& on_progress) {
  try {
    proto::FromAgent answer = receive(on_progress, bound_of_work(unsent_ ? 0s : silence_));
    if (answer.has_undone()) { throw undone_by_itself(answer.undone()); }
    if (answer.has_committed()) { return std::move(*answer.mutable_committed()); }
    throw Error(say<"node-answer-unexpected">(name_of(answer.body_case()), "committed"));
  } catch (const Unreachable&) {
    if (unsent_) { std::rethrow_exception(unsent_); }
    throw;
  }
}

void Session::call_again(const std::vector<std::string>& peers) {
  if (!knows_call_again_) { return; }
  proto::ToAgent frame;
  frame.mutable_call_again()->mutable_nodes()->Assign(peers.begin(), peers.end());
  ask(std::move(frame), proto::FromAgent::kCalledAgain);
}

proto::Undone Session::undo(milliseconds silence) {
  // An answer to an earlier step may still be on its way, and so may the interrupt that brought us
  // here: neither matters any more.
  bool was_interrupted = false;
  bool is_sent = false;
  const auto until = steady_clock::now() + bound_of_work(silence).whole;
  proto::ToAgent frame;
  frame.mutable_undo();
  for (;;) {
    try {
      if (!is_sent) { send(frame); }
      is_sent = true;
      const milliseconds left = left_until(until);
      proto::FromAgent answer = receive({}, {left, left});
      if (answer.has_undone()) { return std::move(*answer.mutable_undone()); }
    } catch (const AgentError& error) {
      if (error.undone()) { return {}; }
      throw;
    } catch (const Interrupted&) {
      if (std::exchange(was_interrupted, true)) { throw; }
    }
  }
}

proto::Status Session::status(bool with_drift) {
  proto::AskStatus wanted;
  wanted.set_drift(with_drift);
  return status_as(wanted);
}

proto::Status Session::links(bool with_sightings) {
  proto::AskStatus wanted;
  wanted.set_links_only(true);
  wanted.set_sightings(with_sightings);
  return status_as(wanted);
}

proto::Status Session::status_as(const proto::AskStatus& wanted) {
  proto::ToAgent frame;
  *frame.mutable_ask_status() = wanted;
  proto::FromAgent answer = ask(frame, proto::FromAgent::kStatus);
  proto::Status status = std::move(*answer.mutable_status());
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

proto::BenchListening Session::bench_listen(const proto::BenchReceive& wanted) {
  proto::ToAgent frame;
  *frame.mutable_bench_receive() = wanted;
  const proto::FromAgent answer = ask(frame, proto::FromAgent::kBenchListening);
  check_bench(answer.bench_listening());
  return answer.bench_listening();
}

proto::BenchReceived Session::bench_received(milliseconds silence) {
  const proto::FromAgent answer = expect(proto::FromAgent::kBenchReceived, {}, {silence, silence});
  check_bench(answer.bench_received());
  return answer.bench_received();
}

proto::BenchSent Session::bench_send(const proto::BenchSend& wanted, milliseconds silence) {
  proto::ToAgent frame;
  *frame.mutable_bench_send() = wanted;
  send(frame);
  const proto::FromAgent answer = expect(proto::FromAgent::kBenchSent, {}, {silence, silence});
  check_bench(answer.bench_sent());
  return answer.bench_sent();
}

proto::ExportedFiles Session::export_files(const proto::ExportFiles& wanted) {
  if (!knows_export_) { throw Error(say<"agent-cannot-export">(agent_version_)); }
  proto::ToAgent frame;
  *frame.mutable_export_files() = wanted;
  proto::ExportedFiles exported = ask(frame, proto::FromAgent::kExportedFiles).exported_files();
  check_export(wanted, exported);
  return exported;
}

void Session::beat(milliseconds silence) {
  try {
    listen_in();
  } catch (const Interrupted&) {
    // It was meant for a step that has ended.
  }
  if (unanswered_ > 0 && steady_clock::now() - heard_ > silence) {
    throw TimedOut(
        say<"node-no-sign-of-life">(std::chrono::ceil<std::chrono::seconds>(silence).count()));
  }
  proto::ToAgent frame;
  frame.mutable_heartbeat();
  if (unanswered_++ == 0) { heard_ = steady_clock::now(); }
  write(std::move(frame), silence);
}

void Session::listen_in() {
  for (std::size_t frames = 0, reads = 0;;) {
    while (auto frame = read_frame()) {
      if (frame->has_error()) { throw AgentError(frame->error()); }
      if (frame->has_undone()) { throw undone_by_itself(frame->undone()); }
      if (!frame->has_progress()) { kept_.push_back(std::move(*frame)); }
      if (++frames > kSpareFrames || kept_.size() > kMostKept) {
        throw Error(say<"node-floods-session">());
      }
    }
    if (++reads > kMostReads) { throw Error(say<"node-floods-session">()); }
    try {
      take_in(transport_->read(steady_clock::now()));
    } catch (const TimedOut&) { return; }
  }
}

Session::Bound Session::bound_of_work(milliseconds silence) const {
  return {silence, silence + kOfEachChange * changes_};
}

void Session::send(proto::ToAgent frame) {
  listen_in();
  write(std::move(frame), silence_);
}

void Session::write(proto::ToAgent frame, milliseconds patience) {
  const std::string octets = encode_frame(frame.SerializeAsString());
  frame = {};  // a thousand sessions may wait for their nodes at the same time, each with a plan
  try {
    transport_->write(octets, steady_clock::now() + patience);
  } catch (const Unreachable&) {
    // Its last words say more than a broken pipe.
    listen_in();
    throw;
  }
}

std::optional<proto::FromAgent> Session::next_frame() {
  if (kept_.empty()) { return read_frame(); }
  proto::FromAgent frame = std::move(kept_.front());
  kept_.pop_front();
  return frame;
}

std::optional<proto::FromAgent> Session::read_frame() {
  while (auto octets = frames_.next()) {
    proto::FromAgent frame = parse_node_message(*octets);
    heard_ = steady_clock::now();
    if (!frame.has_alive()) { return frame; }
    if (unanswered_ == 0) { throw Error(say<"node-heartbeat-unasked">()); }
    --unanswered_;
  }
  return std::nullopt;
}

void Session::take_in(const std::string& octets) {
  if (octets.empty()) {
    std::string words = transport_->stderr_text();
    words.erase(0, said_before_);
    throw Unreachable(say<"agent-ended">(words.empty() ? " without a word" : ": " + words));
  }
  frames_.feed(octets);
}

proto::FromAgent Session::receive(const OnProgress& on_progress, const Bound& bound) {
  // For a whole frame: octets that trickle in are silence, too.
  const auto begin = steady_clock::now();
  const auto end = begin + bound.whole;
  const auto most_frames =
      kSpareFrames + kFramesASecond * static_cast<std::size_t>(bound.whole / 1s);
  auto deadline = std::min(begin + bound.silence, end);
  std::optional<std::uint32_t> total;
  std::uint32_t done = 0;
  for (std::size_t frames = 0;;) {
    while (auto frame = next_frame()) {
      if (frame->has_error()) { throw AgentError(frame->error()); }
      if (!frame->has_progress()) { return std::move(*frame); }
      if (++frames > most_frames) { throw Error(say<"node-floods-session">()); }
      const proto::Progress& progress = frame->progress();
      if (on_progress) { on_progress(progress); }
      if (!total) { total = progress.total(); }
      if (progress.done() <= done || progress.done() > *total) { continue; }
      done = progress.done();
      deadline = std::min(steady_clock::now() + bound.silence, end);
    }
    // Octets that come without an end leave a transport no time to look.
    const bool is_late = frames_.buffered() > 0 && steady_clock::now() >= deadline;
    if (is_late) { throw TimedOut(say<"reach-timed-out">()); }
    take_in(transport_->read(deadline));
  }
}

proto::FromAgent Session::ask(proto::ToAgent frame, proto::FromAgent::BodyCase expected,
                              const OnProgress& on_progress) {
  send(std::move(frame));
  return expect(expected, on_progress, {silence_, silence_});
}

proto::FromAgent Session::expect(proto::FromAgent::BodyCase expected, const OnProgress& on_progress,
                                 const Bound& bound) {
  proto::FromAgent answer = receive(on_progress, bound);
  if (answer.has_undone()) { throw undone_by_itself(answer.undone()); }
  if (answer.body_case() != expected) {
    throw Error(say<"node-answer-unexpected">(name_of(answer.body_case()), name_of(expected)));
  }
  return answer;
}

}  // namespace wgmesh
