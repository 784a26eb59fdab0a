// What a reading of the kernel says that can be compared with a plan: the mesh's own interfaces as
// a State, and what stands in the way of names and ports. Pure.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/state/kernel_reading.h"
#include "agent/state/state.h"

namespace wgmesh {

// What to look for: the mesh's own interfaces (by mark) and the named foreign interfaces.
struct Scope {
  std::string mesh;
  std::set<std::string> wanted_names;   // interface names and altnames that the plan will use
  std::set<std::string> foreign_ports;  // interfaces of bridge_ports, now and formerly
  // Interfaces that the tool before this one made for the mesh: its own though they have no mark.
  std::set<std::string> adopted{};
};

// An interface that has a name we want, but not our mark; never touched.
struct NameTaken {
  std::string name;
  std::string kind;   // "dummy", "bridge", … or empty
  std::string alias;  // what it says of itself, may be empty
};

struct Observation {
  State state;
  std::vector<NameTaken> taken;
  std::set<std::string> missing_ports;  // foreign_ports that do not exist
  std::set<std::string> strangers;      // ports of our bridge that nobody but the user put there
  std::optional<Said> hosts_damage;     // as HostsReading has both
  std::optional<Said> hosts_fixed;
  // The mesh's bridge takes router advertisements, or would, and that cannot be switched off here.
  bool takes_advertisements = false;
};

Observation observation_of(const KernelReading& reading, const Scope& scope);

}  // namespace wgmesh
