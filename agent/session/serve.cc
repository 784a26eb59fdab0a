#include "agent/session/serve.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "agent/change/node_change.h"
#include "agent/change/refused.h"
#include "agent/change/settle.h"
#include "agent/change/transaction.h"
#include "agent/node/uninstall.h"
#include "agent/peers/endpoints.h"
#include "agent/session/adoption.h"
#include "agent/session/benching.h"
#include "agent/session/exporting.h"
#include "agent/session/hello.h"
#include "agent/session/obstacles.h"
#include "agent/session/path_measuring.h"
#include "agent/session/protocol_error.h"
#include "agent/session/session_lock.h"
#include "agent/session/session_secrets.h"
#include "agent/session/short_hello.h"
#include "agent/session/told_progress.h"
#include "agent/session/told_status.h"
#include "agent/session/turns.h"
#include "agent/session/wanted_change.h"
#include "agent/store/lock.h"
#include "agent/text/messages.h"

namespace wgmesh {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kDefaultConfirm = 60;  // seconds
constexpr std::uint32_t kLongestConfirm = 3600;
// A machine that was asleep when its promise ran out: what was sent to it meanwhile may be on its
// way.
constexpr auto kAfterSleep = 1s;
// With new keys nobody hears anybody until one end calls. The controller says when all can answer;
// where its word is late, it may be because it comes through the mesh.
constexpr auto kCallsAtLatest = 1s;

Errand errand_of(const proto::Open& open) {
  if (!open.changes_state()) { return Errand::kToLook; }
  return open.removes() ? Errand::kToRemove : Errand::kToChange;
}

// An answer that says no more than that a step is done.
template <class Body>
proto::FromAgent done(Body* (proto::FromAgent::*body)()) {
  proto::FromAgent message;
  (message.*body)();
  return message;
}

class ServeSession {
 public:
  ServeSession(SessionIo& io, const ThisNode& this_node)
      : io_(io), this_node_(this_node), store_(this_node.paths.state), told_(io) {}

  int run();

 private:
  std::variant<proto::ToAgent, Ended> next();
  template <class Step>
  bool guarded(const Step& step);
  void answer(const proto::ToAgent& message);
  void open(const proto::Open& open);
  void make_secrets(const proto::MakeSecrets& wanted);
  void propose(const proto::Propose& proposal);
  void apply();
  void switch_over();
  void call_peers();
  void hold();
  void commit();
  void call_again(const proto::CallAgain& wanted);
  void undo();
  std::string take_back();
  bool is_as_before() const { return !change_ || change_->is_as_before(); }
  void tell_alive();
  void tell_status(const proto::AskStatus& wanted);
  void listen(const proto::Listen& wanted);
  void probe(const proto::Probe& wanted);
  void export_files(const proto::ExportFiles& wanted);
  void forget_node_if_empty(proto::Committed& committed);
  void tell_error(proto::Error::Kind kind, const Error& error);
  Phase phase() const;

  SessionIo& io_;
  const ThisNode& this_node_;
  const Store store_;
  std::unique_ptr<Kernel> kernel_;
  std::optional<MeshLock> lock_;
  std::optional<proto::Open> open_;
  std::optional<SessionSecrets> secrets_;
  StoredMesh stored_;  // as it was at open
  Adoption adoption_;
  std::map<std::string, SocketAddress> endpoints_;
  std::optional<NodeChange> change_;  // from open on
  PathMeasuring measuring_;
  std::optional<BootClock::time_point> promised_;  // until the wait that follows has begun
  std::string step_ = "open";
  std::chrono::milliseconds patience_ = std::chrono::seconds(kDefaultConfirm);
  ToldProgress told_;
  const OnProgress progress_ = [this](std::size_t done, std::size_t total) {
    told_.tell(step_, done, total);
  };
  std::chrono::steady_clock::time_point calls_by_{};  // while the change owes them
};

int ServeSession::run() {
  for (;;) {
    std::variant<proto::ToAgent, Ended> came;
    try {
      came = next();
    } catch (const Error& error) {
      take_back();
      tell_error(proto::Error::PROTOCOL, error);
      return 1;
    }
    if (const auto* ended = std::get_if<Ended>(&came)) {
      if (*ended == Ended::kSilent && phase() == Phase::kSwitched) {
        step_ = step_of(proto::ToAgent::kCallPeers);
        if (!guarded([&] { change_->call_peers(); })) { return 1; }
        continue;
      }
      const bool in_order = *ended == Ended::kClosed && !is_open_change(phase());
      step_ = step_of(proto::ToAgent::kUndo);
      // The undo is told: the other side may only have fallen silent.
      if (phase() != Phase::kCommitted) { undo(); }
      return in_order ? 0 : 1;
    }
    const auto& message = std::get<proto::ToAgent>(came);
    if (change_) { change_->beat(); }
    if (!guarded([&] { answer(message); })) { return 1; }
  }
}

std::variant<proto::ToAgent, Ended> ServeSession::next() {
  auto patience = patience_;
  if (phase() == Phase::kSwitched) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(calls_by_ - std::chrono::steady_clock::now());
    patience = std::clamp(left, 0ms, patience_);
  }
  if (measuring_.is_on()) { return io_.read(patience, measuring_.aside()); }
  return io_.read(patience, {}, phase() == Phase::kHeld ? kAfterSleep : 0ms,
                  std::exchange(promised_, std::nullopt));
}

