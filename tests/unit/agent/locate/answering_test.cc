// Questions over the loopback interface, which stands for the WireGuard device.
#include "agent/locate/answering.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <future>
#include <optional>

#include "agent/locate/answer_rate.h"
#include "agent/locate/locate_packet.h"
#include "agent/netlink/socket_address.h"
#include "agent/text/messages.h"
#include "common/error.h"
#include "common/unique_fd.h"

namespace wgmesh::answering_test {
namespace {

using namespace std::chrono_literals;

UniqueFd open_at(const char* address) {
  const SocketAddress here{*parse_ip(address), 0};
  const bool is_ipv4 = here.address.family == Family::kIpv4;
  UniqueFd fd(::socket(is_ipv4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const KernelSocketAddress name = put_socket_address(here);
  EXPECT_EQ(::bind(fd.get(), name.get(), name.size), 0) << address;
  return fd;
}

// As systemd does it for PassPacketInfo=yes. What comes to an IPv4 socket before does not say by which interface.
UniqueFd listen_at(const char* address) {
  UniqueFd fd = open_at(address);
  const int yes = 1;
  if (parse_ip(address)->family == Family::kIpv4) {
    EXPECT_EQ(::setsockopt(fd.get(), IPPROTO_IP, IP_PKTINFO, &yes, sizeof yes), 0);
  }
  return fd;
}

void call(const UniqueFd& from, const UniqueFd& to) {
  KernelSocketAddress name;
  name.size = sizeof name.storage;
  ASSERT_EQ(::getsockname(to.get(), reinterpret_cast<sockaddr*>(&name.storage), &name.size), 0);
  ASSERT_EQ(::connect(from.get(), name.get(), name.size), 0);
}

void send(const UniqueFd& from, const std::string& octets) {
  ASSERT_EQ(::send(from.get(), octets.data(), octets.size(), 0),
            static_cast<ssize_t>(octets.size()));
}

std::optional<LocateAnswer> answer_at(const UniqueFd& fd, std::chrono::milliseconds patience) {
  pollfd waiting{fd.get(), POLLIN, 0};
  if (::poll(&waiting, 1, static_cast<int>(patience.count())) <= 0) { return std::nullopt; }
  std::array<std::uint8_t, 100> octets;
  const ssize_t size = ::recv(fd.get(), octets.data(), octets.size(), 0);
  EXPECT_GT(size, 0);
  return parse_locate_answer(std::span(octets).first(static_cast<std::size_t>(size)));
}

LocateQuestion question(std::uint8_t number, std::uint8_t key) {
  LocateQuestion question{.nonce = {number}, .key = {}};
  question.key.octets.fill(key);
  return question;
}

// A node whose peers are 1, at 127.0.0.1 or ::1, and 2, which is seen at 203.0.113.2.
class Answers : public testing::Test {
 protected:
  Answering answering() {
    return {.device = "lo",
            .look =
                [this] {
                  ++looks;
                  proto::Status status;
                  status.set_is_up(true);
                  status.set_time(1000);
                  proto::PeerStatus& asker = *status.mutable_device()->add_peers();
                  asker.set_public_key(std::string(kKeySize, 1));
                  asker.add_allowed_ips("127.0.0.1/32");
                  asker.add_allowed_ips("::1/128");
                  proto::PeerStatus& other = *status.mutable_device()->add_peers();
                  other.set_public_key(std::string(kKeySize, 2));
                  other.set_endpoint("203.0.113.2:51820");
                  other.set_latest_handshake(900);
                  return status;
                },
            .patience = 300ms};
  }
  // Until the questions that wait are answered, and no more come.
  void answer(const Answering& how) { answer_questions(node.get(), how); }

  UniqueFd node = listen_at("127.0.0.1");
  UniqueFd asker = open_at("127.0.0.1");
  int looks = 0;
};

TEST_F(Answers, AreGivenToAllThatWaits) {
  call(asker, node);
  for (std::uint8_t i = 1; i <= 3; ++i) { send(asker, put_locate_question(question(i, 2))); }
  answer(answering());
  for (std::uint8_t i = 1; i <= 3; ++i) {
    const auto told = answer_at(asker, 0ms);
    ASSERT_TRUE(told) << int{i};
    EXPECT_EQ(told->nonce[0], i);
    EXPECT_EQ(told->seen, parse_socket_address("203.0.113.2:51820"));
  }
  EXPECT_EQ(answer_at(asker, 0ms), std::nullopt);
}

TEST_F(Answers, AreGivenOverIpv6Too) {
  node = listen_at("::1");
  asker = open_at("::1");
  call(asker, node);
  send(asker, put_locate_question(question(1, 2)));
  answer(answering());
  EXPECT_TRUE(answer_at(asker, 0ms));
}

TEST_F(Answers, AreGivenToWhatComesWhileItRuns) {
  call(asker, node);
  Answering how = answering();
  auto done = std::async(std::launch::async, [&] { answer(how); });
  for (std::uint8_t i = 1; i <= 3; ++i) {
    std::this_thread::sleep_for(200ms);  // less than its patience
    send(asker, put_locate_question(question(i, 2)));
    EXPECT_TRUE(answer_at(asker, 10s));
  }
  done.get();
}

// Whoever is not behind the tunnel can give himself any address.
TEST_F(Answers, AreNotGivenToWhatComesByAnotherInterface) {
  call(asker, node);
  send(asker, put_locate_question(question(1, 2)));
  Answering how = answering();
  how.device = "wg-test";
  answer(how);
  EXPECT_EQ(answer_at(asker, 0ms), std::nullopt);
  EXPECT_EQ(looks, 0);
}

TEST_F(Answers, NobodyIsAskedAboutWhatIsNoQuestion) {
  call(asker, node);
  const std::string whole = put_locate_question(question(1, 2));
  send(asker, "");
  send(asker, whole.substr(1));
  send(asker, whole + "x");
  send(asker, whole + std::string(1000, 'x'));
  answer(answering());
  EXPECT_EQ(answer_at(asker, 0ms), std::nullopt);
  EXPECT_EQ(looks, 0);
}

TEST_F(Answers, AreNotGivenToOrAboutThoseThatAreNoPeers) {
  call(asker, node);
  send(asker, put_locate_question(question(1, 3)));
  const UniqueFd stranger = open_at("127.0.0.9");
  call(stranger, node);
  send(stranger, put_locate_question(question(1, 2)));
  answer(answering());
  EXPECT_EQ(answer_at(asker, 0ms), std::nullopt);
  EXPECT_EQ(answer_at(stranger, 0ms), std::nullopt);
  EXPECT_EQ(looks, 2);
}

TEST_F(Answers, OfAFloodAreTenInASecond) {
  call(asker, node);
  for (int i = 0; i < 100; ++i) { send(asker, put_locate_question(question(1, 2))); }
  answer(answering());
  int answers = 0;
  while (answer_at(asker, 0ms)) { ++answers; }
  EXPECT_EQ(answers, static_cast<int>(kMostAnswers));
  EXPECT_EQ(looks, answers);
}

// A question that was left behind would start it again at once.
TEST_F(Answers, AFaultIsToldWhenNoQuestionWaitsAnyMore) {
  call(asker, node);
  send(asker, put_locate_question(question(1, 2)));
  send(asker, put_locate_question(question(2, 2)));
  Answering how = answering();
  how.look = [&]() -> proto::Status {
    ++looks;
    throw Error(say<"netlink-refusal">("no"));
  };
  EXPECT_THROW(answer(how), Error);
  EXPECT_EQ(looks, 2);
  EXPECT_EQ(answer_at(node, 0ms), std::nullopt);
}

TEST(AnsweringAt, WhatIsNoSocketOfUdpIsAnError) {
  const UniqueFd stream(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_THROW(answer_questions(stream.get(), {}), SystemError);
  EXPECT_THROW(answer_questions(-1, {}), SystemError);
}

}  // namespace
}  // namespace wgmesh::answering_test
