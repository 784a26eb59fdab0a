// What a controller wants of this node, compared with what the node is: the desired state, the
// files to store, and the list of operations. Reads the kernel and changes nothing.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/state/desired.h"
#include "agent/state/kernel.h"
#include "agent/state/schedule.h"
#include "agent/store/predecessor.h"
#include "agent/store/store.h"
#include "proto/session.pb.h"

namespace wgmesh {

struct WantedChange {
  proto::Goal kind = proto::DOWN;
  std::optional<proto::Plan> plan;  // of UP and STORE
  std::optional<NodeSecrets> secrets;
  std::map<std::string, SocketAddress> endpoints;  // resolved, by peer node
  // The stored plan is brought up again. Its files and its generation stay as they are.
  bool restores = false;
  // Keys change in two steps: staged beside those in use, then put into use.
  bool rotates = false;
  // Of UP: the mesh is taken over from the tool before this one.
  std::optional<Predecessor> predecessor{};
};

struct Proposal {
  Scope scope;
  State desired;
  StoredMesh stored;                       // what is kept once it is committed
  std::vector<Staged> files;               // which files change by that
  State observed;                          // what the list starts from, as it was read
  Schedule schedule;                       // what is shown, and what is applied
  bool is_first = false;                   // no plan was stored before
  bool rotates = false;                    // keys change in two steps: see Due
  std::map<PublicKey, std::string> peers;  // the node of each, of this plan and the one before
  std::vector<std::string> notes;          // for the user, when all is done
  std::set<std::string> left_out;          // of a restore: bridge_ports that are not there (yet)
  std::vector<std::string> left_places;    // of a predecessor: see predecessor.h

  std::optional<Said> hosts_left_out;  // of a restore: why /etc/hosts stays as it is

  bool changes_nothing() const { return schedule.empty() && files.empty() && left_places.empty(); }
};

// `plan`, completed from what is stored. A peer that is marked as_stored comes from the committed
// plan. It is left out if the committed plan or its preshared key is missing, or if the kind of
// tunnel changes. Throws Refused if `plan` was not made from the committed plan, because somebody
// has changed the node in between.
proto::Plan settled_plan(const proto::Plan& plan, const StoredMesh& stored);

// Throws Refused if the node cannot become what is wanted, and names everything that stands in the
// way.
Proposal make_proposal(const KernelReading& reading, const Store& store, const std::string& mesh,
                       const WantedChange& goal);
// The same of what is read now.
Proposal make_proposal(Kernel& kernel, const Store& store, const std::string& mesh,
                       const WantedChange& goal);

// The same of what was read and loaded already, without the files that change. Throws Refused.
Proposal proposal_without_files(const KernelReading& reading, const Loaded& loaded,
                                const std::string& mesh, const WantedChange& goal);

// Throws Refused for names that are taken, for interfaces that do not exist, and for a file /etc/hosts that is damaged
// or cannot be changed.
void refuse_obstacles(const Observation& observed, const Proposal& proposal);

}  // namespace wgmesh
