#include "controller/command_line_help.h"

#include <array>

namespace wgmesh {
namespace {

constexpr std::string_view kOverview =
    R"(mesh joins Linux machines into one encrypted Ethernet segment.

usage: mesh [OPTION...] COMMAND [NODE...]

commands:
  up      make every node match mesh.yaml and bring the mesh up
  down    take it down, and keep it down at boot
  sync    make nodes match mesh.yaml; what is up stays up, what is down stays down
  rotate  new private and preshared keys, without taking the mesh down
  plan    what `up` would change, node by node
  status  one line for each node: state, peers, handshakes, tree, traffic
  show    WireGuard's view of each node, as `wg show`
  info    the mesh: what is up, peers, handshakes, STP root, ports, traffic
  check   who reaches whom, how fast and with what MTU; what is wrong, and why
  graph   a picture of the mesh: SVG, HTML, Mermaid or Graphviz
  conf    mesh.yaml as it was understood, with every default

examples:
  mesh plan                    look first
  mesh up                      build the mesh of ./mesh.yaml
  mesh status -w               how it goes, until Ctrl-C
  mesh -J info | jq .is_up     1 when every node is up
  mesh graph --output a.html   a page to look at
  mesh down -r                 take it down and forget keys and agent

`mesh COMMAND --help` lists a command's own options.

)";

constexpr std::string_view kCommonOptions = R"(options of every command, before or after it:
  -f, --file FILE         the mesh file, - for stdin
                          (default: $WGMESH_FILE, mesh.yaml, mesh.yml or mesh.json)
  -j, --json              read it as JSON, whatever its name
  -J, --json-out          print results as JSON (not of `graph`): -o json
  -o, --format FORM       the form of a result: see `mesh COMMAND --help`
  -q, --quiet             only warnings and errors, and what was asked for
  -v, --verbose           tell each change on stderr; twice: SSH's own log, too
      --progress MODE     auto, tty, plain (a line for each step), json or quiet
                          (default: auto)
  -K, --ask-become-pass   ask for sudo's password on the nodes, once
      --accept-new-host-keys
                          accept the SSH host keys of nodes never seen before
  -h, --help
  -V, --version           with -v: and those of the libraries
)";

struct Page {
  std::string_view verb;
  std::string_view text;
};

