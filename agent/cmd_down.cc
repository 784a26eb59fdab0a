#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>

#include "agent/change/proposal.h"
#include "agent/change/refused.h"
#include "agent/change/settle.h"
#include "agent/change/transaction.h"
#include "agent/commands.h"
#include "agent/node/uninstall.h"
#include "agent/store/lock.h"
#include "agent/text/messages.h"
#include "common/naming.h"

namespace wgmesh {

int run_down(const ThisNode& this_node, const std::string& mesh, bool forget) {
  if (!is_mesh_name(mesh)) { throw Refused(say<"mesh-name-invalid">(mesh)); }
  const Store store(this_node.paths.state);
  const Holder me{"wgmesh-agent down", 0, std::time(nullptr), ::getpid()};
  MeshLock lock(this_node.paths.run, mesh, me, this_node.lock_patience);
  const auto kernel = this_node.open_kernel();
  const NodeLog log(this_node.paths);
  print(mesh, settle(*kernel, store, mesh, forget ? Errand::kToRemove : Errand::kToChange, log));

  const WantedChange goal{forget ? proto::REMOVE : proto::DOWN, {}, {}, {}};
  const Proposal proposal = make_proposal(*kernel, store, mesh, goal);
  TransactionSetup setup{mesh, me.origin, lock.fd(), std::chrono::minutes(5), {}};
  setup.log = log;
  setup.list_was_shown = false;
  if (this_node.with_watcher) { setup.open_kernel = this_node.open_kernel; }
  Transaction transaction(*kernel, store, std::move(setup));
  transaction.apply(proposal, [](std::size_t, std::size_t) {});
  const auto left = transaction.commit();
  for (const ScheduledOperation& each : proposal.schedule) {
    fmt::print("{}\n", describe(each.operation));
  }
  for (const std::string& note : proposal.notes) { fmt::print("{}\n", note); }
  if (left) { throw Error(*left); }
  if (proposal.changes_nothing()) { fmt::print("{}: nothing to do\n", mesh); }
  if (forget) {
    forget_mesh(this_node.paths, store, mesh, lock,
                [&](const std::string& said) { fmt::print(stderr, "{}: {}\n", mesh, said); });
  }
  return 0;
}

}  // namespace wgmesh
