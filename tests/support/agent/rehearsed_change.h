// A change of a node with a fake kernel, and what it must lead to: what tests stand on that break
// it off somewhere. Rehearsed once without any fault, then run many times with one.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/change/proposal.h"
#include "agent/linux/failing_kernel.h"
#include "agent/store/store.h"
#include "tests/support/agent/fake_kernel.h"

namespace wgmesh {

// Interfaces, stored files and /etc/hosts of a node.
struct NodeSnapshot {
  std::map<std::string, FakeInterface> interfaces;
  std::map<std::string, std::string> files;
  std::optional<std::string> hosts;
  bool operator==(const NodeSnapshot&) const = default;
};

struct RehearsedChange {
  std::string name;
  FakeKernel kernel;  // where it begins
  StoredMesh stored;
  WantedChange goal;
  bool commits = true;  // or everything is applied and then undone

  NodeSnapshot before;
  NodeSnapshot after;
  std::size_t to_apply = 0;  // operations before the barrier
  std::size_t in_all = 0;
};

// With every peer's endpoint as an address; and goals that have no plan.
WantedChange goal_of(const proto::Plan& plan);
WantedChange goal_of(proto::Goal kind);

// A first `up` with that many peers, a change with something of each kind, `down` and `down -r`;
// each committed, and each undone when it is applied.
std::vector<RehearsedChange> rehearsed_changes(int peers);

// A node as the change finds it; its stored files are in `folder`.
struct NodeUnderChange {
  NodeUnderChange(const RehearsedChange& change, const std::string& folder);
  NodeSnapshot snapshot();
  // The whole transaction with the kernel failing as told. Throws what it throws. Returns the
  // number of operations.
  std::size_t run(const RehearsedChange& change, InjectedFault fault = {});

  FakeKernel kernel;
  Store store;
};

}  // namespace wgmesh