constexpr std::array<Page, 11> kPages = {{
    {"up", R"(usage: mesh up [OPTION...]

Makes every node match mesh.yaml, brings the mesh up, and returns when every pair
that can forward does. All nodes change, or none does. A second run changes nothing.
Pairs that do not forward in time are warned of, and the exit code is 7: everything
stands as planned, and `mesh check` says why.

  -i, --info              print `mesh info` when it is up
  -n, --dry-run           only list what would change, as `mesh plan`
      --detailed-exitcode with -n: exit 2 where there is something to change
      --interactive       list it, and ask before anything changes
      --no-wait           do not wait for handshakes and spanning tree
      --skip-unreachable  go on without nodes that cannot be reached, and exit 3; they
                          keep what they have, and the next `mesh sync` brings them in
      --replace-newer-agent
                          put this release's agent in the place of a newer one
      --confirm-timeout SECONDS
                          nodes undo by themselves when the controller has been
                          silent for that long before the commit
                          (2 to 3600, default: 60)

exit codes: 0 done, 1 failed and every node is as it was, 3 done but nodes skipped,
  4 a node is unreachable, 5 locked by another controller, 6 nodes differ,
  7 not every pair forwards in time,
  64 bad usage, 65 a bad mesh file, 130 interrupted

)"},
    {"down", R"(usage: mesh down [OPTION...] [NODE...]

Takes the mesh down on all nodes, or on those named, and keeps it down at boot. Keys
stay, so `mesh up` brings the same mesh back.

  -r, --remove            forget keys and plan too, and the agent with a node's last mesh;
                          goes on without unreachable nodes, and exits 3 then
  -n, --dry-run           only list what would change
      --detailed-exitcode with -n: exit 2 where there is something to change
      --interactive       list it, and ask before anything changes
      --skip-unreachable  go on without nodes that cannot be reached, and exit 3
      --confirm-timeout SECONDS
                          as for `mesh up` (default: 60)

)"},
    {"sync", R"(usage: mesh sync [OPTION...]

Makes every node match mesh.yaml, as `mesh up` does, but leaves down what was taken
down: such a node only stores its new plan. A node that is new joins the others.
Links that need not go stay, and so does the traffic on them.

  -i, --info              print `mesh info` at the end
  -n, --dry-run           only list what would change
      --detailed-exitcode with -n: exit 2 where there is something to change
      --interactive       list it, and ask before anything changes
      --no-wait           do not wait for handshakes and spanning tree
      --skip-unreachable  go on without nodes that cannot be reached, and exit 3
      --replace-newer-agent
                          put this release's agent in the place of a newer one
      --confirm-timeout SECONDS
                          as for `mesh up` (default: 60)

)"},
    {"rotate", R"(usage: mesh rotate [OPTION...] [NODE...]

Gives all nodes, or those named, new private keys, and their pairs new preshared keys.
They are staged everywhere beside those in use, then all nodes switch at the same moment;
what mesh.yaml changes besides is done too. What was taken down stays down, with new keys.

  -i, --info              print `mesh info` at the end
  -n, --dry-run           only list what would change
      --detailed-exitcode with -n: exit 2 where there is something to change
      --interactive       list it, and ask before anything changes
      --no-wait           do not wait for handshakes and spanning tree
      --skip-unreachable  go on without nodes that cannot be reached, and exit 3; refused
                          where such a node is a peer of one that gets new keys
      --confirm-timeout SECONDS
                          as for `mesh up` (default: 60)

)"},
    {"plan", R"(usage: mesh plan [OPTION...]

Lists what `mesh up` would change, node by node and link by link, and changes nothing.
The first -v adds the operations, in the words of `ip` and `wg`.

      --detailed-exitcode exit 2 where there is something to change

)"},
    {"status", R"(usage: mesh status [OPTION...] [NODE...]

One line for each node: its state, its address, how many of its peers have shaken hands
within the last three minutes, the age of the oldest handshake, its root port in the
spanning tree with the path cost, the bytes that came and went inside WireGuard, and the
version of its agent if that is not this one's. Then a line for the mesh, and one for
each fault.

A node is up, down, or unreachable. It was changed by hand if its kernel is not what its
plan says. It is up partly if an interface or a link is missing.

  -w, --watch             look every two seconds until Ctrl-C (exit code 130), over the
                          same sessions; traffic is per second, and what has changed since
                          the last look is told
  -o, --format FORM       wide: nothing is cut, every address and agent; json, yaml; or
                          name: only the names
  -J, --json-out          as -o json; with -w one line for each look

exit codes: 0 told, 4 a node is unreachable; the others are shown

)"},
    {"show", R"(usage: mesh show [OPTION...] [NODE...]

WireGuard's view of each node in the layout of `wg show`; secrets are never shown.

      --dump              as `wg show all dump`, with the node's name in front
  -J, --json-out          with the names that wg-json uses

)"},
    {"info", R"(usage: mesh info [OPTION...] [NODE...]

The mesh as it is now, as YAML: what is up, addresses, peers, handshakes, STP root,
port states, traffic. Exit code 4 where a node is unreachable; its entry says why.

  -J, --json-out          as JSON (also -o json; -o yaml is what it prints anyway)

)"},
    {"check", R"(usage: mesh check [OPTION...]

Lets every node measure its paths to every other, inside WireGuard and over the segment,
with small packets and with those of the MTU. Prints a table of round trips and handshake
ages, then each fault with its likely cause. Exit code 1 when something is wrong, 4 where
a node cannot be asked. Changes nothing.

  -J, --json-out          as JSON

)"},
    {"graph", R"(usage: mesh graph [OPTION...] [NODE...]

Draws the mesh as it is now: nodes, links with their round trips and whether they are in
the spanning tree, stand by or are broken, the root, the MTU and the sites. With node
names: only these nodes, their links and the peers at the other ends; only these nodes
are asked. Without a file, Mermaid on standard output. Exit code 4 where a node cannot be
asked; the picture shows which. Changes nothing.

      --output FILE       write a file; its ending is the format: .svg, .html (the SVG
                          and a table of the nodes), .mmd (Mermaid), .dot (Graphviz)
  -o, --format FORM       svg, html, mmd or dot, whatever the file's name
      --offline           draw the mesh file; contacts nobody

)"},
    {"conf", R"(usage: mesh conf [OPTION...]

Prints the mesh file as it was understood, with every default filled in. Contacts nobody.

  -J, --json-out          as JSON

)"},
}};

}  // namespace

std::string help_for(std::string_view verb) {
  for (const Page& page : kPages) {
    if (page.verb == verb) { return std::string(page.text) + std::string(kCommonOptions); }
  }
  return std::string(kOverview) + std::string(kCommonOptions);
}

}  // namespace wgmesh
