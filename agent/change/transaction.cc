#include "agent/change/transaction.h"

#include <unistd.h>

#include <ctime>
#include <thread>
#include <utility>

#include "agent/change/refused.h"
#include "agent/state/observed.h"
#include "agent/store/lock.h"
#include "agent/store/sync_files.h"
#include "agent/text/messages.h"

namespace wgmesh {
namespace {

constexpr int kVerifyAttempts = 5;
constexpr std::chrono::milliseconds kVerifyPause{100};
// Nobody hears anybody until hands have been shaken with the new keys: where many nodes share a
// processor, reading the kernel can wait for that.
constexpr std::chrono::milliseconds kHandshakes{150};
// The watcher waits longer than the worker does: it is for a worker that cannot undo any more.
constexpr std::chrono::milliseconds kWatcherGrace{30'000};
// An interface that is deleted takes the kernel up to 50 ms, and all of a group are one operation:
// the watcher shall not take that for a worker that hangs.
constexpr std::chrono::milliseconds kDeletion{100};

}  // namespace

Transaction::Transaction(Kernel& kernel, const Store& store, TransactionSetup setup)
    : kernel_(kernel), store_(store), setup_(std::move(setup)), journal_(store, setup_.mesh) {}

Transaction::~Transaction() {
  finish();
  if (!entry_) { return; }
  try {
    undo();
  } catch (const std::exception&) {
    // The journal stays, and the next agent command tries again.
  }
}

void Transaction::apply(const Proposal& proposal, const OnProgress& progress) {
  if (proposal.changes_nothing()) { return; }
  if (journal_.open()) { throw Error(say<"change-still-open">()); }
  // The barrier may have taken a while: what is undone is what is there now.
  Observation observed = kernel_.observe(proposal.scope);
  fill_in_adopted(observed.state, proposal.scope);
  const bool is_stale = !is_unchanged(proposal.observed, observed.state);
  const bool ports_moved = proposal.observed.foreign_ports != observed.state.foreign_ports;
  if (lacks_times(observed.state)) {
    fill_in_times(observed.state, store_.load(setup_.mesh).mesh.plan);
  }
  refuse_obstacles(observed, proposal);
  if (is_stale && setup_.list_was_shown) { throw Refused(say<"change-list-stale">()); }
  scope_ = proposal.scope;
  rotates_ = proposal.rotates;
  const bool hosts_moved = proposal.observed.hosts != observed.state.hosts;
  // Ports of others and /etc/hosts are theirs to change: what is due there is worked out anew.
  schedule_ = is_stale || ports_moved || hosts_moved
                  ? schedule(proposal.desired, observed.state, rotates_)
                  : proposal.schedule;
  done_ = rotates_ ? Due::kApply : Due::kCall;
  const std::vector<Operation> first = operations_due(schedule_, Due::kApply);

  // The watcher comes first: what this leaves when it dies in the middle, a journal or files that
  // are staged, is taken away at once.
  if (setup_.open_kernel) {
    watcher_.emplace(setup_.lock, setup_.patience,
                     kWatcherGrace + kDeletion * observed.state.tunnels.size(),
                     [this](int lock) { finish_for_the_dead(lock); });
  }
  JournalEntry entry{
      std::move(observed.state), proposal.desired, proposal.files, setup_.origin, boot_id(),
      proposal.left_places};
  try {
    store_.stage(setup_.mesh, proposal.stored, proposal.files);
    has_journal_ = write_journal(entry);
    if (!has_journal_) {
      sync_files(store_.staged_paths(setup_.mesh, entry.files));
      end();  // there is nothing that it could go by
    }
  } catch (...) {
    journal_.close();
    store_.discard(setup_.mesh);
    end();
    throw;
  }
  entry_ = std::move(entry);
  const bool removes = proposal.stored.empty();
  told_ = {.deed = setup_.restores ? Deed::kRestored
                   : removes       ? Deed::kRemoved
                                   : Deed::kCommitted,
           .changes = schedule_.size(),
           .origin = setup_.origin};

  attempt([&] {
    const OnProgress told = with_beats(progress);
    kernel_.apply(first, [&](std::size_t done) { told(done, first.size()); });
    verify();
  });
}

std::optional<std::chrono::system_clock::time_point> Transaction::switch_over() {
  if (!entry_ || done_ != Due::kApply) { return std::nullopt; }
  done_ = Due::kSwitch;
  attempt([&] { kernel_.apply(operations_due(schedule_, Due::kSwitch), [](std::size_t) {}); });
  return std::chrono::system_clock::now();
}

void Transaction::call_peers() {
  if (!entry_ || done_ != Due::kSwitch) { return; }
  done_ = Due::kCall;
  attempt([&] {
    kernel_.apply(operations_due(schedule_, Due::kCall), [](std::size_t) {});
    std::this_thread::sleep_for(kHandshakes);
    verify();
  });
}

void Transaction::hold() {
  if (!entry_) { return; }
  attempt([&] {
    verify();
    store_.expect_staged(setup_.mesh, entry_->files);
    if (has_journal_) { journal_.expect_begun(); }
    store_.sync(setup_.mesh);
  });
}

void Transaction::attempt(const std::function<void()>& step) {
  try {
    step();
  } catch (const Error& error) {
    undo_because_of(error);
    throw;
  }
}

void Transaction::undo_because_of(const Error& error) {
  try {
    undo();
  } catch (const Error& second) {
    throw UndoFailed(say<"change-undo-failed">(error.message(), second.message(), setup_.mesh));
  }
  if (files_left_) {
    throw Error(Said{error.id(), error.message() + "; " + *files_left_, error.cure()});
  }
}

OnProgress Transaction::with_beats(const OnProgress& progress) const {
  return [this, progress](std::size_t done, std::size_t total) {
    beat();
    if (progress) { progress(done, total); }
  };
}

bool Transaction::write_journal(const JournalEntry& entry) const {
  try {
    journal_.begin(entry);
  } catch (const SystemError&) {
    if (setup_.needs_journal) { throw; }
    return false;
  }
  return true;
}

// In the watcher.
void Transaction::finish_for_the_dead(int lock) const {
  write_holder(lock,
               {"the watcher of " + setup_.origin, kEndsSoon, std::time(nullptr), ::getpid()});
  const auto kernel = setup_.open_kernel();
  finish_open_transaction(*kernel, store_, setup_.mesh, UnreadableJournal::kRefused, setup_.log);
}

void Transaction::verify() {
  for (int attempt = 1;; ++attempt) {
    const State now = kernel_.observe(scope_).state;
    const Schedule left =
        what_is_left(with_live_endpoints(entry_->after, now), entry_->before, now, rotates_);
    if (left.empty() || left.front().due > done_) { return; }
    if (attempt == kVerifyAttempts) {
      throw Error(say<"change-still-due">(describe(left.front().operation)));
    }
    std::this_thread::sleep_for(kVerifyPause);
  }
}

std::optional<Said> Transaction::commit(const OnProgress& progress,
                                        const std::function<void()>& before_leaving) {
  if (!entry_) { return std::nullopt; }
  try {
    if (has_journal_) { journal_.commit(); }
  } catch (const Error& error) {
    // The journal's name decides, for us as for whoever finds it.
    if (journal_.open() == Direction::kUndo) {
      undo_because_of(error);
      throw;
    }
  }
  const JournalEntry entry = *std::exchange(entry_, std::nullopt);
  std::optional<Said> left;
  try {
    left = roll_forward(kernel_, store_, setup_.mesh, entry, with_beats(progress), before_leaving);
    owes_end_ = told_.deed != Deed::kRemoved;
    // Who asked for a removal looks next whether anything is left.
    if (!owes_end_) { end_forward(store_, setup_.mesh); }
  } catch (const Error& error) {
    left = {error.id(), error.message() + "; the next agent command tries again", ""};
  }
  setup_.log.tell(store_, setup_.mesh, told_);
  if (!owes_end_) {
    end();
  } else if (watcher_) {
    // It stays until finish() has closed the journal. Units and the answer to the controller come
    // before that, and may take long.
    watcher_->be_patient();
  }
  return left;
}

void Transaction::finish() {
  if (!std::exchange(owes_end_, false)) { return; }
  try {
    end_forward(store_, setup_.mesh);
  } catch (const Error&) {
    // The journal stays, and the next agent command tries again.
  }
  end();
}

void Transaction::undo(const OnProgress& progress) {
  if (!entry_) { return; }
  const JournalEntry entry = *std::exchange(entry_, std::nullopt);
  try {
    told_.deed = Deed::kUndone;
    files_left_ = roll_back(kernel_, store_, setup_.mesh, entry, with_beats(progress));
  } catch (...) {
    told_.deed = Deed::kLeftOpen;
    setup_.log.tell(store_, setup_.mesh, told_);
    end();
    throw;
  }
  setup_.log.tell(store_, setup_.mesh, told_);
  end();
}

void Transaction::beat() const {
  if (watcher_) { watcher_->beat(); }
}

void Transaction::end() {
  if (watcher_) { watcher_->dismiss(); }
  watcher_.reset();
}

}  // namespace wgmesh
