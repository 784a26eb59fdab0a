#include "controller/verb.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "common/nearest.h"

namespace wgmesh {
namespace {

constexpr std::array kVerbRows = {
    CommandRow{.name = "up",
               .summary = "make every node match mesh.yaml and bring the mesh up",
               .description = R"(Makes every node match mesh.yaml, brings the mesh up, and returns
when every pair that can forward does. All nodes change, or none does. A second run changes nothing.

Pairs that do not forward in time are warned of, and the exit code is 7: everything stands as planned,
and `mesh check` says why. Nodes that --skip-unreachable leaves out keep what they have, and the next
`mesh sync` brings them in.

A mesh of that name that wireguard-mesh has made is taken over, with its keys; `mesh plan` says what goes.
That takes every node of the mesh at once: --skip-unreachable is refused.)",
               .most = 0,
               .forms = "json",
               .changes_nodes = true},
    CommandRow{
        .name = "down",
        .arguments = "[NODE...]",
        .summary = "take it down, and keep it down at boot",
        .description = R"(Takes the mesh down on all nodes, or on those named, and keeps it down
at boot. Keys stay, so `mesh up` brings the same mesh back.

With -r nodes forget keys and plan too, and the agent with a node's last mesh. It then leaves out nodes
that cannot be reached, names them, and exits 3.)",
        .takes = ArgumentKind::kNode,
        .forms = "json",
        .changes_nodes = true},
    CommandRow{
        .name = "sync",
        .summary = "make nodes match mesh.yaml; what is up stays up, what is down stays down",
        .description =
            R"(Makes every node match mesh.yaml, as `mesh up` does, but leaves down what was
taken down: such a node only stores its new plan. A node that is new joins the others. Links that need
not go stay, and so does the traffic on them.)",
        .most = 0,
        .forms = "json",
        .changes_nodes = true},
    CommandRow{
        .name = "rotate",
        .arguments = "[NODE...]",
        .summary = "new private and preshared keys, without taking the mesh down",
        .description = R"(Gives all nodes, or those named, new private keys, and their pairs new
preshared keys. They are staged everywhere beside those in use, then all nodes switch at the same moment.
What mesh.yaml changes besides is done too. What was taken down stays down, with new keys.

--skip-unreachable is refused where such a node is a peer of one that gets new keys.)",
        .takes = ArgumentKind::kNode,
        .forms = "json",
        .changes_nodes = true},
    CommandRow{
        .name = "plan",
        .summary = "what `up` would change, node by node",
        .description = R"(Lists what `mesh up` would change, node by node and link by link, and
changes nothing. The first -v adds the operations, in the words of `ip` and `wg`.)",
        .most = 0,
        .forms = "json",
        .changes_nodes = true},
    CommandRow{
        .name = "status",
        .arguments = "[NODE...]",
        .summary = "one line for each node: state, peers, handshakes, tree, traffic",
        .description = R"(One line for each node: its state, its address, how many of its peers
have shaken hands within the last three minutes, the age of the oldest handshake, its root port in the
spanning tree with the path cost, the bytes that came and went inside WireGuard, and the version of its
agent if that is not this one's. Then a line for the mesh, and one for each fault.

A node is up, down, or unreachable. It was changed by hand if its kernel is not what its plan says. It is
up partly if an interface or a link is missing. Exit code 4 where a node is unreachable; the others are
shown.

The form wide cuts nothing and shows every address and agent; name prints only the names. With -w, json
is one line for each look.)",
        .takes = ArgumentKind::kNode,
        .forms = "wide json yaml name"},
    CommandRow{
        .name = "show",
        .arguments = "[NODE...]",
        .summary = "WireGuard's view of each node, as `wg show`",
        .description = R"(WireGuard's view of each node in the layout of `wg show`; secrets are
never shown. JSON has the names that wg-json uses.)",
        .takes = ArgumentKind::kNode,
        .forms = "json"},
    CommandRow{
        .name = "info",
        .arguments = "[NODE...]",
        .summary = "the mesh: what is up, peers, handshakes, STP root, ports, traffic",
        .description = R"(The mesh as it is now, as YAML: what is up, addresses, peers, handshakes,
STP root, port states, traffic. Exit code 4 where a node is unreachable; its entry says why.)",
        .takes = ArgumentKind::kNode,
        .forms = "yaml json"},
    CommandRow{
        .name = "check",
        .summary = "who reaches whom, how fast and with what MTU; what is wrong, and why",
        .description = R"(Lets every node measure its paths to every other, inside WireGuard and
over the segment, with small packets and with those of the MTU. Prints a table of round trips and
handshake ages, then each fault with its likely cause. Exit code 1 when something is wrong, 4 where a node
cannot be asked. Changes nothing.)",
        .most = 0,
        .forms = "json"},
    CommandRow{.name = "graph",
               .arguments = "[NODE...]",
               .summary = "a picture of the mesh: SVG, HTML, Mermaid or Graphviz",
               .description =
                   R"(Draws the mesh as it is now: nodes, links with their round trips and whether
they are in the spanning tree, stand by or are broken, the root, the MTU and the sites. With node names:
only these nodes, their links and the peers at the other ends; only these nodes are asked. Without a file,
Mermaid on standard output. Exit code 4 where a node cannot be asked; the picture shows which. Changes
nothing.)",
               .takes = ArgumentKind::kNode,
               .forms = "mmd dot svg html"},
    CommandRow{
        .name = "bench",
        .arguments = "[NODE [NODE...]]",
        .summary = "how much the mesh carries: throughput, loss, round trips under load, CPU",
        .description = R"(Lets two nodes at a time send to each other as fast as they can, over the
segment: small questions first, then a TCP stream with questions beside it, then UDP datagrams at the pace
of that stream. All linked pairs; with one name those of this node; with more names those between them.

Says first how long it takes and how much it moves. The nodes listen at their segment address for one peer
at a time, and for nobody after the end. A pair that cannot be measured is told, and the exit code is 1; 4
where a node is unreachable.)",
        .takes = ArgumentKind::kNode,
        .forms = "json"},
    CommandRow{
        .name = "conf",
        .summary = "mesh.yaml as it was understood, with every default",
        .description = R"(Prints the mesh file as it was understood, with every default filled in.
Contacts nobody.)",
        .most = 0,
        .forms = "yaml json"},
    CommandRow{
        .name = "hosts",
        .summary = "lines for /etc/hosts: the address and the names of each node",
        .description = R"(Prints a line for each address of each node: the address, the node's
name, and NODE.MESH. Reads the mesh file and contacts nobody. With `hosts: true` in the mesh
file, nodes keep these lines themselves.)",
        .most = 0},
    CommandRow{
        .name = "init",
        .arguments = "[HOST...]",
        .summary = "write a first mesh.yaml, for SSH hosts or from another tool's list of hosts",
        .description = R"(Writes a mesh file with comments, for you to read and edit. It logs in
to each SSH host, looks, and changes nothing there. It proposes names, a private prefix and addresses in
it, endpoints as far as the hosts have the address that SSH reaches, ports that are free, and it says what
a host lacks. A host that cannot be reached is an error (exit code 4), and nothing is written.

With --from it takes the hosts from a file: what `ansible-inventory --list` prints, the CSV file of
wg-meshconf, a containerlab topology, or an ssh_config. Then it logs in only to hosts that are named
besides; the others are new nodes.

A file that is there already is never overwritten.)"},
    CommandRow{
        .name = "export",
        .arguments = "[NODE...]",
        .summary = "each node's part as files of wg-quick or systemd-networkd",
        .description = R"(Says what is stored on each node in the words of another tool: WireGuard,
tunnels, bridge, spanning tree, addresses. With --to, each node's agent writes the files into a folder of
its node; keys stay there. Without, the files are printed, and (hidden) stands for each key. What a format
cannot say is refused, not left out; but for the names of `hosts: true`, of which a warning tells. The mesh
is not changed. `mesh up` and `mesh sync` refuse a node as long as what the files made stands there.

--format wg-quick: one file for each node, wg-MESH.conf. --format networkd: .netdev, .network and .link
files, for systemd 252 and newer.

`mesh export --all --offline DIR` makes the files of all nodes from the mesh file alone, with keys that are
made here, a folder for each node; it contacts nobody. A second run keeps the keys.)",
        .takes = ArgumentKind::kNode,
        .forms = "wg-quick networkd"},
    CommandRow{.name = "completion",
               .arguments = "bash|zsh|fish",
               .summary = "a script that lets a shell complete command lines of `mesh`",
               .description = R"(Prints a script for bash, zsh or fish. With it the shell completes
commands, the options of a command, their values, and names of nodes from the mesh file. Contacts nobody.

bash: `source <(mesh completion bash)` in ~/.bashrc

zsh: `source <(mesh completion zsh)` in ~/.zshrc, after compinit

fish: `mesh completion fish | source` in ~/.config/fish/config.fish)",
               .takes = ArgumentKind::kShell,
               .least = 1,
               .most = 1},
    CommandRow{
        .name = "help",
        .arguments = "[COMMAND]",
        .summary = "this text, or what a command does and takes",
        .description = R"(Prints what a command does and which options it takes; without a name, the
list of commands. As `mesh COMMAND --help`.)",
        .takes = ArgumentKind::kCommand,
        .most = 1},
    CommandRow{.name = "version",
               .summary = "the version; with -v: and those of the libraries",
               .description = R"(Prints the version. With -v also those of the libraries in it.)",
               .most = 0},
};
static_assert(kVerbRows.size() == static_cast<std::size_t>(Verb::kVersion) + 1);

