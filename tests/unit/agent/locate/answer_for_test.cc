#include "agent/locate/answer_for.h"

#include <gtest/gtest.h>

namespace wgmesh::answer_for_test {
namespace {

constexpr std::int64_t kNow = 1'700'000'000;

PublicKey key_of(std::uint8_t octet) {
  PublicKey key;
  key.octets.fill(octet);
  return key;
}

void add_peer(proto::Status& status, std::uint8_t octet, const char* inner, const char* endpoint,
              std::int64_t handshake) {
  proto::PeerStatus& peer = *status.mutable_device()->add_peers();
  peer.set_public_key(std::string(kKeySize, static_cast<char>(octet)));
  peer.add_allowed_ips(inner);
  peer.set_endpoint(endpoint);
  peer.set_latest_handshake(handshake);
}

// Peer 1 is fd00::1 and live, peer 2 is fd00::2 and quiet.
proto::Status two_peers() {
  proto::Status status;
  status.set_is_up(true);
  status.set_time(kNow);
  add_peer(status, 1, "fd00::1/128", "203.0.113.1:51820", kNow - 135);
  add_peer(status, 2, "fd00::2/128", "203.0.113.2:51820", kNow - 136);
  return status;
}

LocateQuestion question_for(std::uint8_t octet) { return {.nonce = {7, 7}, .key = key_of(octet)}; }

TEST(LocateAnswerFor, TellsAPeerWhereAnotherOneIsSeen) {
  const auto answer = answer_for(question_for(1), *parse_ip("fd00::2"), two_peers());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->nonce, question_for(1).nonce);
  EXPECT_EQ(answer->seen, parse_socket_address("203.0.113.1:51820"));
}

TEST(LocateAnswerFor, TellsAPeerWhereItIsSeenItself) {
  EXPECT_TRUE(answer_for(question_for(1), *parse_ip("fd00::1"), two_peers())->seen);
}

TEST(LocateAnswerFor, TellsNoPlaceOfAPeerThatIsQuiet) {
  const auto answer = answer_for(question_for(2), *parse_ip("fd00::1"), two_peers());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->seen, std::nullopt);
}

TEST(LocateAnswerFor, SaysNothingToOrAboutThoseThatAreNoPeers) {
  EXPECT_EQ(answer_for(question_for(1), *parse_ip("fd00::3"), two_peers()), std::nullopt);
  EXPECT_EQ(answer_for(question_for(1), *parse_ip("203.0.113.2"), two_peers()), std::nullopt);
  EXPECT_EQ(answer_for(question_for(3), *parse_ip("fd00::2"), two_peers()), std::nullopt);
}

TEST(LocateAnswerFor, SaysNothingWhileTheMeshIsDown) {
  proto::Status status = two_peers();
  status.set_is_up(false);
  EXPECT_EQ(answer_for(question_for(1), *parse_ip("fd00::2"), status), std::nullopt);
}

}  // namespace
}  // namespace wgmesh::answer_for_test
