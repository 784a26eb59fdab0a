// What brings a mesh up at boot where systemd runs: the unit wgmesh@.service, written with a node's
// first `up` and removed with its last mesh. systemctl is the one program that the agent runs, by
// its absolute path and with fixed words. Elsewhere all we can do is to say what to add.
#pragma once

#include <optional>
#include <string>

#include "agent/paths.h"

namespace wgmesh {

// For a mesh that has just been committed. `is_first`: nothing of it was stored before. Enables its
// instance then, or where the unit was not there; from then on that is the user's to change, and
// only a unit that names another agent is written anew. Returns a line for the user about what was
// not done; never throws Error.
std::optional<std::string> install_boot_unit(const Paths& paths, const std::string& mesh,
                                             bool is_first);
// For a mesh that was forgotten, `is_last`: of this node. Without the unit there is nothing to do.
// What systemctl says against it does not matter: an instance without a stored mesh does nothing.
void remove_boot_unit(const Paths& paths, const std::string& mesh, bool is_last);

std::string boot_unit_path(const Paths& paths);

extern const char* const kBootUnit;  // as packaging/systemd has it, without comments

}  // namespace wgmesh