Phase ServeSession::phase() const {
  if (!open_) { return Phase::kUnopened; }
  return secrets_ ? change_->phase() : Phase::kRefused;
}

// Tells what `step` throws. False ends the session.
template <class Step>
bool ServeSession::guarded(const Step& step) {
  try {
    step();
  } catch (const ProtocolError& error) {
    take_back();
    tell_error(proto::Error::PROTOCOL, error);
    return false;
  } catch (const Locked& error) {
    tell_error(proto::Error::LOCKED, error);
    return false;
  } catch (const Refused& error) {
    tell_error(proto::Error::REFUSED, error);
  } catch (const Error& error) { tell_error(proto::Error::FAILED, error); }
  return true;
}

void ServeSession::answer(const proto::ToAgent& message) {
  if (const std::string step = step_of(message.body_case()); !step.empty()) { step_ = step; }
  require_turn(message.body_case(), phase());
  switch (message.body_case()) {
    case proto::ToAgent::kOpen:
      return open(message.open());
    case proto::ToAgent::kMakeSecrets:
      return make_secrets(message.make_secrets());
    case proto::ToAgent::kPropose:
      return propose(message.propose());
    case proto::ToAgent::kApply:
      return apply();
    case proto::ToAgent::kSwitchOver:
      return switch_over();
    case proto::ToAgent::kCallPeers:
      return call_peers();
    case proto::ToAgent::kCommit:
      return commit();
    case proto::ToAgent::kCallAgain:
      return call_again(message.call_again());
    case proto::ToAgent::kUndo:
      return undo();
    case proto::ToAgent::kHold:
      return hold();
    case proto::ToAgent::kHeartbeat:
      return tell_alive();
    case proto::ToAgent::kAskStatus:
      return tell_status(message.ask_status());
    case proto::ToAgent::kListen:
      return listen(message.listen());
    case proto::ToAgent::kProbe:
      return probe(message.probe());
    case proto::ToAgent::kBenchReceive:
    case proto::ToAgent::kBenchSend:
      return bench(io_, *kernel_, *open_, this_node_.paths.run, message);
    case proto::ToAgent::kExportFiles:
      return export_files(message.export_files());
    case proto::ToAgent::BODY_NOT_SET:
      return;  // has no turn
  }
}

void ServeSession::open(const proto::Open& open) {
  check_open(open);
  if (this_node_.require_privilege) { this_node_.require_privilege(); }
  open_ = open;
  const std::uint32_t confirm =
      open.confirm_timeout() == 0 ? kDefaultConfirm : open.confirm_timeout();
  patience_ = std::chrono::seconds(std::min(confirm, kLongestConfirm));
  io_.set_write_patience(patience_);

  kernel_ =
      this_node_.open_session_kernel ? this_node_.open_session_kernel() : this_node_.open_kernel();
  change_.emplace(this_node_, store_, *kernel_, open.mesh(), open.changes_state());
  if (open.replaces_newer_agent()) { change_->replace_newer_agent(); }
  lock_ = take_session_lock(this_node_, store_, open, [this] { return io_.ended(); });
  Settled settled;
  if (lock_) {
    settled = settle(*kernel_, store_, open.mesh(), errand_of(open), NodeLog(this_node_.paths));
  }
  if (!open.changes_state()) { lock_.reset(); }

  Loaded loaded = store_.load(open.mesh());
  if (errand_of(open) == Errand::kToChange) { refuse_unreadable(loaded); }
  adoption_ = find_adoption(this_node_.paths, open, loaded);
  secrets_.emplace(open.mesh(), open.node(), with_adopted_keys(loaded.mesh, adoption_),
                   open.changes_state(), open.rotates());
  const ResolvedEndpoints endpoints = resolve_endpoints(open, this_node_.resolver_patience);
  proto::FromAgent message;
  proto::Hello& hello = *message.mutable_hello();
  KernelReading reading = kernel_->read(open.mesh(), false);
  hello = make_hello(open, this_node_, reading, store_, loaded, *secrets_, endpoints, adoption_);
  stored_ = std::move(loaded.mesh);
  change_->keep_reading(std::move(reading));
  if (settled.finished) { hello.set_undone(*settled.finished); }
  for (const Said& warning : settled.warnings) { put_warning(warning, hello); }
  endpoints_ = choose_endpoints(open, hello);
  if (open.takes_short()) { shorten(open, hello); }
  io_.write(message);
}

