#include "agent/session/session_secrets.h"

#include "agent/text/messages.h"
#include "common/naming.h"

namespace wgmesh {
namespace {

std::string to_octets(const PublicKey& key) { return {key.octets.begin(), key.octets.end()}; }

}  // namespace

SessionSecrets::SessionSecrets(std::string mesh, std::string node, const StoredMesh& stored,
                               bool changes_state, bool rotates)
    : mesh_(std::move(mesh)),
      node_(std::move(node)),
      changes_state_(changes_state),
      private_key_is_new_(rotates || !stored.private_key),
      private_key_(!private_key_is_new_ ? *stored.private_key
                   : changes_state      ? Secret::make_private_key()
                                        : Secret::stand_in(mesh_, node_)),
      preshared_keys_(stored.preshared_keys) {}

void SessionSecrets::put_into(proto::Hello& hello, const proto::Open& open) const {
  hello.set_public_key(to_octets(public_key_of(private_key_)));
  hello.set_public_key_is_new(private_key_is_new_);
  hello.set_session_key(to_octets(session_key_.public_key()));
  for (const proto::OpenPeer& peer : open.peers()) {
    const auto key = preshared_keys_.find(peer.node());
    if (key == preshared_keys_.end()) { continue; }
    const auto octets = preshared_proof(key->second, mesh_, node_, peer.node());
    proto::PresharedProof& proof = *hello.add_preshared();
    proof.set_node(peer.node());
    proof.set_proof(std::string(octets.begin(), octets.end()));
  }
}

proto::Secrets SessionSecrets::make(const proto::MakeSecrets& wanted) {
  proto::Secrets made;
  Sealer sealer;
  for (const proto::SecretFor& peer : wanted.peers()) {
    const auto to = public_key_from(peer.session_key());
    if (!to || !is_node_name(peer.node())) { throw Error(say<"session-key-missing">(peer.node())); }
    const Secret key = changes_state_ ? Secret::make_preshared_key()
                                      : Secret::stand_in(mesh_, node_ + ' ' + peer.node());
    proto::SealedSecret& box = *made.add_sealed();
    box.set_node(peer.node());
    box.set_box(sealer.seal(key, *to));
    preshared_keys_.insert_or_assign(peer.node(), key);
  }
  return made;
}

void SessionSecrets::receive(
    const google::protobuf::RepeatedPtrField<proto::SealedSecret>& sealed) {
  for (const proto::SealedSecret& box : sealed) {
    const auto key = session_key_.open(box.box());
    if (!key || !is_node_name(box.node())) { throw Error(say<"session-key-foreign">(box.node())); }
    preshared_keys_.insert_or_assign(box.node(), *key);
  }
}

NodeSecrets SessionSecrets::for_plan(const proto::Plan& plan) const {
  NodeSecrets secrets{private_key_, {}};
  for (const proto::Peer& peer : plan.peers()) {
    const auto key = preshared_keys_.find(peer.node());
    if (key != preshared_keys_.end()) { secrets.preshared_keys.insert(*key); }
  }
  return secrets;
}

}  // namespace wgmesh
