#include "agent/transaction.h"

#include <unistd.h>

#include <ctime>
#include <span>
#include <thread>
#include <utility>

#include "agent/diff.h"
#include "agent/first_contact.h"
#include "agent/lock.h"
#include "agent/recovery.h"
#include "agent/refused.h"
#include "agent/rotation.h"

namespace wgmesh {
namespace {

constexpr int kVerifyAttempts = 5;
constexpr std::chrono::milliseconds kVerifyPause{100};
// Nobody hears anybody until hands have been shaken with the new keys: where many nodes share a
// processor, reading the kernel can wait for that.
constexpr std::chrono::milliseconds kHandshakes{150};

}  // namespace

Transaction::Transaction(Kernel& kernel, const Store& store, TransactionSetup setup)
    : kernel_(kernel), store_(store), setup_(std::move(setup)), journal_(store, setup_.mesh) {}

Transaction::~Transaction() {
  if (!entry_) return;
  try {
    undo();
  } catch (const std::exception&) {
    // The journal stays, and the next agent command tries again.
  }
}

void Transaction::apply(const Proposal& proposal, const OnProgress& progress) {
  if (proposal.changes_nothing()) return;
  // The barrier may have taken a while: what is undone is what is there now.
  Observation observed = kernel_.observe(proposal.scope);
  fill_in_times(observed.state, store_.load(setup_.mesh).mesh.plan);
  refuse_obstacles(observed, proposal);
  scope_ = proposal.scope;
  State target = before_first_contact(proposal.desired, observed.state, proposal.rotates);
  std::vector<Operation> operations;
  if (proposal.rotates && observed.state.wireguard) {
    contact_ = std::move(target);
    Rotation rotation = rotation_of(contact_, observed.state);
    target = std::move(rotation.staged);
    operations = std::move(rotation.staging);
    switch_over_ = std::move(rotation.switch_over);
    calls_ = std::move(rotation.calls);
  } else {
    operations = diff(target, observed.state);
  }
  const std::span first(operations.data(), first_deletion(operations));

  // The watcher comes first: what this leaves when it dies in the middle, a journal or files that
  // are staged, is taken away at once.
  if (setup_.open_kernel) {
    watcher_.emplace(setup_.lock, setup_.patience, [this](int lock) { finish_for_the_dead(lock); });
  }
  JournalEntry entry{observed.state, proposal.desired, proposal.files, setup_.origin, boot_id()};
  try {
    store_.stage(setup_.mesh, proposal.stored, proposal.files);
    has_journal_ = write_journal(entry);
    if (!has_journal_) end();  // there is nothing that it could go by
  } catch (...) {
    journal_.close();
    store_.discard(setup_.mesh);
    end();
    throw;
  }
  entry_ = std::move(entry);

  attempt([&] {
    kernel_.apply(first, [&](std::size_t done) {
      beat();
      progress(done, first.size());
    });
    verify(target);
  });
}

std::chrono::system_clock::time_point Transaction::switch_over() {
  auto switched_at = std::chrono::system_clock::now();
  if (!entry_ || !switch_over_) return switched_at;
  const std::vector<Operation> operations = *std::exchange(switch_over_, std::nullopt);
  attempt([&] {
    kernel_.apply(operations, [](std::size_t) {});
    switched_at = std::chrono::system_clock::now();
  });
  return switched_at;
}

void Transaction::call_peers() {
  if (!entry_ || !contact_.wireguard) return;
  attempt([&] {
    kernel_.apply(std::exchange(calls_, {}), [](std::size_t) {});
    std::this_thread::sleep_for(kHandshakes);
    verify(contact_);
  });
}

void Transaction::attempt(const std::function<void()>& step) {
  try {
    step();
  } catch (Error& error) {
    try {
      undo();
    } catch (const Error& second) {
      throw UndoFailed(error.message() + "; and undoing it failed: " + second.message(),
                       "run `mesh up` again, or `wgmesh-agent down " + setup_.mesh + "` there");
    }
    throw;
  }
}

bool Transaction::write_journal(const JournalEntry& entry) const {
  try {
    journal_.begin(entry);
  } catch (const SystemError&) {
    if (setup_.needs_journal) throw;
    return false;
  }
  return true;
}

// In the watcher.
void Transaction::finish_for_the_dead(int lock) const {
  write_holder(lock,
               {"the watcher of " + setup_.origin, kEndsSoon, std::time(nullptr), ::getpid()});
  const auto kernel = setup_.open_kernel();
  finish_open_transaction(*kernel, store_, setup_.mesh);
}

void Transaction::verify(const State& desired) {
  for (int attempt = 1;; ++attempt) {
    const State now = kernel_.observe(scope_).state;
    const auto left = diff(with_live_endpoints(desired, now), now);
    if (first_deletion(left) == 0) return;
    if (attempt == kVerifyAttempts) {
      throw Error(
          "the kernel took every change, but this is still to do: " + describe(left.front()),
          "see what else configures this interface (NetworkManager, systemd-networkd, ifupdown)");
    }
    std::this_thread::sleep_for(kVerifyPause);
  }
}

std::optional<std::string> Transaction::commit() {
  if (!entry_) return std::nullopt;
  try {
    if (has_journal_) journal_.commit();
  } catch (const Error&) {
    // The journal's name decides, for us as for whoever finds it.
    if (journal_.open() == Direction::kUndo) {
      undo();
      throw;
    }
  }
  const JournalEntry entry = *std::exchange(entry_, std::nullopt);
  std::optional<std::string> left;
  try {
    roll_forward(kernel_, store_, setup_.mesh, entry);
  } catch (const Error& error) {
    left = error.message() + "; the next agent command tries again";
  }
  end();
  return left;
}

void Transaction::undo() {
  if (!entry_) return;
  const JournalEntry entry = *std::exchange(entry_, std::nullopt);
  try {
    roll_back(kernel_, store_, setup_.mesh, entry);
  } catch (...) {
    end();
    throw;
  }
  end();
}

void Transaction::beat() const {
  if (watcher_) watcher_->beat();
}

void Transaction::end() {
  if (watcher_) watcher_->dismiss();
  watcher_.reset();
}

}  // namespace wgmesh
