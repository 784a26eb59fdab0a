#include "agent/session/adoption.h"

#include "agent/session/obstacles.h"
#include "agent/text/messages.h"

namespace wgmesh {

Adoption find_adoption(const Paths& paths, const proto::Open& open, const Loaded& loaded) {
  // Without an address there is no plan to come.
  if (loaded.mesh.plan || open.inner_address().empty() || open.removes()) { return {}; }
  try {
    return {find_predecessor(paths.wireguard, paths.units, open.mesh()), std::nullopt};
  } catch (const Error& error) {
    return {std::nullopt, say<"predecessor-not-adopted">(error.message())};
  }
}

StoredMesh with_adopted_keys(StoredMesh stored, const Adoption& adoption) {
  if (!adoption.predecessor) { return stored; }
  stored.private_key = adoption.predecessor->private_key;
  stored.preshared_keys = adoption.predecessor->preshared_keys;
  return stored;
}

void put_adoption(const Adoption& adoption, proto::Hello& hello) {
  if (adoption.obstacle) { put_problem(*adoption.obstacle, hello); }
  if (!adoption.predecessor) { return; }
  proto::Adoption& told = *hello.mutable_adoption();
  told.set_file(adoption.predecessor->file);
  for (const std::string& name : adoption.predecessor->interfaces) { told.add_interfaces(name); }
}

}  // namespace wgmesh
