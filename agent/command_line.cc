#include "agent/command_line.h"

#include <fmt/format.h>
#include <getopt.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>
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

constexpr std::uint32_t kMostSeconds = 365 * 24 * 60 * 60;
constexpr std::uint32_t kMostPeers = 65535;

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

// Long options that have no letter of their own.
enum : int {
  kMetrics = 256,
  kOutput,
  kCheck,
  kHandshakeAge,
  kWarning,
  kCritical,
};

constexpr std::array<option, 13> kOptions = {
    option{"json", no_argument, nullptr, 'j'},
    {"prometheus", no_argument, nullptr, kMetrics},
    {"output", required_argument, nullptr, kOutput},
    {"check", no_argument, nullptr, kCheck},
    {"handshake-age", required_argument, nullptr, kHandshakeAge},
    {"warning", required_argument, nullptr, kWarning},
    {"critical", required_argument, nullptr, kCritical},
    {"remove", no_argument, nullptr, 'r'},
    {"fleeting", no_argument, nullptr, 'f'},
    {"help", no_argument, nullptr, 'h'},
    {"version", no_argument, nullptr, 'V'},
    {"verbose", no_argument, nullptr, 'v'},
    {nullptr, 0, nullptr, 0}};

std::uint32_t number_of(std::string_view option, std::string_view text, std::uint32_t least,
                        std::uint32_t most) {
  std::uint32_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc() || end != text.data() + text.size() || number < least || number > most) {
    throw UsageError(say<"usage-number-invalid">(option, least, most, text));
  }
  return number;
}

// The flags of a line, and whether it only asks for help or for the version.
struct Flags {
  CommandLine line;
  bool is_version = false;
  bool is_help = false;
  bool has_output = false;
  std::string_view limit;  // an option that goes with --check alone; empty: none is given
};

void take_limit(int found, Flags& flags) {
  CheckLimits& limits = flags.line.limits;
  if (found == kHandshakeAge) {
    flags.limit = "--handshake-age";
    limits.handshake_age = number_of(flags.limit, ::optarg, 1, kMostSeconds);
  } else if (found == kWarning) {
    flags.limit = "--warning";
    limits.warning = number_of(flags.limit, ::optarg, 0, kMostPeers);
  } else if (found == kCritical) {
    flags.limit = "--critical";
    limits.critical = number_of(flags.limit, ::optarg, 0, kMostPeers);
  }
}

void take_flag(int found, Flags& flags) {
  CommandLine& line = flags.line;
  if (found == 'j') { line.as_json = true; }
  if (found == kMetrics) { line.as_metrics = true; }
  if (found == kCheck) { line.as_check = true; }
  if (found == 'r') { line.remove = true; }
  if (found == 'f') { line.fleeting = true; }
  if (found == 'v') { line.verbose = true; }
  if (found == 'V') { flags.is_version = true; }
  if (found == 'h') { flags.is_help = true; }
  if (found == kOutput) {
    flags.has_output = true;
    line.output = ::optarg;
  }
  take_limit(found, flags);
}

// Leaves in optind where the words begin.
Flags read_flags(int argc, char** argv) {
  Flags flags;
  ::optind = 0;  // start anew
  for (;;) {
    const int found = ::getopt_long(argc, argv, ":rhv", kOptions.data(), nullptr);
    if (found == -1) { return flags; }
    if (found == ':') { throw UsageError(say<"usage-value-missing">(argv[::optind - 1])); }
    if (found == '?') {
      const bool is_short = ::optopt != 0;
      throw UsageError(say<"usage-option-unknown">(is_short ? fmt::format("-{:c}", ::optopt)
                                                            : argv[::optind - 1]));
    }
    take_flag(found, flags);
  }
}

void expect_verb(bool is_given, std::string_view option, const VerbShape& verb,
                 std::string_view wanted) {
  if (is_given && verb.name != wanted) {
    throw UsageError(say<"usage-option-misplaced">(option, wanted));
  }
}

void expect_status_options(const Flags& flags, const VerbShape& verb) {
  const CommandLine& line = flags.line;
  std::string_view form;
  for (const auto& [is_given, option] : {std::pair(line.as_json, "--json"),
                                         {line.as_metrics, "--prometheus"},
                                         {line.as_check, "--check"}}) {
    expect_verb(is_given, option, verb, "status");
    if (!is_given) { continue; }
    if (!form.empty()) { throw UsageError(say<"usage-options-exclusive">(form, option)); }
    form = option;
  }
  if (flags.has_output && !line.as_metrics) {
    throw UsageError(say<"usage-option-misplaced">("--output", "status --prometheus"));
  }
  if (flags.has_output && line.output.empty()) {
    throw UsageError(say<"usage-value-missing">("--output"));
  }
  if (!flags.limit.empty() && !line.as_check) {
    throw UsageError(say<"usage-option-misplaced">(flags.limit, "status --check"));
  }
}

// `help VERB`, `VERB --help` or either alone.
CommandLine help_about(const std::vector<std::string>& words) {
  const std::size_t verb = !words.empty() && words[0] == "help" ? 1 : 0;
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
    "  wgmesh-agent status [MESH] --prometheus [--output FILE]\n"
    "                                       the same as metrics; into FILE for node_exporter's "
    "textfile collector\n"
    "  wgmesh-agent status [MESH] --check [--handshake-age SECONDS] [--warning N] [--critical N]\n"
    "                                       one line for a monitor; exit 0 ok, 1 warning, 2 "
    "critical, 3 unknown.\n"
    "                                       A peer without a handshake in the last SECONDS (300) "
    "is missing. More\n"
    "                                       than N missing peers warn (0) or are critical (all "
    "but one)\n"
    "  wgmesh-agent restore [MESH]          bring up what is stored (boot); what was taken down "
    "stays down\n"
    "  wgmesh-agent refresh [MESH]          look up the endpoints again of peers that have gone "
    "quiet\n"
    "  wgmesh-agent down MESH [-r]          take it down, and keep it down at boot; -r forgets "
    "keys too\n"
    "  wgmesh-agent help [COMMAND]\n"
    "  wgmesh-agent version [-v]            -v: and of each library in it\n";

CommandLine parse_command_line(int argc, char** argv) {
  Flags flags = read_flags(argc, argv);
  CommandLine& line = flags.line;
  const std::vector<std::string> words(argv + ::optind, argv + argc);
  if (flags.is_help || (!words.empty() && words[0] == "help")) { return help_about(words); }
  if (flags.is_version) { return {.verb = Verb::kVersion, .verbose = line.verbose}; }
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
  expect_status_options(flags, verb);
  expect_verb(line.verbose, "-v", verb, "version");
  expect_verb(line.fleeting, "--fleeting", verb, "serve");
  expect_verb(line.remove, "-r", verb, "down");
  if (arguments > 0) { line.mesh = words[1]; }
  return line;
}

}  // namespace wgmesh
