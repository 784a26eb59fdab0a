#include "agent/change/settle.h"

#include <fmt/format.h>

#include <cstdio>

#include "agent/change/recovery.h"
#include "agent/store/exposure.h"
#include "agent/store/journal.h"
#include "agent/text/messages.h"

namespace wgmesh {
namespace {

void settle_to_look(Kernel& kernel, const Store& store, const std::string& mesh, const NodeLog& log,
                    Settled& settled) {
  if (!Journal(store, mesh).open()) { return; }
  if (replaces_a_running_predecessor(store, mesh)) {
    settled.warnings.push_back(say<"predecessor-waits">(mesh));
    return;
  }
  try {
    settled.finished =
        finish_open_transaction(kernel, store, mesh, UnreadableJournal::kRefused, log);
  } catch (const Error& error) {
    settled.warnings.push_back(say<"change-stays-open">(error.message()));
  }
}

void settle_to_remove(Kernel& kernel, const Store& store, const std::string& mesh,
                      const NodeLog& log, Settled& settled) {
  try {
    settled.finished =
        finish_open_transaction(kernel, store, mesh, UnreadableJournal::kSetAside, log);
  } catch (const Error& error) {
    // What was before does not matter any more: all of it goes.
    const Journal journal(store, mesh);
    if (!journal.open()) { throw; }
    const std::string path = journal.set_aside();
    settled.warnings.push_back(
        {error.id(), error.message() + "; it is removed all the same (" + path + ")", {}});
  }
}

}  // namespace

void print(const std::string& mesh, const Settled& settled) {
  if (settled.finished) { fmt::print(stderr, "{}: {}\n", mesh, *settled.finished); }
  for (const Said& warning : settled.warnings) {
    fmt::print(stderr, "{}: {}\n", mesh, warning.text);
  }
}

Settled settle(Kernel& kernel, const Store& store, const std::string& mesh, Errand errand,
               const NodeLog& log) {
  Settled settled;
  switch (errand) {
    case Errand::kToLook:
      settle_to_look(kernel, store, mesh, log, settled);
      break;
    case Errand::kToChange:
      settled.warnings = mend_exposures(store, mesh);
      settled.finished =
          finish_open_transaction(kernel, store, mesh, UnreadableJournal::kDamagedIsSetAside, log);
      break;
    case Errand::kToRemove:
      settle_to_remove(kernel, store, mesh, log, settled);
      break;
  }
  return settled;
}

}  // namespace wgmesh
