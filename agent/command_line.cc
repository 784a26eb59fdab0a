#include "agent/command_line.h"

#include <fmt/format.h>
#include <getopt.h>

#include <array>
#include <vector>

namespace wgmesh {
namespace {

struct VerbShape {
  std::string_view name;
  Verb verb;
  std::size_t least;  // arguments after it
  std::size_t most;
};

constexpr std::array<VerbShape, 6> kVerbs = {VerbShape{"serve", Verb::kServe, 0, 0},
                                             {"status", Verb::kStatus, 0, 1},
                                             {"restore", Verb::kRestore, 0, 1},
                                             {"refresh", Verb::kRefresh, 0, 1},
                                             {"down", Verb::kDown, 1, 1},
                                             {"version", Verb::kVersion, 0, 0}};

const VerbShape& find_verb(std::string_view name) {
  for (const VerbShape& verb : kVerbs) {
    if (verb.name == name) return verb;
  }
  throw UsageError(fmt::format("there is no command {}", name), "wgmesh-agent --help lists them");
}

}  // namespace

const char* const kUsage =
    "Configures this node's part of a WireGuard mesh.\n"
    "\n"
    "  wgmesh-agent serve                   the controller's end of the protocol, on stdin and "
    "stdout\n"
    "  wgmesh-agent status [MESH] [--json]  what the meshes of this node are doing\n"
    "  wgmesh-agent restore [MESH]          bring up what is stored (boot); what was taken down "
    "stays down\n"
    "  wgmesh-agent refresh [MESH]          look up the endpoints again of peers that have gone "
    "quiet\n"
    "  wgmesh-agent down MESH [-r]          take it down, and keep it down at boot; -r forgets "
    "keys too\n"
    "  wgmesh-agent version [-v]            -v: and of each library in it\n";

CommandLine parse_command_line(int argc, char** argv) {
  static const std::array<option, 7> kOptions = {
      option{"json", no_argument, nullptr, 'j'}, {"remove", no_argument, nullptr, 'r'},
      {"fleeting", no_argument, nullptr, 'f'},   {"help", no_argument, nullptr, 'h'},
      {"version", no_argument, nullptr, 'V'},    {"verbose", no_argument, nullptr, 'v'},
      {nullptr, 0, nullptr, 0}};
  CommandLine line;
  bool is_version = false;
  ::optind = 0;  // start anew
  for (;;) {
    const int found = ::getopt_long(argc, argv, ":rhv", kOptions.data(), nullptr);
    if (found == -1) break;
    if (found == 'j') line.as_json = true;
    if (found == 'r') line.remove = true;
    if (found == 'f') line.fleeting = true;
    if (found == 'V') is_version = true;
    if (found == 'v') line.verbose = true;
    if (found == 'h') return {};
    if (found == '?' || found == ':') {
      const bool is_short = ::optopt != 0;
      throw UsageError(fmt::format("unknown option {}",
                                   is_short ? fmt::format("-{:c}", ::optopt) : argv[::optind - 1]),
                       "wgmesh-agent --help lists them");
    }
  }
  const std::vector<std::string> words(argv + ::optind, argv + argc);
  if (is_version) return {.verb = Verb::kVersion, .verbose = line.verbose};
  if (words.empty()) throw UsageError("a command is missing", "wgmesh-agent --help lists them");
  const VerbShape& verb = find_verb(words[0]);
  line.verb = verb.verb;
  const std::size_t arguments = words.size() - 1;
  if (arguments < verb.least) throw UsageError(fmt::format("{} needs a MESH", verb.name));
  if (arguments > verb.most) {
    throw UsageError(fmt::format("{} takes {}, and got {}", verb.name,
                                 verb.most == 0 ? "no MESH" : "one MESH",
                                 fmt::join(words.begin() + 1, words.end(), " ")));
  }
  if (line.as_json && line.verb != Verb::kStatus) throw UsageError("--json goes with status");
  if (line.verbose && line.verb != Verb::kVersion) throw UsageError("-v goes with version");
  if (line.fleeting && line.verb != Verb::kServe) throw UsageError("--fleeting goes with serve");
  if (line.remove && line.verb != Verb::kDown) throw UsageError("-r goes with down");
  if (arguments > 0) line.mesh = words[1];
  return line;
}

}  // namespace wgmesh
