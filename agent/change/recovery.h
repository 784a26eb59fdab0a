// Ends a change that a journal calls open: back to the state before, or forward to the committed
// state. The session, the watcher and every later agent command use these two functions.
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

// Called with the number of operations acknowledged so far, and their total.
using OnProgress = std::function<void(std::size_t done, std::size_t total)>;

// Brings kernel, staged files and journal back to the state before. Throws if the kernel refuses
// three times; then the journal stays. If the disk cannot be written, the kernel is brought back
// all the same, and the returned sentence names the files that are left, or what keeps /etc/hosts
// from being as it was.
std::optional<std::string> roll_back(Kernel& kernel, const Store& store, const std::string& mesh,
                                     const JournalEntry& entry, const OnProgress& progress = {});
// Publishes the staged files, lets new peers call, and deletes what the change removes. Throws if
// the kernel refuses three times, or if the files cannot be published. If one of the two fails, the
// other is done all the same. Returns what keeps /etc/hosts from being changed, if anything does.
std::optional<Said> roll_forward(Kernel& kernel, const Store& store, const std::string& mesh,
                                 const JournalEntry& entry, const OnProgress& progress = {});

// What to do with an open journal that is damaged or has a newer format.
enum class UnreadableJournal : std::uint8_t {
  kRefused,            // an error
  kDamagedIsSetAside,  // the node goes by its stored files then; a newer format is an error
  kSetAside,           // both
};

// Returns what was finished ("undone the interrupted change that root@ci7 had begun"), or nothing
// if no change was open. The caller holds the mesh's lock.
std::optional<std::string> finish_open_transaction(
    Kernel& kernel, const Store& store, const std::string& mesh,
    UnreadableJournal unreadable = UnreadableJournal::kRefused, const NodeLog& log = {});

}  // namespace wgmesh
