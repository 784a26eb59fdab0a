// The agent's verbs for people and boot scripts, beside `serve`. Results go to stdout, the rest to
// stderr; each returns the exit code.
#pragma once

#include <cstdint>
#include <string>

#include "agent/node/this_node.h"
#include "agent/status/check_line.h"

namespace wgmesh {

inline constexpr int kExitFailed = 1;
inline constexpr int kExitLocked = 5;
inline constexpr int kExitUsage = 64;

enum class StatusForm : std::uint8_t {
  kText,
  kDocument,  // -J: the names of `mesh info` and `mesh status`
  kWgJson,    // --json: the names of wg-json
};
// An empty mesh: all that are stored here.
int run_status(const ThisNode& this_node, const std::string& mesh, StatusForm form);
// `output`: a file that gets the metrics, whole or not at all; empty: stdout.
int run_metrics(const ThisNode& this_node, const std::string& mesh, const std::string& output);
// One line on stdout whatever happens. Returns 0 to 3, the numbers of Health.
int run_check(const ThisNode& this_node, const std::string& mesh, const CheckLimits& limits);
// Brings them up as they are stored; one that was taken down stays down. Prints a line a mesh, and
// goes on to the next where one fails.
int run_restore(const ThisNode& this_node, const std::string& mesh);
// Looks up the endpoints of peers again that have gone quiet, and asks common peers where those are
// whose endpoint was learned; a live peer stays where it was seen last. Prints a line a mesh.
int run_refresh(const ThisNode& this_node, const std::string& mesh);
// For a socket unit: answers peers that ask where this node sees another one, at the socket that it
// was started with, until none asks for 10 s. Throws Error without such a socket.
int run_locate(const ThisNode& this_node, const std::string& mesh);
int run_down(const ThisNode& this_node, const std::string& mesh, bool forget);

}  // namespace wgmesh
