#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>

#include "agent/change/hosts_change.h"
#include "agent/change/proposal.h"
#include "agent/change/settle.h"
#include "agent/change/stored_goal.h"
#include "agent/change/transaction.h"
#include "agent/commands.h"
#include "agent/each_mesh.h"
#include "agent/store/lock.h"
#include "agent/text/messages.h"

namespace wgmesh {
namespace {

// What became of it, in a word or two for the mesh's line; `fault` gets what went wrong on the
// way.
std::string restore(const ThisNode& this_node, const Store& store, const std::string& mesh,
                    Said& fault) {
  const Holder me{"wgmesh-agent restore", 0, std::time(nullptr), ::getpid()};
  const MeshLock lock(this_node.paths.run, mesh, me, this_node.lock_patience);
  const auto kernel = this_node.open_kernel();
  const NodeLog log(this_node.paths);
  print(mesh, settle(*kernel, store, mesh, Errand::kToChange, log));
  const Loaded loaded = store.load(mesh);
  if (loaded.mesh.empty() && loaded.faults.empty()) { return "nothing is stored"; }
  if (loaded.mesh.taken_down) { return "stays down"; }

  Proposal proposal = make_proposal(*kernel, store, mesh, stored_goal(loaded, store.folder(mesh)));
  if (!proposal.left_out.empty()) {
    fault = say<"restore-port-missing">(fmt::format("{}", fmt::join(proposal.left_out, "; ")));
  }
  if (proposal.hosts_left_out) { fault = *proposal.hosts_left_out; }
  // After the change and apart from it: a fault of the file shall not keep the mesh down.
  const std::optional<HostsBlock> hosts = take_out_hosts(proposal);
  const std::optional<HostsBlock>& hosts_now = proposal.observed.hosts;
  if (proposal.changes_nothing() && hosts == hosts_now) { return "is up already"; }
  TransactionSetup setup{mesh, me.origin, lock.fd(), std::chrono::minutes(5), {}, false, log, true};
  setup.list_was_shown = false;
  if (this_node.with_watcher) { setup.open_kernel = this_node.open_kernel; }
  Transaction transaction(*kernel, store, std::move(setup));
  transaction.apply(proposal, [](std::size_t, std::size_t) {});
  if (const auto left = transaction.commit()) { fault = *left; }
  if (const auto left = change_hosts(*kernel, proposal.scope, hosts_now, hosts)) { fault = *left; }
  return "restored";
}

}  // namespace

int run_restore(const ThisNode& this_node, const std::string& mesh) {
  return for_each_mesh(this_node, mesh, "not restored", restore);
}

}  // namespace wgmesh
