#include "agent/change/recovery.h"

#include <chrono>
#include <exception>
#include <thread>
#include <utility>

#include "agent/change/hosts_change.h"
#include "agent/state/diff.h"
#include "agent/state/first_contact.h"
#include "agent/state/observed.h"
#include "agent/state/schedule.h"
#include "agent/store/kernel_instance.h"
#include "agent/store/predecessor.h"
#include "agent/text/messages.h"
#include "common/naming.h"

namespace wgmesh {
namespace {

// For the end of a pair that calls to be undone, too, and to call.
constexpr std::chrono::milliseconds kPeersTurn{500};

Scope scope_of(const std::string& mesh, const JournalEntry& entry) {
  Scope scope{mesh, {}, {}};
  for (const auto& [name, port] : entry.before.foreign_ports) { scope.foreign_ports.insert(name); }
  for (const auto& [name, port] : entry.after.foreign_ports) { scope.foreign_ports.insert(name); }
  if (entry.left_places.empty()) { return scope; }
  for (const auto& [name, device] : entry.before.predecessors) { scope.adopted.insert(name); }
  for (const auto& [name, tunnel] : entry.before.tunnels) { scope.adopted.insert(name); }
  scope.adopted.insert(bridge_name(mesh));
  return scope;
}

// Of what is still to do, that which waited for every node to have applied: endpoints and
// keepalives of new peers (see first_contact.h), and deletions. After a reboot nothing has waited.
std::vector<Operation> held_back(const State& after, const State& now) {
  const auto operations = without_hosts(diff(after, now));
  const std::size_t deletions = first_deletion(operations);
  std::vector<Operation> held;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const bool is_call = now.wireguard && std::holds_alternative<SetWireguard>(operations[i]);
    if (i >= deletions || is_call) { held.push_back(operations[i]); }
  }
  return held;
}

// Without it the node goes by its stored files. Behind the commit point those are the staged ones,
// as long as each is whole.
std::string set_aside(const Journal& journal, const Store& store, const std::string& mesh,
                      Direction direction, const Error& error) {
  const std::string to = journal.set_aside();
  if (direction == Direction::kCommit && !journal.open()) {
    store.publish(mesh, store.staged(mesh));
    store.sync(mesh);
  }
  return error.message() + ", so an interrupted change could not be brought to its end; kept as " +
         to;
}

// Of a change that takes over a mesh.
bool comes_from_before_a_boot(const JournalEntry& entry) {
  return !entry.left_places.empty() && !is_this_kernel(entry.boot_id);
}

// The mesh is ours all the same if they stay: a unit of ours may not write to the folders of others.
std::optional<Said> try_to_leave(const std::vector<std::string>& places) {
  try {
    leave_places(places);
    return std::nullopt;
  } catch (const Error& error) { return say<"predecessor-stays">(error.message()); }
}

std::string finish(Kernel& kernel, const Store& store, const std::string& mesh, Direction direction,
                   const JournalEntry& entry, const NodeLog& log) {
  const std::string whose = entry.origin.empty() ? "somebody" : entry.origin;
  LastChange told{.changes = schedule(entry.after, entry.before, false).size(),
                  .origin = whose,
                  .afterwards = true};
  try {
    if (direction == Direction::kCommit) {
      const auto left = roll_forward(kernel, store, mesh, entry);
      end_forward(store, mesh);
      log.tell(store, mesh, told);
      return "finished the interrupted change that " + whose + " had committed" +
             (left ? ": " + left->text : "");
    }
    const auto left = roll_back(kernel, store, mesh, entry);
    told.deed = Deed::kUndone;
    if (!Journal(store, mesh).open()) {
      log.tell(store, mesh, told);  // else every command that follows says it again
    }
    return "undone the interrupted change that " + whose + " had begun" +
           (left ? ": " + *left : "");
  } catch (Error& error) {
    error.add_context("finish the interrupted change of " + whose);
    throw;
  }
}

// `before`, but that a peer which the change had silenced stays silent where it is the peer's turn
// to call (see first_contact.h): when a rotation is undone, both ends of a pair get their keepalive
// back within the same few milliseconds.
State before_calls(State before, const State& after, const State& now) {
  if (!before.wireguard || !now.wireguard) { return before; }
  const FirstContact contact(before, after, true);
  for (auto& [key, peer] : before.wireguard->peers) {
    const auto found = now.wireguard->peers.find(key);
    const bool is_silent =
        found != now.wireguard->peers.end() && found->second.persistent_keepalive == 0;
    if (is_silent && !contact.may_call(key)) { peer.persistent_keepalive = 0; }
  }
  return before;
}

// Brings back all of `before` but /etc/hosts. Returns what was observed last.
Observation roll_back_interfaces(Kernel& kernel, const Scope& scope, const JournalEntry& entry,
                                 const OnProgress& progress) {
  bool is_first = true;
  bool may_call = false;
  bool owes_calls = false;
  const List list = [&](Observation now, bool has_applied) {
    // What cannot be read was set by the transaction; from then on by us.
    if (is_first && now.state.bridge && entry.after.bridge) {
      fill_in(*now.state.bridge, *entry.after.bridge);
    }
    is_first = false;
    // A peer that sends is heard from where it is again as soon as its endpoint was set back.
    State before = has_applied ? with_live_endpoints(entry.before, now.state) : entry.before;
    for (const std::string& port : now.missing_ports) { before.foreign_ports.erase(port); }
    if (may_call) { return without_hosts(diff(before, now.state)); }
    const State quiet = before_calls(before, entry.after, now.state);
    owes_calls = quiet != before;
    return without_hosts(diff(quiet, now.state));
  };
  Observation last = repeat(kernel, scope, progress, list);
  if (!owes_calls) { return last; }
  std::this_thread::sleep_for(kPeersTurn);
  may_call = true;
  return repeat(kernel, scope, progress, list);
}

}  // namespace

