// The WireGuard peers and bridge ports that nodes tell of, by the places of both ends in the mesh
// file: a search per pair takes N^3 steps. There are N^2 peers, more than caches hold. So each peer is read once, in the
// order in which its node tells it, and what most questions need of it is kept in one octet. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <unordered_map>
#include <vector>

#include "controller/mesh/mesh.h"
#include "proto/status.pb.h"

namespace wgmesh {

struct Traffic {
  std::uint64_t received = 0;
  std::uint64_t sent = 0;
};

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

  // named_peer has shaken hands within kLiveHandshake, by the clock of `here`.
  bool is_live(std::size_t here, std::size_t there) const { return has(here, there, kLive); }
  // Of named_peer, by the clock of `here`: seconds since the epoch, 0: never.
  std::int64_t latest_handshake(std::size_t here, std::size_t there) const {
    const Row& row = rows_[here];
    return row.status == nullptr ? 0 : row.handshakes[there];
  }
  // Of all peers of `here`, known or not: octets.
  Traffic traffic(std::size_t here) const { return rows_[here].traffic; }
  // peer() has the key that `there` tells, and has shaken hands as lately.
  bool is_sound(std::size_t here, std::size_t there) const { return has(here, there, kSound); }

 private:
  class Places;
  static constexpr std::uint8_t kLive = 1;
  static constexpr std::uint8_t kSound = 2;
  static constexpr std::int32_t kNone = -1;  // no such peer or port

  struct Row {
    const proto::Status* status = nullptr;
    std::vector<std::int32_t> peers;  // by place: which of the status's
    std::vector<std::int32_t> ports;
    std::unordered_map<std::size_t, std::int32_t> nameless;  // peers, by place
    std::vector<std::uint8_t> marks;                         // by place: kLive, kSound
    std::vector<std::int64_t> handshakes;                    // by place, of peers
    Traffic traffic;
  };

  bool has(std::size_t here, std::size_t there, std::uint8_t mark) const {
    const Row& row = rows_[here];
    return row.status != nullptr && (row.marks[there] & mark) != 0;
  }
  void fill(std::size_t here, Places& by_name, Places& by_address);

  std::vector<Row> rows_;
};

}  // namespace wgmesh
