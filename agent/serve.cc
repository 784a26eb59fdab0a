#include "agent/serve.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <optional>

#include "agent/current_status.h"
#include "agent/hello.h"
#include "agent/lock.h"
#include "agent/mesh_echo.h"
#include "agent/node_change.h"
#include "agent/proposal.h"
#include "agent/recovery.h"
#include "agent/refused.h"
#include "agent/session_secrets.h"
#include "agent/transaction.h"
#include "agent/uninstall.h"

namespace wgmesh {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kDefaultConfirm = 60;  // seconds
constexpr std::uint32_t kLongestConfirm = 3600;
// The watcher waits longer than the worker does: it is for a worker that cannot undo any more.
constexpr auto kWatcherGrace = 30s;
constexpr auto kProgressPause = 200ms;
// A segment address and an inner one of every node that there can be.
constexpr int kMostTargets = 2 * 4096;

// A message that has no place where it came.
class ProtocolError : public Error {
 public:
  using Error::Error;
};

class ServeSession {
 public:
  ServeSession(SessionIo& io, const Surroundings& surroundings)
      : io_(io), surroundings_(surroundings), store_(surroundings.paths.state) {}

  int run();

 private:
  bool handle(const proto::ToAgent& message);
  bool answer(const proto::ToAgent& message);
  void open(const proto::Open& open);
  void take_lock();
  void make_secrets(const proto::MakeSecrets& wanted);
  void propose(const proto::Propose& proposal);
  void apply();
  void switch_over();
  void call_peers();
  void commit();
  void undo();
  std::string take_back();
  Goal goal_of(const proto::Propose& wanted);
  void tell_status();
  void listen(const proto::Listen& wanted);
  void probe(const proto::Probe& wanted);
  void forget_node_if_empty(proto::Committed& committed);
  void report(std::size_t done, std::size_t total);
  void tell_error(proto::Error::Kind kind, const Error& error, bool undone);
  void require_open() const;

