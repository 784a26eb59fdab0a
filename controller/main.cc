// mesh, the controller: the command line in, a verb run, an exit code out.
#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <variant>
#include <vector>

#include "common/key.h"
#include "controller/chosen_nodes.h"
#include "controller/command_line.h"
#include "controller/commands.h"
#include "controller/complete.h"
#include "controller/exit_code.h"
#include "controller/file/fault.h"
#include "controller/file/mesh_schema.h"
#include "controller/last_word.h"
#include "controller/load_mesh.h"
#include "controller/reach/limits.h"
#include "controller/reach/transport.h"
#include "controller/show/output.h"
#include "controller/show/render_error.h"

namespace wgmesh {
namespace {

int run_verb(const CommandLine& line, const Mesh& mesh, ResultDocument& document) {
  switch (line.verb) {
    case Verb::kUp:
      return run_up(line, mesh, document);
    case Verb::kDown:
      return run_down(line, mesh, document);
    case Verb::kSync:
    case Verb::kRotate:
      return run_up(line, mesh, document);
    case Verb::kPlan:
      return run_plan(line, mesh, document);
    case Verb::kStatus:
      return run_status(line, mesh);
    case Verb::kShow:
      return run_show(line, mesh);
    case Verb::kInfo:
      return run_info(line, mesh);
    case Verb::kCheck:
      return run_check(line, mesh);
    case Verb::kGraph:
      return run_graph(line, mesh);
    case Verb::kBench:
      return run_bench(line, mesh);
    case Verb::kConf:
      return run_conf(line, mesh);
    case Verb::kHosts:
      return run_hosts(mesh);
    case Verb::kExport:
      return line.offline ? run_offline_export(line, mesh) : run_export(line, mesh);
    case Verb::kInit:  // has no mesh
    case Verb::kCompletion:
    case Verb::kHelp:
    case Verb::kVersion:
      break;  // parse_command_line answers those
  }
  return kExitBadUsage;
}

// The exit code of `deed`, or of what it throws, which is told.
template <class Deed>
int with_errors_told(const CommandLine& line, const Deed& deed) {
  try {
    return deed();
  } catch (const MeshFileFaults& faults) {
    for (const Fault& fault : faults.faults()) { print_fault(fault, line.progress); }
    return kExitBadMeshFile;
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

bool tells_result(const CommandLine& line) { return line.json_out && changes_nodes(line.verb); }

int run(const CommandLine& line, ResultDocument& document) {
  if (line.schema) {
    put_result(kMeshSchema);
    return kExitDone;
  }
  if (line.verb == Verb::kInit) {
    return with_errors_told(line, [&] { return run_init(line); });
  }
  std::optional<Mesh> mesh;
  try {
    mesh = load_mesh(line);
  } catch (const MeshFileFaults& faults) {
    for (const Fault& fault : faults.faults()) { print_fault(fault, line.progress); }
    return kExitBadMeshFile;
  } catch (const Error& error) {
    print_error(report_of(error), line.progress);
    return kExitBadMeshFile;
  }
  document.put_mesh(mesh->name);
  if (tells_result(line)) {
    // Without what became of the nodes: the threads that know it are at work.
    set_last_word([command = to_text(line.verb), name = mesh->name](int exit_code) {
      ResultDocument last;
      last.put_mesh(name);
      return last.render(command, exit_code, take_told());
    });
  }
  if (const auto unknown = find_unknown_node(*mesh, line)) {
    print_error(report_of(*unknown), line.progress);
    return kExitBadUsage;
  }
  return with_errors_told(line, [&] { return run_verb(line, *mesh, document); });
}

// A command that only tells something has failed when that does not arrive: `mesh info >
// /dev/full`. What a change has done to the nodes stays true. A reader that has seen enough (`mesh
// info | head`) is nothing to complain about.
int with_result_told(int exit_code, bool changes_state) {
  const int error_number = result_error();
  if (error_number == 0) { return exit_code; }
  if (error_number != EPIPE) {
    say(render_error(report_of(SystemError("write to standard output", error_number))));
  }
  const bool is_success = is_done(exit_code) || exit_code == kExitChangesPending;
  return is_success && !changes_state ? kExitFailed : exit_code;
}

int run_main(const std::vector<std::string>& arguments) {
  if (!arguments.empty() && arguments.front() == kCompleteCommand) {
    const auto words = std::span(arguments).subspan(1);
    put_result(to_text(complete(words, node_names_in_file)));
    return kExitDone;
  }
  const auto parsed = parse_command_line(arguments);
  if (const auto* usage = std::get_if<UsageExit>(&parsed)) {
    put_result(usage->out);
    say(usage->err);
    if (usage->json_out && usage->exit_code != kExitDone) {
      Told told;
      told.errors.push_back(report_of(usage->said));
      put_result(ResultDocument().render(usage->command, usage->exit_code, told));
    }
    return with_result_told(usage->exit_code, false);
  }
  const auto& line = std::get<CommandLine>(parsed);
  ResultDocument document;
  const int exit_code = run(line, document);
  if (tells_result(line) && claim_last_word()) {
    put_result(document.render(to_text(line.verb), exit_code, take_told()));
  }
  return with_result_told(exit_code, changes_state(line));
}

}  // namespace
}  // namespace wgmesh

int main(int argc, char** argv) {
  wgmesh::hold_standard_descriptors();
  wgmesh::raise_limits();
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
  } catch (const std::bad_alloc&) {
    wgmesh::say(wgmesh::no_memory_text());
  } catch (const std::system_error& error) {  // std::thread's
    const wgmesh::Error own = wgmesh::own_limit_error("start a thread", error.code().value());
    wgmesh::say(wgmesh::render_error(wgmesh::report_of(own)));
  } catch (const std::exception& error) {
    for (const char* part : {"mesh: ", error.what(), "\n"}) { wgmesh::say(part); }
  }
  return wgmesh::kExitFailed;
}