// What other tools call it.
constexpr std::array<std::pair<std::string_view, std::string_view>, 44> kOtherWords = {{
    {"apply", "up"},          {"create", "up"},        {"deploy", "up"},      {"start", "up"},
    {"install", "up"},        {"setup", "up"},         {"run", "up"},         {"restart", "up"},
    {"delete", "down -r"},    {"destroy", "down -r"},  {"remove", "down -r"}, {"rm", "down -r"},
    {"uninstall", "down -r"}, {"purge", "down -r"},    {"stop", "down"},      {"diff", "plan"},
    {"preview", "plan"},      {"dry-run", "plan"},     {"validate", "conf"},  {"config", "conf"},
    {"lint", "conf"},         {"ps", "status"},        {"ls", "status"},      {"list", "status"},
    {"get", "status"},        {"describe", "info"},    {"top", "status -w"},  {"state", "status"},
    {"wg", "show"},           {"dump", "show --dump"}, {"ping", "check"},     {"test", "check"},
    {"doctor", "check"},      {"update", "sync"},      {"draw", "graph"},     {"map", "graph"},
    {"topology", "graph"},    {"picture", "graph"},    {"iperf", "bench"},    {"iperf3", "bench"},
    {"speed", "bench"},       {"import", "init"},      {"generate", "init"},  {"new", "init"},
}};

}  // namespace

