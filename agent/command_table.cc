#include "agent/command_table.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "agent/commands.h"
#include "common/scan_options.h"

namespace wgmesh {
namespace {

constexpr std::uint32_t kMostSeconds = 365 * 24 * 60 * 60;
constexpr std::uint32_t kMostPeers = 65535;

constexpr CommandSet set_of(Verb verb) { return CommandSet{1} << static_cast<unsigned>(verb); }

// In the order of Verb.
constexpr std::array kCommands = {
    CommandRow{
        .name = "serve",
        .summary = "the controller's end of the protocol, on stdin and stdout",
        .description = R"(Speaks with `mesh` on standard input and standard output, for one session.
`mesh` starts it; nothing else has a reason to.)",
        .most = 0},
    CommandRow{
        .name = "status",
        .arguments = "[MESH]",
        .summary = "what the meshes of this node are doing",
        .description = R"(Shows all meshes of this node, or the one that is named: what is up, peers
and handshakes, ports of the bridge, what was changed by hand, and the last change.

--prometheus prints the same as metrics, for the textfile collector of node_exporter. --check prints one
line for a monitor; exit code 0 is ok, 1 warning, 2 critical, 3 unknown. A peer without a handshake in the
last SECONDS of --handshake-age is missing.)",
        .takes = ArgumentKind::kMesh,
        .most = 1},
    CommandRow{.name = "restore",
               .arguments = "[MESH]",
               .summary = "bring up what is stored (boot); what was taken down stays down",
               .description = R"(Brings up all stored meshes, or the one that is named, as they were
committed last. A mesh that was taken down stays down. At boot the unit `wgmesh@MESH.service` calls it.)",
               .takes = ArgumentKind::kMesh,
               .most = 1,
               .changes_nodes = true},
    CommandRow{
        .name = "refresh",
        .arguments = "[MESH]",
        .summary = "look up the endpoints again of peers that have gone quiet",
        .description = R"(Looks up the endpoints of quiet peers again, for a name may have got
another address. The endpoint of a peer behind NAT was learned, and has no name. Then `refresh` asks other
peers through the tunnel where they see that peer, for 10 s at most. Peers that live stay where they
were seen last. The timer `wgmesh-refresh@MESH.timer` runs this command.)",
        .takes = ArgumentKind::kMesh,
        .most = 1,
        .changes_nodes = true},
    CommandRow{
        .name = "locate",
        .arguments = "MESH",
        .summary = "for the socket unit: tells a peer where another peer is seen",
        .description = R"(Answers peers that ask where this node sees another peer, and ends when no
question has come for 10 s. systemd's unit `wgmesh-locate@MESH.socket` starts this command, and hands it UDP
port 21820 of the inner address; nobody else has a reason to start it. A question must come from a peer, by
the mesh's WireGuard interface, and must ask for a peer. All other questions get no answer. There are at
most ten answers in a second.)",
        .takes = ArgumentKind::kMesh,
        .least = 1,
        .most = 1},
    CommandRow{
        .name = "down",
        .arguments = "MESH",
        .summary = "take it down, and keep it down at boot",
        .description = R"(Takes this node out of the mesh and keeps it down at boot. Keys and plan
stay for `wgmesh-agent restore` and `mesh up`.)",
        .takes = ArgumentKind::kMesh,
        .least = 1,
        .most = 1,
        .changes_nodes = true},
    CommandRow{
        .name = "help",
        .arguments = "[COMMAND]",
        .summary = "this text, or what a command does and takes",
        .description = R"(Prints what a command does and which options it takes; without a name, the
list of commands. As `wgmesh-agent COMMAND --help`.)",
        .takes = ArgumentKind::kCommand,
        .most = 1},
    CommandRow{.name = "version",
               .summary = "the version; with -v: and those of the libraries",
               .description = "Prints the version. With -v also those of the libraries in it.",
               .most = 0},
};
static_assert(kCommands.size() == static_cast<std::size_t>(Verb::kVersion) + 1);
static_assert(kCommands[static_cast<std::size_t>(Verb::kDown)].name == "down");

using Put = void (*)(CommandLine&, const std::string&);

template <bool CommandLine::*field>
void set(CommandLine& line, const std::string& /*value*/) {
  line.*field = true;
}

void put_nothing(CommandLine& /*line*/, const std::string& /*value*/) {}

struct Row {
  OptionRow option;
  Put put = put_nothing;
};

