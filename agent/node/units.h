// What systemd, where it runs, does for a mesh: wgmesh@MESH.service brings it up at boot, and
// wgmesh-refresh@MESH.timer looks up again where peers went that have gone quiet. The units are
// written with a node's first `up` and removed with its last mesh. A mesh whose peers may ask where
// others are has wgmesh-locate@MESH.socket as well, a unit of its own that goes with it. Elsewhere
// all we can do is to say what to add.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "agent/node/paths.h"
#include "common/net.h"

namespace wgmesh {

// For a mesh that has just been committed. `is_first`: nothing of it was stored before. Enables its
// instances then, or where a unit was not there; from then on that is the user's to change, and
// only a unit that names another agent, or a socket at another address, is written anew. `program`
// is what the units start (empty: this program). `answers_at`: the inner address where peers ask
// where others are; empty: they do not, and there is no socket. Returns a line for the user about
// what was not done; never throws Error. What systemd refused is owed from then on, and tried again
// by the next call.
std::optional<std::string> install_units(const Paths& paths, const std::string& mesh, bool is_first,
                                         const std::string& program = {},
                                         const std::optional<IpAddress>& answers_at = {});
bool units_are_owed(const Paths& paths, const std::string& mesh);
// The instances that are enabled of a mesh.
std::vector<std::string> unit_instances(const std::string& mesh, bool answers);
// For a mesh that was forgotten, `is_last`: of this node. Without the units there is nothing to do.
// What systemctl says against it does not matter: an instance without a stored mesh does nothing.
void remove_units(const Paths& paths, const std::string& mesh, bool is_last);

// Those that are there.
std::vector<std::string> present_units(const Paths& paths);

struct Unit {
  const char* name;
  const char* text;
};
// As packaging/systemd has them, without comments.
extern const std::array<Unit, 4> kUnits;
extern const char* const kLocateSocket;  // it listens at another address, which stands for any

}  // namespace wgmesh
