// mesh, the controller: the command line in, a verb run, an exit code out.
#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "common/key.h"
#include "controller/command_line.h"
#include "controller/commands.h"
#include "controller/fault.h"
#include "controller/load_mesh.h"
#include "controller/nearest.h"
#include "controller/render_error.h"
#include "controller/transport.h"

namespace wgmesh {
namespace {

// The first node on the command line that the mesh does not have, as an error.
std::optional<ErrorReport> find_unknown_node(const CommandLine& line, const Mesh& mesh) {
  std::vector<std::string> known;
  for (const Node& node : mesh.nodes) known.push_back(node.name);
  if (changes_nodes(line.verb)) {
    for (const Node& node : mesh.absent) known.push_back(node.name);
  }
  for (const std::string& name : line.nodes) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::optional<std::string> nearest = find_nearest(name, known);
    return ErrorReport{{},
                       {},
                       fmt::format("mesh {} has no node '{}'", mesh.name, name),
                       nearest ? fmt::format("did you mean '{}'?", *nearest)
                               : fmt::format("its nodes are {}", fmt::join(known, ", "))};
  }
  return std::nullopt;
}

int run_verb(const CommandLine& line, const Mesh& mesh) {
  switch (line.verb) {
    case Verb::kUp:
      return run_up(line, mesh);
    case Verb::kDown:
      return run_down(line, mesh);
    case Verb::kSync:
    case Verb::kRotate:
      return run_up(line, mesh);
    case Verb::kPlan:
      return run_plan(line, mesh);
    case Verb::kShow:
      return run_show(line, mesh);
    case Verb::kInfo:
      return run_info(line, mesh);
    case Verb::kCheck:
      return run_check(line, mesh);
    case Verb::kConf:
      return run_conf(line, mesh);
  }
  return kExitBadUsage;
}

int run(const CommandLine& line) {
  std::optional<Mesh> mesh;
  try {
    mesh = load_mesh(line);
  } catch (const MeshFileFaults& faults) {
    for (const Fault& fault : faults.faults()) print_fault(fault, line.progress);
    return kExitBadMeshFile;
  } catch (const Error& error) {
    print_error(report_of(error), line.progress);
    return kExitBadMeshFile;
  }
  if (const auto unknown = find_unknown_node(line, *mesh)) {
    print_error(*unknown, line.progress);
    return kExitBadUsage;
  }
  try {
    return run_verb(line, *mesh);
  } catch (const Interrupted& error) {
    print_error(report_of(error), line.progress);
    return kExitInterrupted;
  } catch (const Unreachable& error) {
    print_error(report_of(error), line.progress);
    return kExitUnreachable;
  } catch (const Error& error) {
    print_error(report_of(error), line.progress);
    return kExitFailed;
  }
}

// A result that did not arrive is not a success: `mesh info > /dev/full`. A reader that has seen
// enough
// (`mesh info | head`) is no fault of ours to complain about.
int with_stdout_flushed(int exit_code) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return exit_code;
  if (errno != EPIPE)
    fmt::print(stderr, "mesh: write to standard output: {}\n", std::strerror(errno));
  return exit_code == kExitDone ? kExitFailed : exit_code;
}

int run_main(const std::vector<std::string>& arguments) {
  const auto parsed = parse_command_line(arguments);
  if (const auto* usage = std::get_if<UsageExit>(&parsed)) {
    fmt::print(stdout, "{}", usage->out);
    fmt::print(stderr, "{}", usage->err);
    return with_stdout_flushed(usage->exit_code);
  }
  return with_stdout_flushed(run(std::get<CommandLine>(parsed)));
}

}  // namespace
}  // namespace wgmesh

int main(int argc, char** argv) {
  // A node that hangs up is an error of that node, not the end of the program.
  std::signal(SIGPIPE, SIG_IGN);
  // Passwords pass through this process; they do not belong into a core dump. The limit does not
  // hold for a core_pattern that is a program, as systemd-coredump is one.
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  try {
    wgmesh::init_crypto();
    return wgmesh::run_main({argv + std::min(argc, 1), argv + argc});
  } catch (const std::exception& error) {
    fmt::print(stderr, "mesh: {}\n", error.what());
    return wgmesh::kExitFailed;
  }
}
