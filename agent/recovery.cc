#include "agent/recovery.h"

#include <chrono>
#include <functional>
#include <thread>

#include "agent/diff.h"
#include "agent/kernel_instance.h"

namespace wgmesh {
namespace {

constexpr int kAttempts = 3;
constexpr std::chrono::milliseconds kPause{100};

Scope scope_of(const std::string& mesh, const JournalEntry& entry) {
  Scope scope{mesh, {}, {}};
  for (const auto& [name, port] : entry.before.foreign_ports) scope.foreign_ports.insert(name);
  for (const auto& [name, port] : entry.after.foreign_ports) scope.foreign_ports.insert(name);
  return scope;
}

// What is to be done, now that this is observed. `has_applied`: all of it was done before.
using List = std::function<std::vector<Operation>(const Observation&, bool has_applied)>;

// Observes, lists and applies until nothing is listed. A refusal may pass (a device is busy for an
// instant), so it counts only when it comes three times.
void repeat(Kernel& kernel, const Scope& scope, const OnProgress& progress, const List& list) {
  bool has_applied = false;
  for (int attempt = 1;; ++attempt) {
    const auto operations = list(kernel.observe(scope), has_applied);
    if (operations.empty()) return;
    try {
      kernel.apply(operations, [&](std::size_t done) {
        if (progress) progress(done, operations.size());
      });
      has_applied = true;
      const auto left = list(kernel.observe(scope), has_applied);
      if (left.empty()) return;
      if (attempt == kAttempts) throw Error(describe(left.front()) + ": has no effect");
    } catch (const Error&) {
      if (attempt == kAttempts) throw;
    }
    std::this_thread::sleep_for(kPause);
  }
}

// Of what is still to do, that which waited for every node to have applied: endpoints and
// keepalives of new peers (see first_contact.h), and deletions. After a reboot nothing has waited.
std::vector<Operation> held_back(const State& after, const State& now) {
  const auto operations = diff(after, now);
  const std::size_t deletions = first_deletion(operations);
  std::vector<Operation> held;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const bool is_call = now.wireguard && std::holds_alternative<SetWireguard>(operations[i]);
    if (i >= deletions || is_call) held.push_back(operations[i]);
  }
  return held;
}

void fill_in(Bridge& observed, const Bridge& known) {
  for (auto time : kBridgeTimes) {
    if (observed.*time == kTimeUnknown) observed.*time = known.*time;
  }
}

}  // namespace

void fill_in_times(State& observed, const std::optional<proto::Plan>& committed) {
  if (!observed.bridge || !committed) return;
  const proto::Bridge& planned = committed->bridge();
  fill_in(*observed.bridge, {.forward_delay = planned.forward_delay() * 100,
                             .hello_time = planned.hello_time() * 100,
                             .max_age = planned.max_age() * 100,
                             .ageing = planned.ageing() * 100});
}

State with_live_endpoints(State wanted, const State& observed) {
  if (!wanted.wireguard || !observed.wireguard) return wanted;
  for (auto& [key, peer] : wanted.wireguard->peers) {
    const auto live = observed.wireguard->peers.find(key);
    if (live != observed.wireguard->peers.end() && live->second.endpoint) {
      peer.endpoint = live->second.endpoint;
    }
  }
  return wanted;
}

void roll_back(Kernel& kernel, const Store& store, const std::string& mesh,
               const JournalEntry& entry, const OnProgress& progress) {
  // After a reboot, and in a container that was started again, the kernel has nothing of the
  // transaction, and `restore` builds the committed plan.
  if (is_this_kernel(entry.boot_id)) {
    bool is_first = true;
    repeat(kernel, scope_of(mesh, entry), progress, [&](Observation now, bool has_applied) {
      // What cannot be read was set by the transaction; from then on by us.
      if (is_first && now.state.bridge && entry.after.bridge) {
        fill_in(*now.state.bridge, *entry.after.bridge);
      }
      is_first = false;
      // A peer that sends is heard from where it is again as soon as its endpoint was set back.
      State before = has_applied ? with_live_endpoints(entry.before, now.state) : entry.before;
      for (const std::string& port : now.missing_ports) before.foreign_ports.erase(port);
      return diff(before, now.state);
    });
  }
  Journal(store, mesh).close();
  store.discard(mesh);
}

void roll_forward(Kernel& kernel, const Store& store, const std::string& mesh,
                  const JournalEntry& entry, const OnProgress& progress) {
  store.publish(mesh, entry.files);
  repeat(kernel, scope_of(mesh, entry), progress, [&](const Observation& now, bool) {
    State after = with_live_endpoints(entry.after, now.state);
    for (const std::string& port : now.missing_ports) after.foreign_ports.erase(port);
    return held_back(after, now.state);
  });
  Journal(store, mesh).close();
  const Loaded left = store.load(mesh);
  if (left.mesh.empty() && left.damaged.empty()) store.forget(mesh);
}

std::optional<std::string> finish_open_transaction(Kernel& kernel, const Store& store,
                                                   const std::string& mesh) {
  const Journal journal(store, mesh);
  const auto direction = journal.open();
  if (!direction) {
    store.discard(mesh);  // staged by somebody who died before the journal was begun
    return std::nullopt;
  }
  const JournalEntry entry = journal.read();
  const std::string whose = entry.origin.empty() ? "somebody" : entry.origin;
  try {
    if (*direction == Direction::kCommit) {
      roll_forward(kernel, store, mesh, entry);
      return "finished the interrupted change that " + whose + " had committed";
    }
    roll_back(kernel, store, mesh, entry);
    return "undone the interrupted change that " + whose + " had begun";
  } catch (Error& error) {
    error.add_context("finish the interrupted change of " + whose);
    throw;
  }
}

}  // namespace wgmesh
