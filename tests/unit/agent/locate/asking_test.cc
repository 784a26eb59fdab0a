// Common peers that this test plays, on addresses of the loopback interface.
#include "agent/locate/asking.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <optional>
#include <thread>

#include "agent/locate/locate_packet.h"
#include "agent/netlink/socket_address.h"
#include "common/unique_fd.h"

namespace wgmesh::asking_test {
namespace {

using namespace std::chrono_literals;

PublicKey key_of(std::uint8_t octet) {
  PublicKey key;
  key.octets.fill(octet);
  return key;
}

SocketAddress place(const char* text) { return *parse_socket_address(text); }

// Answers each question with what `says` makes of it, if anything.
class PlayedPeer {
 public:
  using Says = std::function<std::string(const LocateQuestion&)>;

  // `port` 0: whatever is free.
  PlayedPeer(const char* address, std::uint16_t port, Says says) : says_(std::move(says)) {
    const KernelSocketAddress name = put_socket_address({*parse_ip(address), port});
    EXPECT_EQ(::bind(fd_.get(), name.get(), name.size), 0) << address;
    thread_ = std::thread([this] { play(); });
  }
  PlayedPeer(const PlayedPeer&) = delete;
  PlayedPeer& operator=(const PlayedPeer&) = delete;
  ~PlayedPeer() {
    over_ = true;
    thread_.join();
  }
  std::uint16_t port() const {
    KernelSocketAddress name;
    name.size = sizeof name.storage;
    ::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&name.storage), &name.size);
    return parse_kernel_socket_address(name.octets())->port;
  }
  std::atomic<int> asked = 0;

 private:
  void play() {
    while (!over_) {
      pollfd waiting{fd_.get(), POLLIN, 0};
      if (::poll(&waiting, 1, 20) <= 0) { continue; }
      std::array<std::uint8_t, 100> octets;
      KernelSocketAddress from;
      from.size = sizeof from.storage;
      const ssize_t size = ::recvfrom(fd_.get(), octets.data(), octets.size(), 0,
                                      reinterpret_cast<sockaddr*>(&from.storage), &from.size);
      const auto question =
          parse_locate_question(std::span(octets).first(static_cast<std::size_t>(size)));
      ASSERT_TRUE(question);
      ++asked;
      const std::string answer = says_(*question);
      if (answer.empty()) { continue; }
      ::sendto(fd_.get(), answer.data(), answer.size(), 0, from.get(), from.size);
    }
  }

  UniqueFd fd_{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  Says says_;
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

PlayedPeer::Says says(std::optional<SocketAddress> seen) {
  return [seen](const LocateQuestion& question) {
    return put_locate_answer({question.nonce, seen});
  };
}
std::string says_nothing(const LocateQuestion& /*question*/) { return {}; }

LocateErrand errand_to(std::initializer_list<const char*> peers,
                       std::initializer_list<std::uint8_t> keys) {
  LocateErrand errand;
  errand.own = *parse_ip("127.0.0.1");
  for (const char* const peer : peers) { errand.common.push_back(*parse_ip(peer)); }
  for (const std::uint8_t key : keys) { errand.keys.push_back(key_of(key)); }
  errand.may_be = [](const SocketAddress&) { return true; };
  return errand;
}

LocateLimits limits_at(std::uint16_t port) {
  return {.port = port, .at_once = 9, .patience = 300ms, .in_all = 10s};
}

TEST(AskCommonPeers, TakesWhatTheFirstSays) {
  PlayedPeer first("127.0.0.2", 0, says(place("203.0.113.5:1")));
  PlayedPeer second("127.0.0.3", first.port(), says(place("203.0.113.6:1")));
  const auto found =
      ask_common_peers(errand_to({"127.0.0.2", "127.0.0.3"}, {1, 2}), limits_at(first.port()));
  EXPECT_EQ(found,
            (Sightings{{key_of(1), place("203.0.113.5:1")}, {key_of(2), place("203.0.113.5:1")}}));
  EXPECT_EQ(second.asked, 0);
}

TEST(AskCommonPeers, AsksTheNextIfOneDoesNotAnswerOrKnowsNoPlace) {
  PlayedPeer silent("127.0.0.2", 0, says_nothing);
  PlayedPeer ignorant("127.0.0.3", silent.port(), says(std::nullopt));
  PlayedPeer knowing("127.0.0.4", silent.port(), says(place("203.0.113.5:1")));
  // Nobody is at 127.0.0.9, and fd00::1 cannot be asked from an IPv4 address.
  const auto found = ask_common_peers(
      errand_to({"127.0.0.9", "fd00::1", "127.0.0.2", "127.0.0.3", "127.0.0.4"}, {1}),
      limits_at(silent.port()));
  EXPECT_EQ(found, (Sightings{{key_of(1), place("203.0.113.5:1")}}));
  EXPECT_EQ(silent.asked, 1);
  EXPECT_EQ(ignorant.asked, 1);
}

TEST(AskCommonPeers, AsksTheNextIfNobodyMayBeThere) {
  PlayedPeer liar("127.0.0.2", 0, says(place("127.0.0.1:22")));
  PlayedPeer honest("127.0.0.3", liar.port(), says(place("203.0.113.5:1")));
  LocateErrand errand = errand_to({"127.0.0.2", "127.0.0.3"}, {1});
  errand.may_be = [](const SocketAddress& seen) { return is_public(seen.address); };
  EXPECT_EQ(ask_common_peers(errand, limits_at(liar.port())),
            (Sightings{{key_of(1), place("203.0.113.5:1")}}));
}

TEST(AskCommonPeers, TakesNoAnswerToAnotherQuestion) {
  PlayedPeer other("127.0.0.2", 0, [](const LocateQuestion& question) {
    LocateNonce nonce = question.nonce;
    nonce[0] = static_cast<std::uint8_t>(nonce[0] + 1);
    return put_locate_answer({nonce, place("203.0.113.5:1")});
  });
  EXPECT_EQ(ask_common_peers(errand_to({"127.0.0.2"}, {1}), limits_at(other.port())), Sightings{});
  EXPECT_EQ(other.asked, 1);
}

TEST(AskCommonPeers, AsksNoPeerTooMuchAtOnce) {
  PlayedPeer first("127.0.0.2", 0, says(place("203.0.113.5:1")));
  PlayedPeer second("127.0.0.3", first.port(), says(place("203.0.113.6:1")));
  LocateLimits limits = limits_at(first.port());
  limits.at_once = 2;
  const auto found =
      ask_common_peers(errand_to({"127.0.0.2", "127.0.0.3"}, {1, 2, 3, 4, 5}), limits);
  EXPECT_EQ(found.size(), 4u);
  EXPECT_EQ(first.asked, 2);
  EXPECT_EQ(second.asked, 2);
}

TEST(AskCommonPeers, EndsInTime) {
  PlayedPeer silent("127.0.0.2", 0, says_nothing);
  LocateLimits limits = limits_at(silent.port());
  limits.in_all = 500ms;
  LocateErrand errand = errand_to({}, {1});
  for (int i = 0; i < 100; ++i) { errand.common.push_back(*parse_ip("127.0.0.2")); }
  EXPECT_EQ(ask_common_peers(errand, limits), Sightings{});
  EXPECT_LE(silent.asked, 2);
}

}  // namespace
}  // namespace wgmesh::asking_test
