// Ends a change that a journal calls open: back to the state before, or forward to the committed
// state. The session, the watcher and every later agent command use these two functions.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "agent/change/repeat.h"
#include "agent/node/node_log.h"
#include "agent/state/kernel.h"
#include "agent/store/journal.h"
#include "agent/store/store.h"
#include "common/said.h"

namespace wgmesh {

// Brings kernel, staged files and journal back to the state before. Throws if the kernel refuses
// three times; then the journal stays. If the disk cannot be written, the kernel is brought back
// all the same, and the returned sentence names the files that are left, or what keeps /etc/hosts
// from being as it was.
std::optional<std::string> roll_back(Kernel& kernel, const Store& store, const std::string& mesh,
                                     const JournalEntry& entry, const OnProgress& progress = {});
// Publishes the staged files, lets new peers call, and deletes what the change removes. Throws if
// the kernel refuses three times, or if the files cannot be published. If one of the two fails, the
// other is done all the same. `before_leaving`: called before the files of a predecessor leave their
// places; what brings our mesh up at a boot must stand by then. Returns why they could not leave, or
// what keeps /etc/hosts from being changed. A later `mesh up` tries again.
std::optional<Said> roll_forward(Kernel& kernel, const Store& store, const std::string& mesh,
                                 const JournalEntry& entry, const OnProgress& progress = {},
                                 const std::function<void()>& before_leaving = {});

// What is left to do after roll_forward(): what it has published is made durable, and then the
// journal is closed. Until then whoever finds the journal goes on from the commit. Throws
// SystemError; then the journal stays.
void end_forward(const Store& store, const std::string& mesh);

// What to do with an open journal that is damaged or has a newer format.
enum class UnreadableJournal : std::uint8_t {
  kRefused,            // an error
  kDamagedIsSetAside,  // the node goes by its stored files then; a newer format is an error
  kSetAside,           // both
};

// Whether the open change is committed, takes over a mesh of the tool before this one, and comes from
// before a boot, which may have brought that mesh up again. To finish it deletes that mesh, and only
// a command that brings ours up puts it in its place. The caller holds the mesh's lock.
bool replaces_a_running_predecessor(const Store& store, const std::string& mesh);

// Returns what was finished ("undone the interrupted change that root@ci7 had begun"), or nothing
// if no change was open. The caller holds the mesh's lock.
std::optional<std::string> finish_open_transaction(
    Kernel& kernel, const Store& store, const std::string& mesh,
    UnreadableJournal unreadable = UnreadableJournal::kRefused, const NodeLog& log = {});

}  // namespace wgmesh