  SessionIo& io_;
  const Surroundings& surroundings_;
  const Store store_;
  std::unique_ptr<Kernel> kernel_;
  std::optional<MeshLock> lock_;
  std::optional<proto::Open> open_;
  std::optional<SessionSecrets> secrets_;
  std::map<std::string, SocketAddress> endpoints_;
  std::optional<NodeChange> change_;  // from open on
  std::optional<Echo> echo_;
  std::string step_ = "open";
  std::chrono::milliseconds patience_ = std::chrono::seconds(kDefaultConfirm);
  std::chrono::steady_clock::time_point reported_{};
};

int ServeSession::run() {
  for (;;) {
    std::variant<proto::ToAgent, Ended> next;
    try {
      next = echo_ ? io_.read(patience_, {echo_->fds(), [this] { echo_->answer(); }})
                   : io_.read(patience_);
    } catch (const Error& error) {
      tell_error(proto::Error::PROTOCOL, error, take_back().empty());
      return 1;
    }
    if (std::holds_alternative<Ended>(next)) {
      const bool is_committed = change_ && change_->is_committed();
      const bool is_left = change_ && change_->is_applied() && !is_committed;
      const bool in_order = std::get<Ended>(next) == Ended::kClosed && !is_left;
      if (!is_committed) undo();  // told as well: the other side may only have fallen silent
      return in_order ? 0 : 1;
    }
    if (!handle(std::get<proto::ToAgent>(next))) return 1;
  }
}

// False ends the session.
bool ServeSession::handle(const proto::ToAgent& message) {
  if (change_) change_->beat();
  try {
    return answer(message);
  } catch (const ProtocolError& error) {
    tell_error(proto::Error::PROTOCOL, error, take_back().empty());
    return false;
  } catch (const Locked& error) {
    tell_error(proto::Error::LOCKED, error, true);
    return false;
  } catch (const Refused& error) {
    tell_error(proto::Error::REFUSED, error, true);
  } catch (const UndoFailed& error) {
    tell_error(proto::Error::FAILED, error, false);
  } catch (const Error& error) {
    tell_error(proto::Error::FAILED, error, !(change_ && change_->is_open()));
  }
  return true;
}

bool ServeSession::answer(const proto::ToAgent& message) {
  switch (message.body_case()) {
    case proto::ToAgent::kOpen:
      step_ = "open";
      open(message.open());
      break;
    case proto::ToAgent::kMakeSecrets:
      step_ = "secrets";
      make_secrets(message.make_secrets());
      break;
    case proto::ToAgent::kPropose:
      step_ = "plan";
      propose(message.propose());
      break;
    case proto::ToAgent::kApply:
      step_ = "apply";
      apply();
      break;
    case proto::ToAgent::kSwitchOver:
      step_ = "switch";
      switch_over();
      break;
    case proto::ToAgent::kCallPeers:
      step_ = "call";
      call_peers();
      break;
    case proto::ToAgent::kCommit:
      step_ = "commit";
      commit();
      break;
    case proto::ToAgent::kUndo:
      step_ = "undo";
      undo();
      break;
    case proto::ToAgent::kHeartbeat:
      break;
    case proto::ToAgent::kAskStatus:
      step_ = "status";
      tell_status();
      break;
    case proto::ToAgent::kListen:
      step_ = "listen";
      listen(message.listen());
      break;
    case proto::ToAgent::kProbe:
      step_ = "probe";
      probe(message.probe());
      break;
    case proto::ToAgent::BODY_NOT_SET:
      throw ProtocolError("an empty message");
  }
  return true;
}

void ServeSession::open(const proto::Open& open) {
  if (open_) throw ProtocolError("a second open");
  if (open.protocol_version() != kProtocolVersion) {
    throw ProtocolError(fmt::format("this agent ({}) speaks protocol {}, the controller {}",
                                    WGMESH_VERSION, kProtocolVersion, open.protocol_version()),
                        "use the mesh and the wgmesh-agent of one release");
  }
  check_open(open);
  open_ = open;
  const std::uint32_t confirm =
      open.confirm_timeout() == 0 ? kDefaultConfirm : open.confirm_timeout();
  patience_ = std::chrono::seconds(std::min(confirm, kLongestConfirm));

  kernel_ = surroundings_.open_session_kernel ? surroundings_.open_session_kernel()
                                              : surroundings_.open_kernel();
  change_.emplace(surroundings_, store_, *kernel_, open.mesh());
  take_lock();
  std::optional<std::string> finished;
  if (lock_) finished = finish_open_transaction(*kernel_, store_, open.mesh());
  if (!open.changes_state()) lock_.reset();

  secrets_.emplace(open.mesh(), open.node(), store_.load(open.mesh()).mesh, open.rotates());
  const ResolvedEndpoints endpoints = resolve_endpoints(open, surroundings_.resolver_patience);
  proto::FromAgent message;
  proto::Hello& hello = *message.mutable_hello();
  hello = make_hello(open, surroundings_, *kernel_, store_, *secrets_, endpoints);
  if (finished) hello.set_undone(*finished);
  endpoints_ = choose_endpoints(open, hello);
  io_.write(message);
}

void ServeSession::take_lock() {
  const Holder me{open_->origin(), open_->session_number(), std::time(nullptr), ::getpid()};
  const std::string& folder = surroundings_.paths.run;
  if (open_->changes_state()) {
    lock_.emplace(folder, open_->mesh(), me, surroundings_.lock_patience,
                  [this] { return io_.ended(); });
  } else if (Journal(store_, open_->mesh()).open()) {
    // A reader only finishes what a dead session left; of a living one it sees what is.
    lock_ = MeshLock::try_take(folder, open_->mesh(), me);
  }
}

void ServeSession::require_open() const {
  if (!open_ || !secrets_ || !change_) throw ProtocolError("a message before open");
}

void ServeSession::make_secrets(const proto::MakeSecrets& wanted) {
  require_open();
  if (change_->is_applied()) throw ProtocolError("make-secrets after apply");
  check_count(wanted.peers_size());
  proto::FromAgent message;
  *message.mutable_secrets() = secrets_->make(wanted);
  io_.write(message);
}

// Checks all of it, for the controller is hostile until then.
Goal ServeSession::goal_of(const proto::Propose& wanted) {
  const bool has_plan = wanted.goal() == proto::UP || wanted.goal() == proto::STORE;
  if (has_plan && !wanted.has_plan()) throw ProtocolError("a goal without its plan");
  if (!proto::Goal_IsValid(wanted.goal()) || wanted.goal() == proto::GOAL_UNSPECIFIED) {
    throw ProtocolError("a plan without a goal");
  }
  Goal goal;
  goal.kind = wanted.goal();
  goal.rotates = wanted.rotates();
  if (!has_plan) return goal;
  if (wanted.plan().mesh() != open_->mesh() || wanted.plan().node() != open_->node()) {
    throw Refused("the plan is another mesh's or node's than the session");
  }
  check_count(wanted.plan().peers_size() + wanted.plan().bridge_ports_size());
  check_count(wanted.sealed_size());
  secrets_->receive(wanted.sealed());
  goal.plan = settled_plan(wanted.plan(), store_.load(open_->mesh()).mesh);
  goal.secrets = secrets_->for_plan(*goal.plan);
  goal.endpoints = endpoints_;
  for (const proto::Peer& peer : wanted.plan().peers()) {
    // What was resolved is the mesh file's endpoint, which may not be the stored one.
    if (peer.as_stored()) goal.endpoints.erase(peer.node());
  }
  return goal;
}

void ServeSession::propose(const proto::Propose& wanted) {
  require_open();
  if (change_->is_applied()) throw ProtocolError("a plan after apply");
  Goal goal = goal_of(wanted);
  // A plan comes when every node has said hello, and with it that its lock is held.
  if (lock_) lock_->set_number(kGoesOn);
  proto::FromAgent message;
  *message.mutable_changes() = change_->propose(std::move(goal));
  io_.write(message);
}

void ServeSession::apply() {
  require_open();
  if (!change_->is_proposed() || change_->is_applied()) {
    throw ProtocolError("apply without a plan");
  }
  if (!open_->changes_state()) throw ProtocolError("apply in a session that only reads");
  TransactionSetup setup;
  setup.mesh = open_->mesh();
  setup.origin = open_->origin();
  setup.lock = lock_->fd();
  setup.patience = patience_ + kWatcherGrace;
  if (surroundings_.with_watcher) setup.open_kernel = surroundings_.open_kernel;
  change_->apply(std::move(setup),
                 [this](std::size_t done, std::size_t total) { report(done, total); });
  proto::FromAgent message;
  message.mutable_applied();
  io_.write(message);
}

void ServeSession::switch_over() {
  require_open();
  if (!change_->is_applied() || change_->is_committed()) {
    throw ProtocolError("a switch without apply");
  }
  const auto at = change_->switch_over().time_since_epoch();
  proto::FromAgent message;
  message.mutable_switched_over()->set_at(
      std::chrono::duration_cast<std::chrono::microseconds>(at).count());
  io_.write(message);
}

void ServeSession::call_peers() {
  require_open();
  if (!change_->is_applied() || change_->is_staged() || change_->is_committed()) {
    throw ProtocolError("a call before the switch");
  }
  change_->call_peers();
  proto::FromAgent message;
  message.mutable_peers_called();
  io_.write(message);
}

void ServeSession::commit() {
  require_open();
  if (change_->is_staged()) throw ProtocolError("commit before the switch");
  if (!change_->may_commit()) throw ProtocolError("commit without apply");
  proto::FromAgent message;
  proto::Committed& committed = *message.mutable_committed();
  change_->commit(committed);
  if (change_->removes() && open_->changes_state()) forget_node_if_empty(committed);
  io_.write(message);
}

void ServeSession::forget_node_if_empty(proto::Committed& committed) {
  lock_->remove_file();
  committed.set_agent_removed(
      remove_agent_with_last_mesh(surroundings_.paths, store_, open_->mesh()));
}

void ServeSession::undo() {
  if (change_ && change_->is_committed()) {
    throw Refused("it is committed; there is nothing to undo");
  }
  proto::FromAgent message;
  message.mutable_undone()->set_error(take_back());
  io_.write(message);
}

// Undoes what was applied and not committed. What the kernel says against it; empty: nothing.
std::string ServeSession::take_back() {
  if (!change_) return {};
  std::string fault;
  try {
    if (lock_ && !change_->is_committed()) lock_->set_number(kEndsSoon);
  } catch (const Error& error) {
    fault = error.message();
  }
  const std::string left = change_->take_back();
  return fault.empty() ? left : fault;
}

void ServeSession::tell_status() {
  require_open();
  proto::FromAgent message;
  *message.mutable_status() = current_status(*kernel_, store_, open_->mesh());
  change_->put_names_into(*message.mutable_status());
  io_.write(message);
}

void ServeSession::listen(const proto::Listen& wanted) {
  require_open();
  proto::FromAgent message;
  echo_.emplace(listen_on_mesh(*kernel_, open_->mesh(), wanted, *message.mutable_listening()));
  io_.write(message);
}

void ServeSession::probe(const proto::Probe& wanted) {
  if (!echo_) throw ProtocolError("a probe without listening");
  if (wanted.targets_size() > kMostTargets) throw ProtocolError("too many targets");
  proto::FromAgent message;
  *message.mutable_probed() = echo_->probe(wanted);
  io_.write(message);
}

void ServeSession::report(std::size_t done, std::size_t total) {
  const auto now = std::chrono::steady_clock::now();
  if (done < total && now - reported_ < kProgressPause) return;
  reported_ = now;
  proto::FromAgent message;
  message.mutable_progress()->set_text(step_);
  message.mutable_progress()->set_done(static_cast<std::uint32_t>(done));
  message.mutable_progress()->set_total(static_cast<std::uint32_t>(total));
  io_.write(message);
}

void ServeSession::tell_error(proto::Error::Kind kind, const Error& error, bool undone) {
  proto::FromAgent message;
  proto::Error& told = *message.mutable_error();
  told.set_kind(kind);
  told.set_step(step_);
  told.set_message(error.message());
  told.set_cure(error.cure());
  told.set_undone(undone);
  io_.write(message);
}

}  // namespace

int serve(SessionIo& io, const Surroundings& surroundings) {
  io.write_magic_line();
  return ServeSession(io, surroundings).run();
}

}  // namespace wgmesh
