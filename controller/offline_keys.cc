#include "controller/offline_keys.h"

#include <optional>

namespace wgmesh {
namespace {

std::optional<Secret> kept_for(const std::map<std::string, KeptKeys>& kept, const std::string& node,
                               const PublicKey& peer) {
  const auto own = kept.find(node);
  if (own == kept.end()) { return std::nullopt; }
  const auto found = own->second.preshared_keys.find(peer);
  return found == own->second.preshared_keys.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

OfflineKeys offline_keys(const Mesh& mesh, const std::map<std::string, KeptKeys>& kept) {
  OfflineKeys keys;
  std::map<std::string, PublicKey> public_keys;
  for (const Node& node : mesh.nodes) {
    const auto own = kept.find(node.name);
    const bool has_own = own != kept.end() && own->second.private_key;
    const Secret key = has_own ? *own->second.private_key : Secret::make_private_key();
    public_keys.emplace(node.name, public_key_of(key));
    keys.private_keys.emplace(node.name, key);
  }
  for (const Node& node : mesh.nodes) {
    for (const Node* peer : peers_of(mesh, node)) {
      if (node.name > peer->name) { continue; }  // the pair is seen from its other end
      auto secret = kept_for(kept, node.name, public_keys.at(peer->name));
      if (!secret) { secret = kept_for(kept, peer->name, public_keys.at(node.name)); }
      keys.preshared_keys.emplace(std::pair(node.name, peer->name),
                                  secret ? *secret : Secret::make_preshared_key());
    }
  }
  return keys;
}

}  // namespace wgmesh
