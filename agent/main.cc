// wgmesh-agent: the node's program.
#include <poll.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "agent/command_line.h"
#include "agent/commands.h"
#include "agent/linux/linux_kernel.h"
#include "agent/node/installation.h"
#include "agent/node/process.h"
#include "agent/privilege.h"
#include "agent/session/node_facts.h"
#include "agent/session/serve.h"
#include "agent/store/lock.h"
#include "agent/version.h"
#include "common/key.h"
#ifdef WGMESH_FAULTS
#include "agent/linux/failing_kernel.h"
#endif

namespace wgmesh {
namespace {

// "CLIENT PORT SERVER PORT", as sshd has it.
std::string own_end_of(const char* connection) {
  std::string words = connection == nullptr ? "" : connection;
  for (int before = 0; before < 2; ++before) { words.erase(0, words.find(' ') + 1); }
  return words.substr(0, words.find(' '));
}

#ifdef WGMESH_FAULTS
// For as many milliseconds as the variable says.
void stand_still(const char* variable) {
  if (const char* time = std::getenv(variable)) { ::poll(nullptr, 0, std::atoi(time)); }
}
#endif

ThisNode this_node() {
  ThisNode node;
  node.open_kernel = [] { return std::make_unique<LinuxKernel>(); };
  node.probe = put_node_facts;
  node.require_privilege = require_privilege;
  node.reached_at = own_end_of(std::getenv("SSH_CONNECTION"));
#ifdef WGMESH_FAULTS
  node.before_promise = [] { stand_still("WGMESH_PROMISE_AFTER"); };
  node.after_promise = [] {
    stand_still("WGMESH_DEAF_AFTER_PROMISE");
    if (std::getenv("WGMESH_DIE_AFTER_PROMISE") != nullptr) { ::raise(SIGKILL); }
  };
  node.open_session_kernel = [] {
    return std::make_unique<FailingKernel>(std::make_unique<LinuxKernel>(), read_fault());
  };
#endif
  return node;
}

int run_serve() {
  UniqueFd out = take_stdout();
  const UniqueFd signals = take_stop_signals();
  SessionIo io(UniqueFd(0), std::move(out), signals.get());
  return serve(io, this_node());
}

int run(int argc, char** argv) {
  const CommandLine line = parse_command_line(argc, argv);
  harden_process();
  init_crypto();
  switch (line.verb) {
    case Verb::kHelp:
      std::fputs(help_for(line.topic).c_str(), stdout);
      return 0;
    case Verb::kServe:
      if (line.fleeting) { remove_own_program(); }
      return run_serve();
    case Verb::kStatus:
      if (line.as_check) { return run_check(this_node(), line.mesh, line.limits); }
      if (line.as_metrics) { return run_metrics(this_node(), line.mesh, line.output); }
      return run_status(this_node(), line.mesh,
                        line.as_document ? StatusForm::kDocument
                        : line.as_json   ? StatusForm::kWgJson
                                         : StatusForm::kText);
    case Verb::kRestore:
      require_privilege();
      return run_restore(this_node(), line.mesh);
    case Verb::kRefresh:
      require_privilege();
      return run_refresh(this_node(), line.mesh);
    case Verb::kLocate:
      return run_locate(this_node(), line.mesh);
    case Verb::kDown:
      require_privilege();
      return run_down(this_node(), line.mesh, line.remove);
    case Verb::kVersion:
      std::fputs(version_text(line.verbose).c_str(), stdout);
      return 0;
  }
  return kExitFailed;
}

int exit_code_of(const Error& error) {
  if (dynamic_cast<const UsageError*>(&error) != nullptr) { return kExitUsage; }
  if (dynamic_cast<const Locked*>(&error) != nullptr) { return kExitLocked; }
  return kExitFailed;
}

}  // namespace
}  // namespace wgmesh

int main(int argc, char** argv) {
  try {
    return wgmesh::run(argc, argv);
  } catch (const wgmesh::Error& error) {
    std::fprintf(stderr, "wgmesh-agent: %s\n", error.what());
    if (!error.cure().empty()) { std::fprintf(stderr, "  %s\n", error.cure().c_str()); }
    return wgmesh::exit_code_of(error);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "wgmesh-agent: %s\n", error.what());
    return wgmesh::kExitFailed;
  }
}