constexpr std::array kRows = {
    Row{{.letter = 'J',
         .name = "json-out",
         .commands = set_of(Verb::kStatus),
         .help = "as JSON, with the names of `mesh info` and `mesh status`"},
        set<&CommandLine::as_document>},
    Row{{.name = "json",
         .commands = set_of(Verb::kStatus),
         .help = "as JSON, with the names of wg-json"},
        set<&CommandLine::as_json>},
    Row{{.name = "prometheus",
         .commands = set_of(Verb::kStatus),
         .help = "as metrics for Prometheus"},
        set<&CommandLine::as_metrics>},
    Row{{.name = "output",
         .commands = set_of(Verb::kStatus),
         .help = "with --prometheus: write the metrics into FILE, whole or not at all",
         .kind = ValueKind::kFile,
         .value = "FILE",
         .beside = "prometheus"},
        [](CommandLine& line, const std::string& value) { line.output = value; }},
    Row{{.name = "check",
         .commands = set_of(Verb::kStatus),
         .help = "one line for a monitor; exit 0 ok, 1 warning, 2 critical, 3 unknown"},
        set<&CommandLine::as_check>},
    Row{{.name = "handshake-age",
         .commands = set_of(Verb::kStatus),
         .help = "with --check: a peer without a handshake for that long is missing (300)",
         .kind = ValueKind::kNumber,
         .value = "SECONDS",
         .least = 1,
         .most = kMostSeconds,
         .beside = "check"},
        [](CommandLine& line, const std::string& value) {
          line.limits.handshake_age = number_in(value);
        }},
    Row{{.name = "warning",
         .commands = set_of(Verb::kStatus),
         .help = "with --check: more than N missing peers are a warning (0)",
         .kind = ValueKind::kNumber,
         .value = "N",
         .most = kMostPeers,
         .beside = "check"},
        [](CommandLine& line, const std::string& value) {
          line.limits.warning = number_in(value);
        }},
    Row{{.name = "critical",
         .commands = set_of(Verb::kStatus),
         .help = "with --check: more than N missing peers are critical (all but one)",
         .kind = ValueKind::kNumber,
         .value = "N",
         .most = kMostPeers,
         .beside = "check"},
        [](CommandLine& line, const std::string& value) {
          line.limits.critical = number_in(value);
        }},
    Row{{.letter = 'r',
         .name = "remove",
         .commands = set_of(Verb::kDown),
         .help = "forget keys and plan too, and the agent with the node's last mesh"},
        set<&CommandLine::remove>},
    Row{{.name = "fleeting",
         .commands = set_of(Verb::kServe),
         .help = "remove this program first: it was brought for this session only"},
        set<&CommandLine::fleeting>},
    Row{{.letter = 'v',
         .name = "verbose",
         .commands = set_of(Verb::kVersion),
         .help = "with the version of each library"},
        set<&CommandLine::verbose>},
    Row{{.letter = 'h', .name = "help", .help = "what the command does and takes"}},
    Row{{.letter = 'V', .name = "version", .help = "the version"}},
};

constexpr auto kOptions = [] {
  std::array<OptionRow, std::tuple_size_v<decltype(kRows)>> options;
  std::ranges::transform(kRows, options.begin(), &Row::option);
  return options;
}();

constexpr std::array kExits = {
    ExitRow{0, "done"},
    ExitRow{kExitFailed, "failed, and a change was undone; of `status --check`: warning"},
    ExitRow{static_cast<int>(Health::kCritical), "of `status --check`: critical"},
    ExitRow{static_cast<int>(Health::kUnknown), "of `status --check`: unknown"},
    ExitRow{kExitLocked, "another controller or agent is at work on the mesh"},
    ExitRow{kExitUsage, "bad usage"},
};

constexpr std::string_view kExamples = R"(  wgmesh-agent status           the mesh from here
  wgmesh-agent status --check   for a monitor
  wgmesh-agent down test -r     leave mesh test for good
)";

}  // namespace

const CommandTable& agent_table() {
  static const CommandTable kTable = {
      .program = "wgmesh-agent",
      .purpose = "Configures this node's part of a WireGuard mesh.",
      .arguments = "COMMAND [MESH]",
      .examples = kExamples,
      .commands = kCommands,
      .options = kOptions,
      .exits = kExits,
  };
  return kTable;
}

const CommandRow& row_of(Verb verb) { return kCommands[static_cast<std::size_t>(verb)]; }

void put_option(const OptionRow& option, const std::string& value, CommandLine& line) {
  kRows[static_cast<std::size_t>(&option - kOptions.data())].put(line, value);
}

}  // namespace wgmesh
