// wgmesh-agent: the command line of the node's program.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "agent/commands.h"
#include "agent/linux_kernel.h"
#include "agent/lock.h"
#include "agent/node_facts.h"
#include "agent/process.h"
#include "agent/serve.h"
#include "common/key.h"
#ifdef WGMESH_FAULTS
#include "agent/failing_kernel.h"
#endif

namespace wgmesh {
namespace {

constexpr int kExitUsage = 64;

Surroundings this_node() {
  Surroundings node;
  node.open_kernel = [] { return std::make_unique<LinuxKernel>(); };
  node.probe = put_node_facts;
#ifdef WGMESH_FAULTS
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
  CLI::App app("Configures this node's part of a WireGuard mesh.", "wgmesh-agent");
  app.require_subcommand(1);
  std::string mesh;
  bool as_json = false;
  bool forget = false;
  auto* serve_verb = app.add_subcommand("serve", "the controller's end of the protocol");
  auto* status_verb = app.add_subcommand("status", "what the meshes of this node are doing");
  status_verb->add_option("MESH", mesh, "only this one");
  status_verb->add_flag("--json", as_json, "as JSON");
  auto* down_verb = app.add_subcommand("down", "take a mesh down, and keep it down at boot");
  down_verb->add_option("MESH", mesh)->required();
  down_verb->add_flag("-r,--remove", forget, "forget its keys and plan too");
  app.add_subcommand("version", "the version of this program");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kExitUsage;
  }
  harden_process();
  init_crypto();
  if (*serve_verb) return run_serve();
  if (*status_verb) return run_status(this_node(), mesh, as_json);
  if (*down_verb) return run_down(this_node(), mesh, forget);
  std::puts("wgmesh-agent " WGMESH_VERSION);
  return 0;
}

}  // namespace
}  // namespace wgmesh

int main(int argc, char** argv) {
  try {
    return wgmesh::run(argc, argv);
  } catch (const wgmesh::Error& error) {
    std::fprintf(stderr, "wgmesh-agent: %s\n", error.what());
    if (!error.cure().empty()) std::fprintf(stderr, "  %s\n", error.cure().c_str());
    return dynamic_cast<const wgmesh::Locked*>(&error) != nullptr ? wgmesh::kExitLocked
                                                                  : wgmesh::kExitFailed;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "wgmesh-agent: %s\n", error.what());
    return wgmesh::kExitFailed;
  }
}