std::span<const CommandRow> verb_rows() { return kVerbRows; }

const CommandRow& row_of(Verb verb) { return kVerbRows[static_cast<std::size_t>(verb)]; }

CommandSet verbs_with_form(std::string_view form) {
  CommandSet set = 0;
  for (std::size_t i = 0; i < kVerbRows.size(); ++i) {
    const std::vector<std::string> forms = words_of(kVerbRows[i].forms);
    if (form.empty() ? !forms.empty() : std::ranges::count(forms, form) > 0) {
      set |= CommandSet{1} << i;
    }
  }
  return set;
}

std::optional<Verb> find_verb(std::string_view word) {
  const CommandRow* row = find_command(kVerbRows, word);
  if (row == nullptr) { return std::nullopt; }
  return static_cast<Verb>(row - kVerbRows.data());
}

std::string command_meant_by(std::string_view word) {
  for (const auto& [other, ours] : kOtherWords) {
    if (other == word) { return fmt::format("; here it is 'mesh {}'", ours); }
  }
  return did_you_mean(word, names_of(kVerbRows));
}

std::vector<std::string> forms_of(Verb verb) { return words_of(row_of(verb).forms); }

std::string to_text(Verb verb) { return std::string(row_of(verb).name); }

bool changes_nodes(Verb verb) { return row_of(verb).changes_nodes; }

bool takes_node_names(Verb verb) { return row_of(verb).takes == ArgumentKind::kNode; }

}  // namespace wgmesh
