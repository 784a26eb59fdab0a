#include "controller/mesh/link_table.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "controller/mesh/diagnosis.h"

namespace wgmesh {

// Where a text stands in a list. Nodes tell their peers in the order of the mesh file as a rule, so the place after the
// last one is tried first.
class LinkTable::Places {
 public:
  explicit Places(std::vector<std::string> texts) : texts_(std::move(texts)) {
    for (std::size_t i = 0; i < texts_.size(); ++i) { places_.emplace(texts_[i], i); }
  }

  std::optional<std::size_t> find(std::string_view text) {
    if (next_ >= texts_.size() || texts_[next_] != text) {
      const auto found = places_.find(text);
      if (found == places_.end()) { return std::nullopt; }
      next_ = found->second;
    }
    return next_++;
  }

 private:
  std::vector<std::string> texts_;
  std::unordered_map<std::string_view, std::size_t> places_;
  std::size_t next_ = 0;
};

LinkTable::LinkTable(const Mesh& mesh,
                     const std::function<const proto::Status*(const Node&)>& status_of)
    : rows_(mesh.nodes.size()) {
  std::vector<std::string> names;
  std::vector<std::string> addresses;
  for (const Node& node : mesh.nodes) {
    names.push_back(node.name);
    const IpAddress inner = inner_address_of(mesh, node).address;
    addresses.push_back(to_text(Prefix{inner, inner.bits()}));
  }
  Places by_name(std::move(names));
  Places by_address(std::move(addresses));
  for (std::size_t i = 0; i < rows_.size(); ++i) { rows_[i].status = status_of(mesh.nodes[i]); }
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (rows_[i].status != nullptr) { fill(i, by_name, by_address); }
  }
}

void LinkTable::fill(std::size_t here, Places& by_name, Places& by_address) {
  Row& row = rows_[here];
  row.peers.assign(rows_.size(), kNone);
  row.ports.assign(rows_.size(), kNone);
  row.marks.assign(rows_.size(), 0);
  row.handshakes.assign(rows_.size(), 0);
  std::int32_t number = -1;
  for (const proto::PeerStatus& peer : row.status->device().peers()) {
    ++number;
    row.traffic.received += peer.transfer_rx();
    row.traffic.sent += peer.transfer_tx();
    const bool is_named = !peer.node().empty();
    if (!is_named && peer.allowed_ips_size() != 1) { continue; }
    const auto place = is_named ? by_name.find(peer.node()) : by_address.find(peer.allowed_ips(0));
    if (!place) { continue; }
    const bool has_named = row.peers[*place] != kNone;
    const bool has_nameless = row.nameless.contains(*place);
    if (is_named ? has_named : has_nameless) { continue; }
    const bool is_live = wgmesh::is_live(*row.status, peer);
    if (is_named) {
      row.peers[*place] = number;
      row.handshakes[*place] = peer.latest_handshake();
      if (is_live) { row.marks[*place] |= kLive; }
    } else {
      row.nameless.emplace(*place, number);
    }
    const proto::Status* there = rows_[*place].status;
    const bool is_first = !has_named && !has_nameless;
    const bool is_sound = is_first && is_live && there != nullptr &&
                          peer.public_key() == there->device().public_key();
    if (is_sound) { row.marks[*place] |= kSound; }
  }
  number = -1;
  for (const proto::PortStatus& port : row.status->ports()) {
    ++number;
    const auto place = by_name.find(port.peer());
    if (place && row.ports[*place] == kNone) { row.ports[*place] = number; }
  }
}

const proto::PeerStatus* LinkTable::named_peer(std::size_t here, std::size_t there) const {
  const Row& row = rows_[here];
  if (row.status == nullptr || row.peers[there] == kNone) { return nullptr; }
  return &row.status->device().peers(row.peers[there]);
}

const proto::PeerStatus* LinkTable::peer(std::size_t here, std::size_t there) const {
  const Row& row = rows_[here];
  if (row.status == nullptr) { return nullptr; }
  const auto nameless = row.nameless.find(there);
  if (nameless == row.nameless.end()) { return named_peer(here, there); }
  const std::int32_t named = row.peers[there];
  const bool named_is_first = named != kNone && named < nameless->second;
  return &row.status->device().peers(named_is_first ? named : nameless->second);
}

const proto::PortStatus* LinkTable::port(std::size_t here, std::size_t there) const {
  const Row& row = rows_[here];
  if (row.status == nullptr || row.ports[there] == kNone) { return nullptr; }
  return &row.status->ports(row.ports[there]);
}

}  // namespace wgmesh
