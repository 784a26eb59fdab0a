#include <cstdio>

#include "agent/commands.h"
#include "agent/inspect.h"
#include "agent/linux/wall_clock.h"

namespace wgmesh {
namespace {

// A monitor reads one line, whatever goes wrong.
Checked look(const ThisNode& this_node, const std::string& mesh, const CheckLimits& limits) {
  try {
    return check(inspect(this_node, mesh), limits, wall_clock());
  } catch (const std::exception& error) { return unknown(error.what()); }
}

}  // namespace

int run_check(const ThisNode& this_node, const std::string& mesh, const CheckLimits& limits) {
  const Checked checked = look(this_node, mesh, limits);
  std::fputs((checked.line + '\n').c_str(), stdout);
  return static_cast<int>(checked.health);
}

}  // namespace wgmesh
