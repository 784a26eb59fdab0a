#include "agent/change/stored_goal.h"

#include "agent/text/messages.h"

namespace wgmesh {
namespace {

std::string joined(const std::vector<Said>& faults) {
  std::string all;
  for (const Said& fault : faults) { all += (all.empty() ? "" : "; ") + fault.text; }
  return all;
}

}  // namespace

WantedChange stored_goal(const Loaded& loaded, const std::string& folder) {
  refuse_unreadable(loaded);
  if (!loaded.faults.empty()) { throw Error(say<"mesh-files-damaged">(joined(loaded.faults))); }
  const StoredMesh& mesh = loaded.mesh;
  if (!mesh.plan || !mesh.private_key) {
    throw Error(say<"mesh-files-missing">("the plan or the private key", folder));
  }
  for (const proto::Peer& peer : mesh.plan->peers()) {
    if (mesh.preshared_keys.contains(peer.node())) { continue; }
    throw Error(say<"mesh-files-missing">("the preshared key of " + peer.node(), folder));
  }
  return {proto::UP, mesh.plan, NodeSecrets{*mesh.private_key, mesh.preshared_keys}, mesh.endpoints,
          true};
}

}  // namespace wgmesh
