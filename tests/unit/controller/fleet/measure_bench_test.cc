#include "controller/fleet/measure_bench.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/controller/scripted_fleet.h"

namespace wgmesh::measure_bench_test {
namespace {

using namespace std::chrono_literals;
using Body = proto::ToAgent;

// a sends, b receives.
class ABench : public testing::Test, protected ScriptedFleet {
 protected:
  BenchRun run() {
    Fleet fleet(nodes_, [&](const Node& node) {
      return std::make_unique<Session>(std::make_unique<ScriptedAgent>(scripts_[node.name]), "",
                                       2s);
    });
    fleet.connect([](const Node&, Session& session) { session.open({}); });
    BenchRun run{"a", "b", beside_};
    measure_bench(fleet, {*parse_ip("fd00::1"), *parse_ip("fd00::2")}, {1s, 4000, false}, run);
    lost_ = fleet.failures();
    return run;
  }

  void answer(const std::string& node, Body::BodyCase body, const proto::FromAgent& answer) {
    scripts_[node].answers[body] = [answer](const Body&) { return std::vector{answer}; };
  }

  bool beside_ = false;
  std::map<std::string, NodeFailure> lost_;
};

TEST_F(ABench, HasTheFiguresOfBothEnds) {
  const BenchRun run = this->run();
  ASSERT_TRUE(run.figures) << run.why_not.text;
  EXPECT_EQ(run.figures->tcp_rate, 941'000'000U);
  EXPECT_EQ(run.figures->udp_rate, 930'000'000U);
  EXPECT_EQ(run.figures->udp_loss, 0.01);
  EXPECT_EQ(run.figures->round_trip_idle, 310us);
  EXPECT_EQ(run.figures->round_trip_load, 2400us);
  EXPECT_EQ(run.figures->sender_cpu, 350U);
  EXPECT_EQ(run.figures->receiver_cpu, 520U);
}

TEST_F(ABench, GivesBothOneTokenThatIsNewEachTime) {
  run();
  const std::string token = scripts_["b"].last(Body::kBenchReceive).bench_receive().path().token();
  EXPECT_EQ(token.size(), 32U);
  EXPECT_EQ(scripts_["a"].last(Body::kBenchSend).bench_send().path().token(), token);
  run();
  EXPECT_NE(scripts_["b"].last(Body::kBenchReceive).bench_receive().path().token(), token);
}

TEST_F(ABench, TellsEachEndWhereItIsAndWithinWhichBounds) {
  beside_ = true;
  run();
  const auto receive = scripts_["b"].last(Body::kBenchReceive).bench_receive();
  EXPECT_EQ(receive.path().own(), "fd00::2");
  EXPECT_EQ(receive.path().peer(), "fd00::1");
  EXPECT_TRUE(receive.path().beside());
  EXPECT_EQ(receive.most_octets(), 1000U);
  EXPECT_EQ(receive.duration(), 16'333U);
  const auto send = scripts_["a"].last(Body::kBenchSend).bench_send();
  EXPECT_EQ(send.path().own(), "fd00::1");
  EXPECT_EQ(send.path().peer(), "fd00::2");
  EXPECT_TRUE(send.path().beside());
  EXPECT_EQ(send.tcp_port(), 4001U);
  EXPECT_EQ(send.udp_port(), 4002U);
  EXPECT_EQ(send.tcp_duration(), 1000U);
  EXPECT_EQ(send.udp_duration(), 333U);
  EXPECT_EQ(send.most_octets(), 1000U);
}

TEST_F(ABench, LeavesTheOthersAlone) {
  run();
  EXPECT_FALSE(scripts_["a"].saw(Body::kBenchReceive));
  EXPECT_FALSE(scripts_["b"].saw(Body::kBenchSend));
  EXPECT_FALSE(scripts_["c"].saw(Body::kBenchReceive) || scripts_["c"].saw(Body::kBenchSend));
}

TEST_F(ABench, NobodySendsWhereNobodyListens) {
  answer("b", Body::kBenchReceive, error_frame("bench", "bind to br-m: No such device", false));
  EXPECT_EQ(run().why_not.text, "b: bind to br-m: No such device");
  EXPECT_FALSE(scripts_["a"].saw(Body::kBenchSend));
  EXPECT_TRUE(lost_.empty());
}

TEST_F(ABench, ASenderThatSaysWhyNotGoesOn) {
  answer("a", Body::kBenchSend,
         error_frame("bench", "nobody answers", false, proto::Error::REFUSED));
  EXPECT_EQ(run().why_not.text, "a: nobody answers");
  EXPECT_TRUE(lost_.empty());
}

TEST_F(ABench, AReceiverThatFailsIsTold) {
  proto::FromAgent listening;
  listening.mutable_bench_listening()->set_tcp_port(1);
  listening.mutable_bench_listening()->set_udp_port(2);
  scripts_["b"].answers[Body::kBenchReceive] = [listening](const Body&) {
    return std::vector{listening, error_frame("bench", "a sends too much", false)};
  };
  EXPECT_EQ(run().why_not.text, "b: a sends too much");
}

TEST_F(ABench, ASessionThatEndsTakesItsNodeOut) {
  scripts_["b"].ends_after = {Body::kBenchReceive};
  scripts_["b"].answers[Body::kBenchReceive] = [](const Body&) {
    return std::vector<proto::FromAgent>();
  };
  const BenchRun run = this->run();
  EXPECT_EQ(run.why_not.id, "bench-node-lost");
  EXPECT_EQ(run.why_not.text, "b was lost on the way");
  EXPECT_TRUE(lost_.contains("b"));
}

TEST_F(ABench, AnAgentThatTakesItForAProtocolErrorIsOut) {
  answer("a", Body::kBenchSend, error_frame("bench", "no", false, proto::Error::PROTOCOL));
  EXPECT_EQ(run().why_not.text, "a was lost on the way");
  EXPECT_EQ(lost_.at("a").message, "no");
}

TEST_F(ABench, AnImpossiblePortIsNotBelieved) {
  for (const std::uint32_t port : {0U, 65536U}) {
    proto::FromAgent listening;
    listening.mutable_bench_listening()->set_tcp_port(port);
    listening.mutable_bench_listening()->set_udp_port(4000);
    answer("b", Body::kBenchReceive, listening);
    EXPECT_EQ(run().why_not.id, "bench-node-lost");
    EXPECT_EQ(lost_.at("b").id, "node-fact-impossible");
    EXPECT_FALSE(scripts_["a"].saw(Body::kBenchSend));
  }
}

TEST_F(ABench, ImpossibleFiguresAreNotBelieved) {
  proto::FromAgent sent;
  sent.mutable_bench_sent()->set_cpu(1001);
  answer("a", Body::kBenchSend, sent);
  EXPECT_EQ(run().why_not.text, "a was lost on the way");
  EXPECT_EQ(lost_.at("a").id, "node-fact-impossible");
}

TEST_F(ABench, WhatNobodyAnsweredIsNotKnown) {
  proto::FromAgent sent;
  sent.mutable_bench_sent();
  answer("a", Body::kBenchSend, sent);
  const BenchRun run = this->run();
  ASSERT_TRUE(run.figures);
  EXPECT_FALSE(run.figures->round_trip_idle || run.figures->round_trip_load);
  EXPECT_FALSE(run.figures->udp_loss);
}

}  // namespace
}  // namespace wgmesh::measure_bench_test
