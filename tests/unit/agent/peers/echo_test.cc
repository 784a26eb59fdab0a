// Two ends on the loopback interface, each in a thread of its own.
#include "agent/peers/echo.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace wgmesh::echo_test {
namespace {

constexpr EchoToken kToken{7};

Echo echo_on_loopback(const EchoToken& token = kToken) {
  return Echo({*parse_ip("127.0.0.1")}, token, {*parse_prefix("127.0.0.0/8")});
}

proto::Probe probe_of(const Echo& from, const SocketAddress& to, unsigned large = 0) {
  proto::Probe probe;
  probe.set_duration(3000);
  proto::ProbeTarget& target = *probe.add_targets();
  target.set_from(to_text(from.listeners().front().address));
  target.set_address(to_text(to.address));
  target.set_port(to.port);
  target.set_large(large);
  return probe;
}

// Answers until it goes away.
class Answering {
 public:
  explicit Answering(Echo& echo)
      : thread_([this, &echo] {
          while (!ending_) {
            echo.answer();
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
          }
        }) {}
  ~Answering() {
    ending_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

TEST(Echo, ListensOnlyOnAddressesThatTheNodeHas) {
  const Echo echo({*parse_ip("127.0.0.1"), *parse_ip("192.0.2.77")}, kToken, {});
  ASSERT_EQ(echo.listeners().size(), 1u);
  EXPECT_EQ(echo.listeners()[0].address, *parse_ip("127.0.0.1"));
  EXPECT_NE(echo.listeners()[0].port, 0);
}

TEST(Echo, MeasuresTheRoundTripAndALargePacket) {
  Echo here = echo_on_loopback();
  Echo there = echo_on_loopback();
  const Answering answering(there);
  const proto::Probed probed = here.probe(probe_of(here, there.listeners()[0], 1400));
  ASSERT_EQ(probed.results_size(), 1);
  EXPECT_GE(probed.results(0).answered(), 5u);
  EXPECT_GE(probed.results(0).asked(), probed.results(0).answered());
  EXPECT_GT(probed.results(0).round_trip(), 0u);
  EXPECT_LT(probed.results(0).round_trip(), 3'000'000u);
  EXPECT_TRUE(probed.results(0).large_answered());
}

TEST(Echo, APacketThatIsTooLongForTheLinkStaysUnanswered) {
  Echo here = echo_on_loopback();
  Echo there = echo_on_loopback();
  const Answering answering(there);
  proto::Probe probe = probe_of(here, there.listeners()[0], 70000);  // more than lo's 65536
  probe.set_duration(600);
  const proto::Probed probed = here.probe(probe);
  EXPECT_GE(probed.results(0).answered(), 1u);
}

TEST(Echo, AnswersNobodyWithAnotherToken) {
  Echo here = echo_on_loopback();
  Echo stranger = echo_on_loopback(EchoToken{8});
  const Answering answering(stranger);
  proto::Probe probe = probe_of(here, stranger.listeners()[0]);
  probe.set_duration(300);
  EXPECT_EQ(here.probe(probe).results(0).answered(), 0u);
}

TEST(Echo, AnswersOthersWhileItAsks) {
  Echo a = echo_on_loopback();
  Echo b = echo_on_loopback();
  proto::Probed of_a;
  std::thread other([&] {
    of_a = a.probe(probe_of(a, b.listeners()[0]));
    const Answering answering(a);
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  });
  const proto::Probed of_b = b.probe(probe_of(b, a.listeners()[0]));
  {
    const Answering answering(b);
    other.join();
  }
  EXPECT_GE(of_a.results(0).answered(), 1u);
  EXPECT_GE(of_b.results(0).answered(), 1u);
}

// Else whoever may say who is asked makes every node send to strangers.
TEST(Echo, AsksNobodyOutsideOfTheMesh) {
  Echo here({*parse_ip("127.0.0.1")}, kToken,
            {*parse_prefix("127.0.0.0/24"), *parse_prefix("fd00::1/64")});
  Echo there({*parse_ip("127.0.1.1")}, kToken, {});
  const Answering answering(there);
  const auto asked = [&](const char* address, std::uint16_t port) {
    proto::Probe probe = probe_of(here, {*parse_ip(address), port});
    probe.set_duration(150);
    return here.probe(probe).results(0);
  };
  for (const char* address : {"127.0.1.1", "198.51.100.7", "0.0.0.0", "2001:db8::1"}) {
    const proto::ProbeResult result = asked(address, there.listeners()[0].port);
    EXPECT_THAT(result.error(), testing::HasSubstr("is not inside the mesh")) << address;
    EXPECT_EQ(result.asked(), 0u) << address;
    EXPECT_EQ(result.answered(), 0u) << address;
  }
  EXPECT_THAT(asked("127.0.0.2", 9).error(), testing::IsEmpty());
}

TEST(Echo, SaysWhereItCannotAsk) {
  Echo here = echo_on_loopback();
  proto::Probe probe;
  probe.set_duration(100);
  probe.add_targets()->set_address("garbage");
  proto::ProbeTarget& elsewhere = *probe.add_targets();
  elsewhere.set_from("192.0.2.9");
  elsewhere.set_address("127.0.0.1");
  elsewhere.set_port(9);
  const proto::Probed probed = here.probe(probe);
  EXPECT_THAT(probed.results(0).error(), testing::HasSubstr("no address and port"));
  EXPECT_THAT(probed.results(1).error(), testing::HasSubstr("nothing listens on 192.0.2.9"));
}

}  // namespace
}  // namespace wgmesh::echo_test
