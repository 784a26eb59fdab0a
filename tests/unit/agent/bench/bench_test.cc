// Both ends on the loopback interface, the receiver in a thread of its own.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <fstream>
#include <optional>
#include <thread>

#include "agent/bench/bench_receiver.h"
#include "agent/bench/bench_sender.h"
#include "agent/netlink/socket_address.h"
#include "common/error.h"

namespace wgmesh::bench_test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const IpAddress kHere = *parse_ip("127.0.0.1");
const IpAddress kOther = *parse_ip("127.0.0.2");
const auto kGoesOn = [] { return false; };

BenchTags tags_of(char octet) { return bench_tags_of(std::string(kBenchTokenSize, octet)); }

BenchReceiver::Limits limits() { return {.duration = 20s, .most_octets = 4'000'000'000}; }

// A receiver at 127.0.0.1 that waits for the other end.
class Receiving {
 public:
  explicit Receiving(const BenchReceiver::Limits& wanted = limits(), const IpAddress& peer = kHere)
      : receiver_({kHere, peer, "lo"}, tags_of('t'), wanted),
        tcp_port(receiver_.tcp_port()),
        udp_port(receiver_.udp_port()),
        thread_([this] {
          try {
            result_ = receiver_.run([this] { return ends_.load(); });
          } catch (const Error& error) { error_.emplace(error); }
          done_ = true;
        }) {}
  Receiving(const Receiving&) = delete;
  Receiving& operator=(const Receiving&) = delete;
  ~Receiving() {
    ends_ = true;
    if (thread_.joinable()) { thread_.join(); }
  }

  // Waits until it is done by itself.
  const std::optional<proto::BenchReceived>& result() {
    thread_.join();
    return result_;
  }
  const std::optional<Error>& error() const { return error_; }
  bool is_done() const { return done_; }
  void end_session() { ends_ = true; }

  BenchLoad load() const {
    return {.tcp_port = tcp_port,
            .udp_port = udp_port,
            .tcp_duration = 400ms,
            .udp_duration = 200ms,
            .most_octets = 4'000'000'000,
            .patience = 500ms};
  }

 private:
  BenchReceiver receiver_;
  std::atomic<bool> ends_ = false;
  std::atomic<bool> done_ = false;
  std::optional<proto::BenchReceived> result_;
  std::optional<Error> error_;

 public:
  const std::uint16_t tcp_port;
  const std::uint16_t udp_port;

 private:
  std::thread thread_;
};

proto::BenchSent send(const BenchLoad& load, char token = 't', const IpAddress& own = kHere) {
  return send_bench({own, kHere, "lo"}, tags_of(token), load, kGoesOn);
}

Error refusal_of(const BenchLoad& load, char token = 't', const IpAddress& own = kHere) {
  try {
    send(load, token, own);
  } catch (const Error& error) { return error; }
  return Error(Said{"", "it was measured", ""});
}

UniqueFd connected(std::uint16_t port, const IpAddress& own = kHere) {
  UniqueFd fd = open_bench_socket({own, kHere, {}}, SOCK_STREAM);
  connect_bench_socket(fd.get(), {own, kHere, {}}, port, std::chrono::steady_clock::now() + 2s);
  return fd;
}

// Whether the other end closes the connection within two seconds.
bool is_closed(int fd) {
  std::array<char, 64> octets;
  pollfd waiting{fd, POLLIN, 0};
  return wait_for_ready({&waiting, 1}, std::chrono::steady_clock::now() + 3s) &&
         ::recv(fd, octets.data(), octets.size(), 0) <= 0;
}

bool is_listened_to(std::uint16_t port) {
  const std::string local = fmt::format(":{:04X} ", port);
  for (const std::string table : {"/proc/net/tcp", "/proc/net/udp"}) {
    std::ifstream file(table);
    for (std::string line; std::getline(file, line);) {
      constexpr std::size_t kLocalEnds = 21;
      const bool is_open = table.ends_with("udp") || line.find(" 0A ") != std::string::npos;
      if (is_open && line.substr(0, kLocalEnds).find(local) != std::string::npos) { return true; }
    }
  }
  return false;
}

TEST(Bench, MeasuresThroughputLossAndRoundTrips) {
  Receiving receiving;
  const proto::BenchSent sent = send(receiving.load());
  const auto received = receiving.result();
  ASSERT_TRUE(received) << receiving.error()->what();
  EXPECT_GT(received->tcp_rate(), 1'000'000U);
  EXPECT_GT(received->udp_rate(), 1'000'000U);
  EXPECT_GT(received->udp_datagrams(), 0U);
  EXPECT_LE(received->udp_datagrams(), sent.udp_datagrams());
  EXPECT_TRUE(sent.has_round_trip_idle());
  EXPECT_TRUE(sent.has_round_trip_load());
  EXPECT_LE(sent.cpu(), 1000U);
  EXPECT_LE(received->cpu(), 1000U);
}

TEST(Bench, MeasuresOverIpv6) {
  const IpAddress here = *parse_ip("::1");
  BenchReceiver receiver({here, here, "lo"}, tags_of('t'), limits());
  const BenchLoad load{.tcp_port = receiver.tcp_port(),
                       .udp_port = receiver.udp_port(),
                       .tcp_duration = 200ms,
                       .udp_duration = 100ms,
                       .most_octets = 1'000'000'000};
  std::optional<proto::BenchReceived> received;
  std::thread thread([&] { received = receiver.run(kGoesOn); });
  send_bench({here, here, "lo"}, tags_of('t'), load, kGoesOn);
  thread.join();
  EXPECT_GT(received->tcp_rate(), 0U);
}

TEST(Bench, NothingListensAfterwards) {
  Receiving receiving;
  EXPECT_TRUE(is_listened_to(receiving.tcp_port));
  EXPECT_TRUE(is_listened_to(receiving.udp_port));
  send(receiving.load());
  ASSERT_TRUE(receiving.result());
  EXPECT_FALSE(is_listened_to(receiving.tcp_port));
  EXPECT_FALSE(is_listened_to(receiving.udp_port));
}

// Only who knows the token is sent anything, and only from whom knows it anything is taken.
TEST(Bench, AnotherTokenIsNotAnswered) {
  Receiving receiving;
  const Error error = refusal_of(receiving.load(), 'x');
  EXPECT_EQ(error.id(), "bench-no-answer");
  EXPECT_THAT(error.message(), HasSubstr("does not answer over UDP within 1 s"));
  send(receiving.load());  // it has not been kept from the right one
  EXPECT_TRUE(receiving.result());
}

TEST(Bench, AConnectionWithAnotherTokenIsClosed) {
  const Receiving receiving;
  const UniqueFd fd = connected(receiving.tcp_port);
  const auto hello = tags_of('x').put({BenchKind::kHello});
  ::send(fd.get(), hello.data(), hello.size(), MSG_NOSIGNAL);
  EXPECT_TRUE(is_closed(fd.get()));
  EXPECT_FALSE(receiving.is_done());
}

TEST(Bench, AConnectionThatSaysNothingIsClosed) {
  const Receiving receiving;
  const UniqueFd fd = connected(receiving.tcp_port);
  EXPECT_TRUE(is_closed(fd.get()));
}

TEST(Bench, AnotherPeerIsNotListenedTo) {
  Receiving receiving(limits(), kOther);
  const UniqueFd fd = connected(receiving.tcp_port);
  EXPECT_TRUE(is_closed(fd.get()));
  EXPECT_EQ(refusal_of(receiving.load()).id(), "bench-no-answer");
  send(receiving.load(), 't', kOther);
  EXPECT_TRUE(receiving.result());
}

TEST(Bench, ListensOnlyOnTheAddressThatItIsGiven) {
  const Receiving receiving;
  const UniqueFd fd = open_bench_socket({kHere, kOther, {}}, SOCK_STREAM);
  EXPECT_THROW(connect_bench_socket(fd.get(), {kHere, kOther, {}}, receiving.tcp_port,
                                    std::chrono::steady_clock::now() + 2s),
               SystemError);
}

TEST(Bench, ThePeerMustComeInTime) {
  BenchReceiver::Limits wanted = limits();
  wanted.until_hello = 200ms;
  Receiving receiving(wanted);
  EXPECT_FALSE(receiving.result());
  EXPECT_EQ(receiving.error()->id(), "bench-nobody-came");
  EXPECT_EQ(receiving.error()->message(), "127.0.0.1 did not come within 1 s");
}

TEST(Bench, EndsAtItsDeadline) {
  BenchReceiver::Limits wanted = limits();
  wanted.duration = 300ms;
  Receiving receiving(wanted);
  EXPECT_TRUE(receiving.result());
  EXPECT_FALSE(is_listened_to(receiving.tcp_port));
}

TEST(Bench, EndsWithTheSession) {
  Receiving receiving;
  receiving.end_session();
  const auto began = std::chrono::steady_clock::now();
  EXPECT_TRUE(receiving.result());
  EXPECT_LT(std::chrono::steady_clock::now() - began, 2s);
}

TEST(Bench, TheSenderEndsWithItsSession) {
  const Receiving receiving;
  BenchLoad load = receiving.load();
  load.tcp_duration = 30s;
  const auto began = std::chrono::steady_clock::now();
  send_bench({kHere, kHere, "lo"}, tags_of('t'), load,
             [&] { return std::chrono::steady_clock::now() - began > 700ms; });
  EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
}

TEST(Bench, SendsNoMoreThanWasAgreed) {
  Receiving receiving;
  BenchLoad load = receiving.load();
  load.most_octets = 1'000'000;
  load.tcp_duration = 5s;
  const auto began = std::chrono::steady_clock::now();
  const proto::BenchSent sent = send(load);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 4s);
  EXPECT_TRUE(receiving.result());
  EXPECT_LE(sent.udp_datagrams() * 8900, 1'000'000U);
}

TEST(Bench, TakesNoMoreThanWasAgreed) {
  BenchReceiver::Limits wanted = limits();
  wanted.most_octets = 1'000'000;
  Receiving receiving(wanted);
  BenchLoad load = receiving.load();
  load.tcp_duration = 5s;
  refusal_of(load);
  EXPECT_FALSE(receiving.result());
  EXPECT_EQ(receiving.error()->id(), "bench-too-much");
  EXPECT_EQ(receiving.error()->message(),
            "127.0.0.1 sends more than the 1000000 bytes that were agreed");
}

TEST(Bench, NothingIsSentWhereNobodyListens) {
  const UniqueFd silent = open_bench_socket({kHere, kHere, {}}, SOCK_DGRAM);
  const BenchLoad load{
      .tcp_port = 1, .udp_port = port_of(silent.get()), .tcp_duration = 1s, .patience = 300ms};
  EXPECT_EQ(refusal_of(load).id(), "bench-no-answer");
}

// A receiver that proves itself over UDP, and is somebody else over TCP.
TEST(Bench, TheStreamWantsAProofOfItsOwn) {
  const Receiving receiving;
  const UniqueFd stranger = open_bench_listener({kHere, kHere, {}});
  BenchLoad load = receiving.load();
  load.tcp_port = port_of(stranger.get());
  EXPECT_THAT(refusal_of(load).message(), HasSubstr("does not answer over TCP"));
}

TEST(Bench, ADeviceThatIsNotThereIsAnError) {
  try {
    open_bench_socket({kHere, kHere, "br-nowhere"}, SOCK_STREAM);
    ADD_FAILURE() << "it is bound";
  } catch (const SystemError& error) {
    EXPECT_EQ(error.message(), "bind to br-nowhere: No such device");
  }
}

}  // namespace
}  // namespace wgmesh::bench_test
