// The WireGuard peers and bridge ports that nodes tell of, by the places of both ends in the mesh
// file: a search per pair takes N^3 steps. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "controller/mesh/mesh.h"
#include "proto/status.pb.h"

namespace wgmesh {

class LinkTable {
 public:
  // `status_of`: what the node tells, null for nothing. All of it outlives the table.
  LinkTable(const Mesh& mesh, const std::function<const proto::Status*(const Node&)>& status_of);

  // Of the node at place `here`, towards the one at `there`. Null: it has none. Where there are two
  // the first counts.
  const proto::PeerStatus* named_peer(std::size_t here, std::size_t there) const;
  // By its name or, where the node has another key than the plan, by the address that only it has.
  const proto::PeerStatus* peer(std::size_t here, std::size_t there) const;
  const proto::PortStatus* port(std::size_t here, std::size_t there) const;

 private:
  static constexpr std::int32_t kNone = -1;
  using Places = std::unordered_map<std::string_view, std::size_t>;

  struct Row {
    const proto::Status* status = nullptr;
    std::vector<std::int32_t> peers;  // by place: which of the status's
    std::vector<std::int32_t> ports;
    std::unordered_map<std::size_t, std::int32_t> nameless;  // peers, by place
  };

  void fill(Row& row, const Places& by_name, const Places& by_address) const;

  std::vector<Row> rows_;
};

}  // namespace wgmesh
