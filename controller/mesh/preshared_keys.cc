#include "controller/mesh/preshared_keys.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "common/short_peers.h"

namespace wgmesh {
namespace {

// For each ordered pair of nodes, by their places in the file, the start of the proof that the first one holds for the
// second; 0: none. A node that names a peer twice is taken at its first word.
class Proofs {
 public:
  Proofs(const Mesh& mesh, const Facts& facts)
      : size_(mesh.nodes.size()), starts_(size_ * size_, 0) {
    for (const Node& node : mesh.nodes) { numbers_.emplace(node.name, numbers_.size()); }
    for (const Node& node : mesh.nodes) {
      if (const auto hello = facts.find(node.name); hello != facts.end()) {
        list(mesh, node, hello->second);
      }
    }
  }

  std::size_t place(const Node& node) const { return numbers_.at(node.name); }
  std::uint64_t of(std::size_t holder, std::size_t peer) const {
    return starts_[holder * size_ + peer];
  }

 private:
  void list(const Mesh& mesh, const Node& node, const proto::Hello& hello) {
    const std::size_t row = numbers_.at(node.name) * size_;
    for (const proto::PresharedProof& held : hello.preshared()) {
      const auto peer = numbers_.find(held.node());
      if (peer == numbers_.end() || starts_[row + peer->second] != 0) { continue; }
      starts_[row + peer->second] = start_of(held.proof());
    }
    if (hello.short_proofs().empty()) { return; }
    const std::string_view proofs = hello.short_proofs();
    std::size_t at = 0;
    for (const Node* peer : opened_peers(mesh, node)) {
      if (at >= proofs.size()) { return; }
      starts_[row + numbers_.at(peer->name)] = start_of(proofs.substr(at));
      at += kShortProof;
    }
  }

  static std::uint64_t start_of(std::string_view proof) {
    std::uint64_t start = 0;
    static_assert(sizeof start == kShortProof);
    std::memcpy(&start, proof.data(), std::min(proof.size(), sizeof start));
    return start;
  }

  std::size_t size_;
  std::unordered_map<std::string_view, std::size_t> numbers_;
  std::vector<std::uint64_t> starts_;
};

// By their places in the file: of each node's pairs, those at every other place.
bool makes_the_key(std::size_t node, std::size_t peer) {
  return (node + peer) % 2 == 1 ? node < peer : node > peer;
}

}  // namespace

std::map<std::string, std::vector<std::string>> preshared_keys_to_make(
    const Mesh& mesh, const Facts& facts, const std::set<std::string>& rotated) {
  std::map<std::string, std::vector<std::string>> to_make;
  const Proofs proofs(mesh, facts);
  std::unordered_set<const Node*> known;
  for (const Node& node : mesh.nodes) {
    if (facts.contains(node.name)) { known.insert(&node); }
  }
  for (const Node& node : mesh.nodes) {
    if (!known.contains(&node)) { continue; }
    const bool node_rotates = rotated.contains(node.name);
    const std::size_t place = proofs.place(node);
    for (const Node* peer : peers_of(mesh, node)) {
      const std::size_t other = proofs.place(*peer);
      if (!makes_the_key(place, other)) {
        continue;  // the pair is seen from its other end
      }
      if (!known.contains(peer)) { continue; }
      const std::uint64_t mine = proofs.of(place, other);
      const bool rotates = node_rotates || (!rotated.empty() && rotated.contains(peer->name));
      if (rotates || mine == 0 || mine != proofs.of(other, place)) {
        to_make[node.name].push_back(peer->name);
      }
    }
  }
  return to_make;
}

}  // namespace wgmesh