void ServeSession::make_secrets(const proto::MakeSecrets& wanted) {
  check_count(wanted.peers_size());
  proto::FromAgent message;
  *message.mutable_secrets() = secrets_->make(wanted);
  io_.write(message);
}

void ServeSession::propose(const proto::Propose& wanted) {
  WantedChange goal = wanted_change(wanted, *open_, stored_, *secrets_, endpoints_);
  adopt(adoption_, wanted, goal);
  // A plan comes when every node has said hello, and with it that its lock is held.
  if (lock_) { lock_->set_number(kGoesOn); }
  proto::FromAgent message;
  *message.mutable_changes() = change_->propose(std::move(goal), wanted.only_counts());
  io_.write(message);
}

void ServeSession::apply() {
  TransactionSetup setup;
  setup.mesh = open_->mesh();
  setup.origin = open_->origin();
  setup.lock = lock_->fd();
  setup.log = NodeLog(this_node_.paths);
  setup.patience = patience_;
  if (this_node_.with_watcher) { setup.open_kernel = this_node_.open_kernel; }
  change_->apply(std::move(setup), progress_);
  io_.write(done(&proto::FromAgent::mutable_applied));
}

void ServeSession::switch_over() {
  const auto at = change_->switch_over();
  calls_by_ = std::chrono::steady_clock::now() + kCallsAtLatest;
  proto::FromAgent message;
  proto::SwitchedOver& switched = *message.mutable_switched_over();
  if (at) {
    const auto since_epoch = at->time_since_epoch();
    switched.set_at(std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count());
  }
  io_.write(message);
}

void ServeSession::call_peers() {
  change_->call_peers();
  io_.write(done(&proto::FromAgent::mutable_peers_called));
}

// From the answer on it is a promise that silence alone undoes nothing before the confirm timeout:
// that is the patience with which the next message is awaited. It counts from before the promise,
// so that a machine that sleeps between the promise and the wait knows that it slept.
void ServeSession::hold() {
  change_->hold();
  if (this_node_.before_promise) { this_node_.before_promise(); }
  promised_ = io_.now();
  io_.write(done(&proto::FromAgent::mutable_held));
  if (this_node_.after_promise) { this_node_.after_promise(); }
}

void ServeSession::commit() {
  proto::FromAgent message;
  proto::Committed& committed = *message.mutable_committed();
  change_->commit(committed, progress_);
  if (change_->removes()) { forget_node_if_empty(committed); }
  io_.write(message);
  change_->finish();
}

void ServeSession::forget_node_if_empty(proto::Committed& committed) {
  try {
    forget_mesh(this_node_.paths, store_, open_->mesh(), *lock_,
                [&](const std::string& said) { committed.add_notes(said); });
  } catch (const Error& error) {
    committed.add_notes(error.message());  // the mesh is gone all the same
  }
}

void ServeSession::call_again(const proto::CallAgain& wanted) {
  change_->call_again({wanted.nodes().begin(), wanted.nodes().end()});
  io_.write(done(&proto::FromAgent::mutable_called_again));
}

void ServeSession::undo() {
  if (phase() == Phase::kCommitted) { throw Refused(say<"change-is-committed">()); }
  proto::FromAgent message;
  message.mutable_undone()->set_error(take_back());
  io_.write(message);
}

// Undoes what was applied and not committed. What the kernel says against it; empty: nothing.
std::string ServeSession::take_back() {
  if (!change_) { return {}; }
  if (lock_ && phase() != Phase::kCommitted) { lock_->set_number(kEndsSoon); }
  return change_->take_back(progress_);
}

void ServeSession::tell_alive() { io_.write(done(&proto::FromAgent::mutable_alive)); }

void ServeSession::tell_status(const proto::AskStatus& wanted) {
  proto::FromAgent message;
  *message.mutable_status() = told_status(*kernel_, store_, *open_, wanted, *change_);
  io_.write(message);
}

void ServeSession::listen(const proto::Listen& wanted) {
  proto::FromAgent message;
  *message.mutable_listening() = measuring_.listen(*kernel_, *open_, wanted);
  io_.write(message);
}

void ServeSession::probe(const proto::Probe& wanted) {
  proto::FromAgent message;
  *message.mutable_probed() = measuring_.probe(wanted);
  io_.write(message);
}

void ServeSession::export_files(const proto::ExportFiles& wanted) {
  proto::FromAgent message;
  *message.mutable_exported_files() = export_stored(store_, open_->mesh(), wanted);
  io_.write(message);
}

void ServeSession::tell_error(proto::Error::Kind kind, const Error& error) {
  proto::FromAgent message;
  proto::Error& told = *message.mutable_error();
  told.set_kind(kind);
  told.set_step(step_);
  told.set_message(error.message());
  told.set_cure(error.cure());
  told.set_id(error.id());
  told.set_undone(is_as_before());
  io_.write(message);
}

}  // namespace

int serve(SessionIo& io, const ThisNode& this_node) {
  io.write_magic_line();
  return ServeSession(io, this_node).run();
}

}  // namespace wgmesh
