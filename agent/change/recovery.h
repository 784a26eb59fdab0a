// Ends what a journal says is open: back to what was before, or forward to what was committed. The
// session, the watcher and every later agent command use these same two ways.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "agent/node/node_log.h"
#include "agent/state/kernel.h"
#include "agent/store/journal.h"
#include "agent/store/store.h"

namespace wgmesh {

// How far it is, for those who wait: of as many operations.
using OnProgress = std::function<void(std::size_t done, std::size_t total)>;

// The node as it was: kernel, staged files, journal. Throws when the kernel refuses three times;
// the journal stays then. A disk that takes nothing is another matter: the kernel is as it was, and
// what is returned says which files are left.
std::optional<std::string> roll_back(Kernel& kernel, const Store& store, const std::string& mesh,
                                     const JournalEntry& entry, const OnProgress& progress = {});
// Publishes the staged files, lets new peers call, and deletes what is to go. Throws when the
// kernel refuses three times, or when files cannot be published; the other half is done all the
// same.
void roll_forward(Kernel& kernel, const Store& store, const std::string& mesh,
                  const JournalEntry& entry, const OnProgress& progress = {});

// What becomes of an open journal that is damaged or of a newer format.
enum class UnreadableJournal : std::uint8_t {
  kRefused,            // an error
  kDamagedIsSetAside,  // the node goes by its stored files then; a newer format is an error
  kSetAside,           // both
};

// Says what was finished ("undone the interrupted change that root@ci7 had begun"), or empty when
// nothing was open. The caller holds the mesh's lock.
std::optional<std::string> finish_open_transaction(
    Kernel& kernel, const Store& store, const std::string& mesh,
    UnreadableJournal unreadable = UnreadableJournal::kRefused, const NodeLog& log = {});

}  // namespace wgmesh
