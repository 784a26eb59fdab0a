#include "tests/support/agent/rehearsed_change.h"

#include <fmt/format.h>

#include "agent/change/transaction.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/test_node.h"

namespace wgmesh {
namespace {

StoredMesh stored_for(const proto::Plan& plan) {
  NodeSecrets secrets = example_secrets(plan);
  StoredMesh stored;
  stored.private_key = secrets.private_key;
  stored.preshared_keys = std::move(secrets.preshared_keys);
  stored.plan = plan;
  return stored;
}

// Its peers have a line each in /etc/hosts.
proto::Plan with_names(proto::Plan plan) {
  plan.clear_needs();
  plan.add_needs("hosts");
  plan.clear_hosts();
  for (const proto::Peer& peer : plan.peers()) {
    proto::Host& host = *plan.add_hosts();
    host.set_node(peer.node());
    host.add_addresses(fmt::format("fd00:0:0:1::{:x}", plan.hosts_size() + 1));
  }
  return plan;
}

void rehearse(RehearsedChange& change) {
  const TemporaryFolder folder;
  NodeUnderChange node(change, folder.path());
  change.before = node.snapshot();
  change.to_apply =
      operations_due(make_proposal(node.kernel, node.store, "test", change.goal).schedule,
                     Due::kApply)
          .size();
  change.in_all = node.run(change);
  change.after = node.snapshot();
}

}  // namespace

WantedChange goal_of(const proto::Plan& plan) {
  WantedChange goal{proto::UP, plan, example_secrets(plan), {}};
  for (const proto::Peer& peer : plan.peers()) {
    if (const auto address = parse_socket_address(peer.endpoint())) {
      goal.endpoints[peer.node()] = *address;
    }
  }
  return goal;
}

WantedChange goal_of(proto::Goal kind) {
  WantedChange goal;
  goal.kind = kind;
  return goal;
}

NodeUnderChange::NodeUnderChange(const RehearsedChange& change, const std::string& folder)
    : kernel(change.kernel), store(folder) {
  const auto files = store.changes("test", change.stored);
  if (files.empty()) { return; }
  store.stage("test", change.stored, files);
  store.publish("test", files);
}

NodeSnapshot NodeUnderChange::snapshot() {
  return {kernel.interfaces(), files_under(store.root()), kernel.hosts_file};
}

std::size_t NodeUnderChange::run(const RehearsedChange& change, InjectedFault fault) {
  FailingKernel failing(kernel, fault);
  const Proposal proposal = make_proposal(failing, store, "test", change.goal);
  Transaction transaction(failing, store, {"test", "root@test"});
  transaction.apply(proposal, [](std::size_t, std::size_t) {});
  if (change.commits) {
    transaction.hold();
    transaction.commit();
  } else {
    transaction.undo();
  }
  return failing.count();
}

std::vector<RehearsedChange> rehearsed_changes(int peers) {
  const proto::Plan plan = with_names(example_plan_of(peers));
  FakeKernel bare;
  bare.hosts_file = "127.0.0.1 localhost\n::1 localhost";
  bare.put(FakeInterface{.name = "eth1", .up = true});
  RehearsedChange up;
  up.name = "up";
  up.kernel = bare;
  up.goal = goal_of(plan);
  rehearse(up);
  RehearsedChange on_top;
  on_top.kernel.interfaces() = up.after.interfaces;
  on_top.kernel.hosts_file = up.after.hosts;
  on_top.stored = stored_for(plan);

  std::vector<RehearsedChange> changes;
  for (const bool commits : {true, false}) {
    const auto add = [&](RehearsedChange change, const char* name, WantedChange goal) {
      change.name = fmt::format("{} with {} peers{}", name, peers, commits ? "" : ", then undone");
      change.goal = std::move(goal);
      change.commits = commits;
      rehearse(change);
      changes.push_back(std::move(change));
    };
    add(up, "up", up.goal);
    add(on_top, "change", goal_of(with_names(changed(plan))));
    add(on_top, "down", goal_of(proto::DOWN));
    add(on_top, "remove", goal_of(proto::REMOVE));
  }
  return changes;
}

}  // namespace wgmesh
