#include "agent/command_line.h"

#include <fmt/format.h>
#include <getopt.h>

#include <algorithm>
#include <array>
#include <vector>

#include "agent/text/messages.h"
#include "common/nearest.h"

namespace wgmesh {
namespace {

struct VerbShape {
  std::string_view name;
  Verb verb;
  std::size_t least;  // arguments after it
  std::size_t most;
};

constexpr std::array<VerbShape, 7> kVerbs = {VerbShape{"serve", Verb::kServe, 0, 0},
                                             {"status", Verb::kStatus, 0, 1},
                                             {"restore", Verb::kRestore, 0, 1},
                                             {"refresh", Verb::kRefresh, 0, 1},
                                             {"down", Verb::kDown, 1, 1},
                                             {"help", Verb::kHelp, 0, 1},
                                             {"version", Verb::kVersion, 0, 0}};

std::string nearest_command(std::string_view name) {
  // As the controller's user calls them.
  if (name == "up" || name == "start") { return "restore"; }
  if (name == "show" || name == "info" || name == "list") { return "status"; }
  if (name == "stop") { return "down"; }
  std::vector<std::string> names;
  for (const VerbShape& verb : kVerbs) { names.emplace_back(verb.name); }
  return find_nearest(name, names).value_or("");
}

const VerbShape& find_verb(std::string_view name) {
  for (const VerbShape& verb : kVerbs) {
    if (verb.name == name) { return verb; }
  }
  const std::string nearest = nearest_command(name);
  throw UsageError(say<"usage-command-unknown">(
      name, nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest)));
}

void expect_verb(bool is_given, std::string_view option, const VerbShape& verb,
                 std::string_view wanted) {
  if (is_given && verb.name != wanted) {
    throw UsageError(say<"usage-option-misplaced">(option, wanted));
  }
}

// `help VERB`, `VERB --help` or either alone.
CommandLine help_about(const std::vector<std::string>& words) {
  std::size_t verb = !words.empty() && words[0] == "help" ? 1 : 0;
  CommandLine line;
  if (verb < words.size()) { line.topic = find_verb(words[verb]).name; }
  return line;
}

}  // namespace

std::string help_for(std::string_view topic) {
  if (topic.empty()) { return kUsage; }
  // The lines of kUsage that are about it: one that begins with it, and those that go on with it.
  std::string text = "usage:\n";
  std::string_view rest = kUsage;
  bool is_about = false;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size() - 1) + 1;
    const std::string_view line = rest.substr(0, end);
    constexpr std::string_view kProgram = "  wgmesh-agent ";
    if (line.starts_with(kProgram)) {
      const std::string_view command = line.substr(kProgram.size());
      is_about = command.starts_with(topic) && command.find_first_of(" \n") == topic.size();
    }
    if (is_about) { text += line; }
    rest.remove_prefix(end);
  }
  return text;
}

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
    "  wgmesh-agent help [COMMAND]\n"
    "  wgmesh-agent version [-v]            -v: and of each library in it\n";

CommandLine parse_command_line(int argc, char** argv) {
  static const std::array<option, 7> kOptions = {option{"json", no_argument, nullptr, 'j'},
                                                 {"remove", no_argument, nullptr, 'r'},
                                                 {"fleeting", no_argument, nullptr, 'f'},
                                                 {"help", no_argument, nullptr, 'h'},
                                                 {"version", no_argument, nullptr, 'V'},
                                                 {"verbose", no_argument, nullptr, 'v'},
                                                 {nullptr, 0, nullptr, 0}};
  CommandLine line;
  bool is_version = false;
  bool is_help = false;
  ::optind = 0;  // start anew
  for (;;) {
    const int found = ::getopt_long(argc, argv, ":rhv", kOptions.data(), nullptr);
    if (found == -1) { break; }
    if (found == 'j') { line.as_json = true; }
    if (found == 'r') { line.remove = true; }
    if (found == 'f') { line.fleeting = true; }
    if (found == 'V') { is_version = true; }
    if (found == 'v') { line.verbose = true; }
    is_help = is_help || found == 'h';
    if (found == '?' || found == ':') {
      const bool is_short = ::optopt != 0;
      throw UsageError(say<"usage-option-unknown">(is_short ? fmt::format("-{:c}", ::optopt)
                                                            : argv[::optind - 1]));
    }
  }
  const std::vector<std::string> words(argv + ::optind, argv + argc);
  if (is_help || (!words.empty() && words[0] == "help")) { return help_about(words); }
  if (is_version) { return {.verb = Verb::kVersion, .verbose = line.verbose}; }
  if (words.empty()) { throw UsageError(say<"usage-command-missing">()); }
  const VerbShape& verb = find_verb(words[0]);
  line.verb = verb.verb;
  const std::size_t arguments = words.size() - 1;
  if (arguments < verb.least) { throw UsageError(say<"usage-mesh-missing">(verb.name)); }
  if (arguments > verb.most) {
    throw UsageError(say<"usage-words-unwanted">(
        verb.name, verb.most == 0 ? "no MESH" : "one MESH",
        fmt::format("{}", fmt::join(words.begin() + 1, words.end(), " "))));
  }
  expect_verb(line.as_json, "--json", verb, "status");
  expect_verb(line.verbose, "-v", verb, "version");
  expect_verb(line.fleeting, "--fleeting", verb, "serve");
  expect_verb(line.remove, "-r", verb, "down");
  if (arguments > 0) { line.mesh = words[1]; }
  return line;
}

}  // namespace wgmesh
