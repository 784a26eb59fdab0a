#include "controller/option_table.h"

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>

#include "common/scan_options.h"
#include "controller/exit_code.h"

namespace wgmesh {
namespace {

using Put = void (*)(CommandLine&, const std::string&);

// A flag is set, a counter counts, and a value is taken.
template <auto kField>
void put(CommandLine& line, const std::string& value) {
  auto& field = line.*kField;
  using Field = std::remove_reference_t<decltype(field)>;
  if constexpr (std::is_same_v<Field, bool>) {
    field = true;
  } else if constexpr (std::is_same_v<Field, int>) {
    ++field;
  } else if constexpr (std::is_same_v<Field, unsigned>) {
    field = number_in(value);
  } else {
    field = value;
  }
}

void put_progress(CommandLine& line, const std::string& value) {
  constexpr std::array<std::pair<std::string_view, ProgressMode>, 5> kModes = {
      {{"auto", ProgressMode::kAuto},
       {"tty", ProgressMode::kTty},
       {"plain", ProgressMode::kPlain},
       {"json", ProgressMode::kJson},
       {"quiet", ProgressMode::kQuiet}}};
  for (const auto& [word, mode] : kModes) {
    if (word == value) { line.progress = mode; }
  }
}

void put_nothing(CommandLine& /*line*/, const std::string& /*value*/) {}

struct Row {
  OptionRow option;
  Put put = put_nothing;
};

const std::array kRows = [] {
  using enum Verb;
  const CommandSet changing = set_of(kUp, kDown, kSync, kRotate);
  const CommandSet converging = set_of(kUp, kSync, kRotate);
  return std::array{
      Row{{.letter = 'f',
           .name = "file",
           .help = "the mesh file, - for stdin (default: $WGMESH_FILE, else mesh.yaml, mesh.yml or "
                   "mesh.json)",
           .kind = ValueKind::kFile,
           .value = "FILE"},
          put<&CommandLine::file>},
      Row{{.letter = 'j', .name = "json", .help = "read it as JSON, whatever its name"},
          put<&CommandLine::json_in>},
      Row{{.letter = 'J',
           .name = "json-out",
           .commands = verbs_with_form("json") | set_of(kExport),
           .help = "print results as JSON: -o json"},
          put<&CommandLine::json_out>},
      Row{{.letter = 'o',
           .name = "format",
           .commands = verbs_with_form(""),
           .help = "the form of the result",
           .kind = ValueKind::kForm,
           .value = "FORM"}},
      Row{{.letter = 'q',
           .name = "quiet",
           .help = "only warnings and errors, and what was asked for"},
          put<&CommandLine::quiet>},
      Row{{.letter = 'v',
           .name = "verbose",
           .help = "tell each step, and each change on stderr; twice: SSH's own log, too"},
          put<&CommandLine::verbose>},
      Row{{.name = "progress",
           .help = "how progress is told: auto, tty, plain (a line for each step), json or quiet "
                   "(default: auto)",
           .kind = ValueKind::kWord,
           .value = "MODE",
           .words = "auto tty plain json quiet"},
          put_progress},
      Row{{.letter = 'n',
           .name = "dry-run",
           .commands = changing,
           .help = "only list what would change"},
          put<&CommandLine::dry_run>},
      Row{{.name = "detailed-exitcode",
           .commands = changing | set_of(kPlan),
           .help = "of a dry run: exit 2 where there is something to change"},
          put<&CommandLine::detailed_exitcode>},
      Row{{.name = "interactive",
           .commands = changing,
           .help = "list it, and ask before anything changes"},
          put<&CommandLine::interactive>},
      Row{{.letter = 'i',
           .name = "info",
           .commands = converging,
           .help = "print `mesh info` at the end"},
          put<&CommandLine::show_info>},
      Row{{.name = "no-wait",
           .commands = converging,
           .help = "do not wait for handshakes and spanning tree"},
          put<&CommandLine::no_wait>},
      Row{{.name = "skip-unreachable",
           .commands = changing,
           .help = "go on without nodes that cannot be reached, and exit 3"},
          put<&CommandLine::skip_unreachable>},
      Row{{.name = "replace-newer-agent",
           .commands = set_of(kUp, kSync),
           .help = "put this release's agent in the place of a newer one"},
          put<&CommandLine::replace_newer_agent>},
      Row{{.name = "confirm-timeout",
           .commands = changing,
           .help = "nodes undo by themselves when the controller has been silent for that long "
                   "before the commit (2 to 3600, default: 60)",
           .kind = ValueKind::kNumber,
           .value = "SECONDS",
           .least = 2,
           .most = 3600},
          put<&CommandLine::confirm_timeout>},
      Row{{.letter = 'r',
           .name = "remove",
           .commands = set_of(kDown),
           .help = "forget keys and plan too, and the agent with a node's last mesh"},
          put<&CommandLine::remove>},
      Row{{.letter = 'w',
           .name = "watch",
           .commands = set_of(kStatus),
           .help = "look every two seconds until Ctrl-C (exit code 130), over the same sessions; "
                   "traffic is per second, and what has changed since the last look is told"},
          put<&CommandLine::watch>},
      Row{{.name = "dump",
           .commands = set_of(kShow),
           .help = "as `wg show all dump`, with the node's name in front"},
          put<&CommandLine::dump>},
      Row{{.name = "output",
           .commands = set_of(kGraph, kInit),
           .help =
               "the file to write. Of `graph` its ending is the format: .svg, .html (the SVG "
               "and the table of `mesh status`), .mmd (Mermaid), .dot (Graphviz). Of `init` it is "
               "mesh.yaml unless named, - for stdout",
           .kind = ValueKind::kFile,
           .value = "FILE"},
          put<&CommandLine::output>},
      Row{{.name = "offline",
           .commands = set_of(kGraph, kExport),
           .help = "from the mesh file alone; contacts nobody. `graph` draws the file; `export` "
                   "writes into the folder that is named, with keys made here"},
          put<&CommandLine::offline>},
      Row{{.name = "all", .commands = set_of(kExport), .help = "all nodes, as without names"},
          put<&CommandLine::all>},
      Row{{.name = "to",
           .commands = set_of(kExport),
           .help = "a folder on each node, for its agent to write the files with their keys into",
           .kind = ValueKind::kFile,
           .value = "DIR"},
          put<&CommandLine::export_folder>},
      Row{{.name = "seconds",
           .commands = set_of(kBench),
           .help = "of each TCP stream (1 to 60, default: 3); datagrams take a third",
           .kind = ValueKind::kNumber,
           .value = "SECONDS",
           .least = 1,
           .most = 60},
          put<&CommandLine::bench_seconds>},
      Row{{.name = "max-bytes",
           .commands = set_of(kBench),
           .help = "that a pair may move, both directions together: 500M, 2G (default)",
           .kind = ValueKind::kSize,
           .value = "SIZE"}},
      Row{{.name = "beside",
           .commands = set_of(kBench),
           .help = "also between the nodes' underlay addresses, beside the mesh"},
          put<&CommandLine::beside>},
      Row{{.name = "schema",
           .commands = set_of(kConf),
           .help = "print the JSON Schema of mesh files instead; reads no file"},
          put<&CommandLine::schema>},
      Row{{.name = "from",
           .commands = set_of(kInit),
           .help = "a file with hosts; what it is may stand in front: ansible:FILE, meshconf:FILE, "
                   "containerlab:FILE, ssh-config:FILE; - for stdin",
           .kind = ValueKind::kFile,
           .value = "FILE"},
          put<&CommandLine::from>},
      Row{{.name = "network",
           .commands = set_of(kInit),
           .help = "the prefix of the segment (default: a private IPv6 /64, drawn at random)",
           .kind = ValueKind::kText,
           .value = "PREFIX"},
          put<&CommandLine::network>},
      Row{{.name = "name",
           .commands = set_of(kInit),
           .help = "what the mesh is called (default: as the lab of a topology, else mesh)",
           .kind = ValueKind::kText,
           .value = "NAME"},
          put<&CommandLine::name>},
      Row{{.letter = 'K',
           .name = "ask-become-pass",
           .help = "ask for sudo's password on the nodes, once"},
          put<&CommandLine::ask_become_pass>},
      Row{{.name = "accept-new-host-keys",
           .help = "accept the SSH host keys of nodes never seen before"},
          put<&CommandLine::accept_new_host_keys>},
      Row{{.letter = 'h', .name = "help", .help = "what the command does and takes"}},
      Row{{.letter = 'V',
           .name = "version",
           .help = "the version; with -v: and those of the libraries"}}};
}();

const auto kOptions = [] {
  std::array<OptionRow, std::tuple_size_v<decltype(kRows)>> options;
  std::ranges::transform(kRows, options.begin(), &Row::option);
  return options;
}();

constexpr std::array kExits = {
    ExitRow{kExitDone, "done, changed or not"},
    ExitRow{kExitFailed, "failed, and every node is as it was; of `check`: something is wrong"},
    ExitRow{kExitChangesPending, "changes are pending (--detailed-exitcode)"},
    ExitRow{kExitNodesSkipped, "done, but nodes were skipped"},
    ExitRow{kExitUnreachable, "a node is unreachable, and nothing has changed"},
    ExitRow{kExitLocked, "locked by another controller"},
    ExitRow{kExitUnknownState, "nodes differ, or the state of one is not known"},
    ExitRow{kExitNotForwarding, "everything stands as planned, but not every pair forwards"},
    ExitRow{kExitBadUsage, "bad usage"},
    ExitRow{kExitBadMeshFile, "a bad mesh file; of `init`: a bad file after --from"},
    ExitRow{kExitInterrupted, "interrupted"},
};

constexpr std::string_view kExamples =
    R"(  mesh init web1 web2          write a first mesh.yaml for two SSH hosts
  mesh plan                    look first
  mesh up                      build the mesh of ./mesh.yaml
  mesh status -w               how it goes, until Ctrl-C
  mesh -J info | jq .is_up     1 when every node is up
  mesh graph --output a.html   a page to look at
  mesh down -r                 take it down and forget keys and agent
)";

}  // namespace

const CommandTable& mesh_table() {
  static const CommandTable kTable = {
      .program = "mesh",
      .purpose = "mesh joins Linux machines into one encrypted Ethernet segment.",
      .arguments = "COMMAND [NODE...]",
      .examples = kExamples,
      .commands = verb_rows(),
      .options = kOptions,
      .exits = kExits,
  };
  return kTable;
}

void put_option(const OptionRow& option, const std::string& value, CommandLine& line) {
  kRows[static_cast<std::size_t>(&option - kOptions.data())].put(line, value);
}

}  // namespace wgmesh
