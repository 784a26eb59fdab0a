// The command line as values: a verb, its nodes and its options, checked against each other. Reads
// no file and contacts nobody; every default is filled in but the mesh file's name.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "common/exported_file.h"
#include "common/said.h"
#include "controller/show/graph_format.h"
#include "controller/show/progress_mode.h"
#include "controller/verb.h"

namespace wgmesh {

// In which form a verb that only tells something prints its result.
enum class OutputForm : std::uint8_t {
  kUsual,  // of the verb
  kWide,   // the usual one, and nothing is cut or left out
  kJson,
  kYaml,
  kName,  // of the nodes, one a line
};

struct CommandLine {
  Verb verb = Verb::kInfo;
  std::vector<std::string>
      nodes;  // as given; empty: all. Whether they exist is for find_unknown_node. Of init: SSH hosts
  std::string file;  // "-": standard input; empty: see load_mesh.h
  bool json_in = false;
  bool json_out = false;  // form is kJson
  OutputForm form = OutputForm::kUsual;
  bool quiet = false;
  int verbose = 0;

  bool show_info = false;    // up -i: print `info` when the mesh is up
  bool interactive = false;  // ask before anything changes
  bool dry_run = false;
  bool skip_unreachable = false;
  bool no_wait = false;
  bool remove = false;
  bool detailed_exitcode = false;  // of a dry run: 2 where changes are pending
  bool dump = false;
  bool watch = false;
  bool schema = false;   // conf: print the schema of mesh.yaml, read no file
  bool offline = false;  // graph, export: of the file alone, no node is asked
  std::string output;    // graph: a file; "-" or empty: standard output. init: empty is mesh.yaml
  std::string from;      // init: a file with hosts, as parse_source_name reads it
  std::string network;   // init: a valid prefix; empty: one at random
  std::string name;      // init: a valid name of a mesh; empty: none was given
  bool all = false;      // export: as without names
  // export: a folder on each node, or with `offline` here; empty: standard output
  std::string export_folder;
  ExportFormat export_format = ExportFormat::kWgQuick;
  GraphFormat graph_format = GraphFormat::kMermaid;
  unsigned confirm_timeout = 60;              // seconds
  unsigned bench_seconds = 3;                 // bench: of each TCP stream
  std::uint64_t bench_bytes = 2'000'000'000;  // bench: that a pair may move
  bool beside = false;                        // bench: also between underlay addresses

  bool ask_become_pass = false;
  bool accept_new_host_keys = false;
  bool replace_newer_agent = false;
  ProgressMode progress = ProgressMode::kAuto;  // kQuiet where quiet is set

  bool operator==(const CommandLine&) const = default;
};

// Whether it may leave nodes other than they were.
inline bool changes_state(const CommandLine& line) {
  return changes_nodes(line.verb) && line.verb != Verb::kPlan && !line.dry_run;
}

// What is to be printed instead of doing anything: help, the version, or what was wrong.
struct UsageExit {
  int exit_code = 0;
  std::string out;           // for stdout
  std::string err;           // for stderr
  Said said = {};            // of bad usage: the same for programs
  std::string command = {};  // empty: none was understood
  bool json_out = false;
};

// `arguments` without the program's name.
std::variant<CommandLine, UsageExit> parse_command_line(std::span<const std::string> arguments);

}  // namespace wgmesh
