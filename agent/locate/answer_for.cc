#include "agent/locate/answer_for.h"

#include <algorithm>
#include <string>

#include "agent/state/endpoint_choice.h"

namespace wgmesh {

std::optional<LocateAnswer> answer_for(const LocateQuestion& question, const IpAddress& asker,
                                       const proto::Status& status) {
  if (!status.is_up()) { return std::nullopt; }
  const auto& peers = status.device().peers();
  const std::string address = to_text(Prefix{asker, asker.bits()});
  const bool is_peer = std::ranges::any_of(peers, [&](const proto::PeerStatus& peer) {
    return std::ranges::find(peer.allowed_ips(), address) != peer.allowed_ips().end();
  });
  const std::string key(question.key.octets.begin(), question.key.octets.end());
  const auto wanted = std::ranges::find(peers, key, &proto::PeerStatus::public_key);
  if (!is_peer || wanted == peers.end()) { return std::nullopt; }
  LocateAnswer answer{.nonce = question.nonce, .seen = {}};
  if (LivePeers(status, status.time()).contains(key)) {
    answer.seen = parse_socket_address(wanted->endpoint());
  }
  return answer;
}

}  // namespace wgmesh