std::optional<std::string> roll_back(Kernel& kernel, const Store& store, const std::string& mesh,
                                     const JournalEntry& entry, const OnProgress& progress) {
  const Scope scope = scope_of(mesh, entry);
  // After a reboot, and in a container that was started again, the kernel has nothing of the
  // transaction, and `restore` builds the committed plan.
  const bool is_same_kernel = is_this_kernel(entry.boot_id);
  const Observation last =
      is_same_kernel ? roll_back_interfaces(kernel, scope, entry, progress) : kernel.observe(scope);
  // Files outlive the kernel that the change was made for, but a container that was started again has
  // a new file: only a block that is there is changed.
  const bool is_new_file = !is_same_kernel && !last.state.hosts;
  const auto hosts = is_new_file
                         ? std::nullopt
                         : change_hosts(kernel, scope, last.state.hosts, entry.before.hosts);
  try {
    Journal(store, mesh).close();
    store.discard(mesh);
  } catch (const Error& error) {
    return "the kernel is as it was, but files of the change are left (" + error.message() +
           "); the next agent command removes them";
  }
  return hosts ? std::optional(hosts->text) : std::nullopt;
}

std::optional<Said> roll_forward(Kernel& kernel, const Store& store, const std::string& mesh,
                                 const JournalEntry& entry, const OnProgress& progress,
                                 const std::function<void()>& before_leaving) {
  std::exception_ptr files_fault;
  try {
    store.publish(mesh, entry.files);
  } catch (const Error&) { files_fault = std::current_exception(); }
  if (!entry.left_places.empty() && before_leaving) { before_leaving(); }
  const std::optional<Said> left = files_fault ? std::nullopt : try_to_leave(entry.left_places);
  const bool has_left = !files_fault && !left;
  const Scope scope = scope_of(mesh, entry);
  const Observation last = repeat(kernel, scope, progress, [&](const Observation& now, bool) {
    // What the tool before this one has brought up at the boot in between goes as a whole, or, if its
    // files stay, not at all.
    if (comes_from_before_a_boot(entry)) {
      return has_left ? without_hosts(diff({}, now.state)) : std::vector<Operation>();
    }
    State after = with_live_endpoints(entry.after, now.state);
    for (const std::string& port : now.missing_ports) { after.foreign_ports.erase(port); }
    return held_back(after, now.state);
  });
  const auto hosts = change_hosts(kernel, scope, last.state.hosts, entry.after.hosts);
  if (files_fault) { std::rethrow_exception(files_fault); }
  return left ? left : hosts;
}

void end_forward(const Store& store, const std::string& mesh) {
  store.sync(mesh);
  const Loaded loaded = store.load(mesh);
  if (loaded.mesh.empty() && loaded.damaged.empty() && loaded.unreadable.empty()) {
    store.forget(mesh);
  } else {
    Journal(store, mesh).close();
  }
}

bool replaces_a_running_predecessor(const Store& store, const std::string& mesh) {
  const Journal journal(store, mesh);
  if (journal.open() != Direction::kCommit) { return false; }
  try {
    return comes_from_before_a_boot(journal.read());
  } catch (const Error&) {
    return false;  // whoever finishes it says so
  }
}

std::optional<std::string> finish_open_transaction(Kernel& kernel, const Store& store,
                                                   const std::string& mesh,
                                                   UnreadableJournal unreadable,
                                                   const NodeLog& log) {
  const Journal journal(store, mesh);
  std::optional<std::string> said;
  while (const auto direction = journal.open()) {
    std::optional<JournalEntry> entry;
    try {
      entry = journal.read();
    } catch (const Damaged& error) {
      if (unreadable == UnreadableJournal::kRefused) { throw; }
      said = set_aside(journal, store, mesh, *direction, error);
      continue;
    } catch (const NewerFormat& error) {
      if (unreadable != UnreadableJournal::kSetAside) { throw; }
      said = set_aside(journal, store, mesh, *direction, error);
      continue;
    }
    return finish(kernel, store, mesh, *direction, *entry, log);
  }
  store.discard(mesh);  // staged by somebody who died before the journal was begun
  return said;
}

}  // namespace wgmesh
