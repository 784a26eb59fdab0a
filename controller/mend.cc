#include "controller/mend.h"

#include <fmt/format.h>

#include <chrono>
#include <thread>
#include <vector>

#include "controller/text/enumeration.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

std::vector<std::string> names_of(const TransactionResult& result, Outcome outcome) {
  std::vector<std::string> names;
  for (const auto& [name, node] : result.nodes) {
    if (node.outcome == outcome) { names.push_back(name); }
  }
  return names;
}

}  // namespace

Said warning_of_doubt(const TransactionResult& result, std::chrono::seconds wait) {
  std::string text;
  const auto add = [&](Outcome outcome, const char* what) {
    const auto names = names_of(result, outcome);
    if (names.empty()) { return; }
    text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", what, enumerated(names));
  };
  add(Outcome::kApplied, "new");
  add(Outcome::kUndone, "old");
  add(Outcome::kUnknown, "not known");
  return say<"outcome-to-be-mended">(
      text, wait > wait.zero() ? fmt::format(" in {} s", wait.count()) : std::string());
}

void await_end_of_doubt(Run& run, const TransactionResult& result) {
  using std::chrono::seconds;
  run.signals().enter(Signals::Phase::kInDoubt);
  const auto left = std::max(BootClock::duration::zero(), result.doubt_ends - BootClock::now());
  const bool waits = !names_of(result, Outcome::kUnknown).empty() && left > left.zero();
  run.progress().warn(
      {}, warning_of_doubt(result, waits ? std::chrono::ceil<seconds>(left) : seconds::zero()));
  run.fleet().end_sessions();
  if (waits) { std::this_thread::sleep_for(result.doubt_ends - BootClock::now()); }
}

CommandLine mending(CommandLine command_line) {
  // As `up`, but for what was taken down: a rotation wakes nothing.
  if (command_line.verb == Verb::kRotate) { command_line.verb = Verb::kSync; }
  command_line.interactive = false;
  return command_line;
}

}  // namespace wgmesh
