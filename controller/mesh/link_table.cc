#include "controller/mesh/link_table.h"

namespace wgmesh {

LinkTable::LinkTable(const Mesh& mesh,
                     const std::function<const proto::Status*(const Node&)>& status_of)
    : rows_(mesh.nodes.size()) {
  std::vector<std::string> addresses;
  for (const Node& node : mesh.nodes) {
    const IpAddress inner = inner_address_of(mesh, node).address;
    addresses.push_back(to_text(Prefix{inner, inner.bits()}));
  }
  Places by_name;
  Places by_address;
  for (std::size_t i = 0; i < mesh.nodes.size(); ++i) {
    by_name.emplace(mesh.nodes[i].name, i);
    by_address.emplace(addresses[i], i);
  }
  for (std::size_t i = 0; i < mesh.nodes.size(); ++i) {
    rows_[i].status = status_of(mesh.nodes[i]);
    if (rows_[i].status != nullptr) { fill(rows_[i], by_name, by_address); }
  }
}

void LinkTable::fill(Row& row, const Places& by_name, const Places& by_address) const {
  row.peers.assign(rows_.size(), kNone);
  row.ports.assign(rows_.size(), kNone);
  std::int32_t number = 0;
  for (const proto::PeerStatus& peer : row.status->device().peers()) {
    if (!peer.node().empty()) {
      const auto place = by_name.find(peer.node());
      const bool is_first = place != by_name.end() && row.peers[place->second] == kNone;
      if (is_first) { row.peers[place->second] = number; }
    } else if (peer.allowed_ips_size() == 1) {
      const auto place = by_address.find(peer.allowed_ips(0));
      if (place != by_address.end()) { row.nameless.try_emplace(place->second, number); }
    }
    ++number;
  }
  number = 0;
  for (const proto::PortStatus& port : row.status->ports()) {
    const auto place = by_name.find(port.peer());
    const bool is_first = place != by_name.end() && row.ports[place->second] == kNone;
    if (is_first) { row.ports[place->second] = number; }
    ++number;
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
