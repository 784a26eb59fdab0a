// Where a peer is sent to. Endpoints roam: what a live peer was last seen at is better than what its
// name resolves to. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "agent/state/state.h"
#include "proto/plan.pb.h"
#include "proto/status.pb.h"

namespace wgmesh {

// What must be known of the present to leave roamed endpoints alone.
struct EndpointKnowledge {
  std::map<std::string, SocketAddress>
      resolved;  // by peer node name; absent: not resolved, or no endpoint
  const proto::Plan* committed = nullptr;  // the stored plan, may be null
  const State* observed = nullptr;
  const proto::Status* status = nullptr;  // for handshake ages
  std::int64_t now = 0;                   // seconds since the epoch
};

// The peers that have shaken hands as lately as one does that can be reached.
class LivePeers {
 public:
  LivePeers(const proto::Status& status, std::int64_t now);  // seconds since the epoch
  bool contains(const std::string& public_key) const { return keys_.contains(public_key); }

 private:
  std::set<std::string> keys_;  // octets, as messages have them
};

class EndpointChoice {
 public:
  // What `known` points to must outlive the choice.
  explicit EndpointChoice(const EndpointKnowledge& known);

  // Of a peer with `key` and the inner address `inner`. A live peer's endpoint is kept as the kernel
  // has it, unless its text differs from the committed plan's or the last handshake is older than
  // 135 s. Empty: it has none, or the kernel's stays.
  std::optional<SocketAddress> of(const proto::Peer& peer, const PublicKey& key,
                                  const Prefix& inner) const;

 private:
  // What the kernel knows of a peer, by its key, or else by its inner address: then it gets another
  // key, and is where it was with the former one.
  struct Present {
    bool has_key = false;
    std::optional<SocketAddress> endpoint;
  };
  Present present(const PublicKey& key, const Prefix& inner) const;
  bool keeps(const proto::Peer& peer) const;

  const EndpointKnowledge& known_;
  std::map<std::string, const proto::Peer*> committed_;  // by node
  std::map<Prefix, const WireguardPeer*> by_inner_;      // of what is observed
  std::optional<LivePeers> live_;
};

}  // namespace wgmesh
