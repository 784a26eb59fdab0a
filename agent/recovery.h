// Ends what a journal says is open: back to what was before, or forward to what was committed. The
// session, the watcher and every later agent command use these same two ways.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "agent/journal.h"
#include "agent/kernel.h"
#include "agent/store.h"
#include "proto/plan.pb.h"

namespace wgmesh {

// How far it is, for those who wait: of as many operations.
using OnProgress = std::function<void(std::size_t done, std::size_t total)>;

// The node as it was: kernel, staged files, journal. Throws when the kernel refuses three times;
// the journal stays then.
void roll_back(Kernel& kernel, const Store& store, const std::string& mesh,
               const JournalEntry& entry, const OnProgress& progress = {});
// Publishes the staged files, lets new peers call, and deletes what is to go. Throws as above.
void roll_forward(Kernel& kernel, const Store& store, const std::string& mesh,
                  const JournalEntry& entry, const OnProgress& progress = {});

// Says what was finished ("undone: the change that root@ci7 began"), or empty when nothing was
// open. The caller holds the mesh's lock.
std::optional<std::string> finish_open_transaction(Kernel& kernel, const Store& store,
                                                   const std::string& mesh);

// Fills in the bridge's times that could not be read with what `committed` has set there.
void fill_in_times(State& observed, const std::optional<proto::Plan>& committed);

// `wanted`, but for endpoints of peers that have one in `observed`: a peer may roam at any moment,
// and that is neither a failure to verify nor a reason to change anything.
State with_live_endpoints(State wanted, const State& observed);

}  // namespace wgmesh
