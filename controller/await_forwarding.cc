#include "controller/await_forwarding.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "controller/text/messages.h"

namespace wgmesh {
namespace {

using Clock = std::chrono::steady_clock;

// Spanning tree moves in steps of whole seconds.
constexpr Clock::duration kLeastPause = std::chrono::milliseconds(200);

template <class Ask>
void ask(Run& run, const Names& nodes, Statuses& statuses, const Ask& question) {
  auto answers = run.fleet().ask(
      "status", [&](const Node& node) { return nodes.contains(node.name); },
      [&](const Node&, Session& session) { return question(session); });
  for (auto& [name, status] : answers) { statuses[name] = std::move(status); }
}

}  // namespace

void look(Run& run, const Names& nodes, Statuses& statuses) {
  ask(run, nodes, statuses, [](Session& session) { return session.status(); });
}

void look_at_sightings(Run& run, const Names& nodes, Statuses& statuses) {
  ask(run, nodes, statuses, [](Session& session) { return session.links(true); });
}

std::map<std::string, NodeFailure> lost_nodes(Run& run, const Names& up) {
  auto lost = run.fleet().failures();
  std::erase_if(lost, [&](const auto& failure) { return !up.contains(failure.first); });
  return lost;
}

Said warning_of_lost(const NodeFailure& failure) {
  return say<"node-lost-after-change">(failure.message);
}

std::chrono::steady_clock::duration pause_after(std::chrono::steady_clock::duration took) {
  return std::max(kLeastPause, took);
}

void call_again(Run& run, SecondCalls& calls, const std::vector<LinkName>& silent) {
  const SecondCalls::Calls due = calls.due(silent, Clock::now());
  if (due.empty()) { return; }
  run.fleet().each(
      "call", [&](const Node& node) { return due.contains(node.name); },
      [&](const Node& node, Session& session) { session.call_again(due.at(node.name)); });
  calls.made(Clock::now());
}

// Only nodes that have not settled are asked again, and in the end all once more: what was settled may have changed.
// A root that was skipped may be dead: if it is, the others have forgotten it after max_age.
Missing await_forwarding(Run& run, const Mesh& mesh, const Names& up, Statuses& statuses) {
  using std::chrono::seconds;
  const auto start = Clock::now();
  const auto dead_root_is_forgotten = start + seconds(mesh.stp.max_age + mesh.stp.hello_time);
  const auto deadline =
      start + seconds(30) + seconds(2 * mesh.stp.forward_delay + mesh.stp.max_age);
  Names asked = up;
  SecondCalls calls;
  for (;;) {
    const auto asked_at = Clock::now();
    ask(run, asked, statuses, [](Session& session) { return session.links(); });
    const Missing missing = missing_for_forwarding(mesh, statuses);
    if (!lost_nodes(run, up).empty()) { return missing; }
    const auto now = Clock::now();
    const bool is_settled =
        missing.nothing() && (!missing.root_was_not_asked || now > dead_root_is_forgotten);
    if (now > deadline) { return missing; }
    if (is_settled) {
      if (asked == up) { return missing; }
      asked = up;
      continue;
    }
    call_again(run, calls, missing.handshakes);
    asked = missing.nothing() ? up : missing.unsettled;
    for (const std::string& node : up) {
      run.progress().set(node, missing.handshakes.empty() ? "waiting for spanning tree"
                                                          : "waiting for handshakes");
    }
    const auto done = Clock::now();
    std::this_thread::sleep_until(std::min(done + pause_after(done - asked_at), deadline));
  }
}

std::vector<Said> warnings_of(const Missing& missing) {
  std::vector<Said> warnings;
  for (const auto& [a, b] : missing.handshakes) {
    warnings.push_back(say<"link-no-handshake">(fmt::format("{}-{}", a, b)));
  }
  for (const std::string& phrase : missing.tree) {
    warnings.push_back(say<"spanning-tree-unsettled">(phrase));
  }
  return warnings;
}

}  // namespace wgmesh
