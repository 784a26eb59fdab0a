// The keys of one session: what is stored, and what was made or received since. New ones stay in
// memory until they are committed with the plan that uses them.
#pragma once

#include <map>
#include <string>

#include "agent/state/desired.h"
#include "agent/store/stored_mesh.h"
#include "common/key.h"
#include "proto/session.pb.h"

namespace wgmesh {

class SessionSecrets {
 public:
  // Where a key is missing, a session that changes the node makes one; in one that only reads a
  // stand-in takes its place. `rotates`: the private key is new, whatever is stored.
  SessionSecrets(std::string mesh, std::string node, const StoredMesh& stored, bool changes_state,
                 bool rotates = false);

  // Public keys, and proofs of the stored preshared keys for those of `peers` that have one.
  void put_into(proto::Hello& hello, const proto::Open& open) const;
  // Fresh preshared keys for the named peers, each sealed to the peer's session key. Throws Error.
  proto::Secrets make(const proto::MakeSecrets& wanted);
  // Opens what the other nodes of the pairs made. Throws Error for a box that is not for us.
  void receive(const google::protobuf::RepeatedPtrField<proto::SealedSecret>& sealed);

  // For the peers of `plan`; a peer without a preshared key is missing in it.
  NodeSecrets for_plan(const proto::Plan& plan) const;

 private:
  std::string mesh_;
  std::string node_;
  bool changes_state_;
  bool private_key_is_new_;
  Secret private_key_;
  std::map<std::string, Secret> preshared_keys_;
  SessionKey session_key_;
};

}  // namespace wgmesh
