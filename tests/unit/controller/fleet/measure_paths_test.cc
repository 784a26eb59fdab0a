#include "controller/fleet/measure_paths.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controller/mesh/measurements.h"
#include "tests/support/controller/scripted_agent.h"

namespace wgmesh::measure_paths_test {
namespace {

using namespace std::chrono_literals;

// a is peered with b and c, which have no link.
class AMeasurement : public testing::Test {
 protected:
  AMeasurement() {
    mesh_.name = "m";
    mesh_.network = *parse_prefix("10.0.0.0/24");
    mesh_.underlay = *parse_prefix("198.0.0.0/24");
    mesh_.full = false;
    for (const char* name : {"a", "b", "c"}) {
      Node node;
      node.name = name;
      node.endpoint = HostPort{name, 51820};
      if (node.name != "a") { node.peers = {"a"}; }
      // As the scripted agents have it.
      const int number = name[0] - 'a' + 1;
      node.underlay_address = parse_ip("198.0.0." + std::to_string(number));
      node.addresses = {*parse_prefix("10.0.0." + std::to_string(number) + "/24")};
      mesh_.nodes.push_back(node);
      scripts_[name].public_key_octet = static_cast<std::uint16_t>(name[0] - 'a' + 1);
      statuses_[name].mutable_device()->set_mtu(1420);
      statuses_[name].mutable_bridge()->set_mtu(1362);
    }
  }

  Measurements run() {
    std::vector<const Node*> nodes;
    for (const Node& node : mesh_.nodes) { nodes.push_back(&node); }
    Fleet fleet(nodes, [&](const Node& node) {
      return std::make_unique<Session>(std::make_unique<ScriptedAgent>(scripts_[node.name]), "",
                                       5s);
    });
    fleet.connect([](const Node&, Session& session) { session.open({}); });
    return measure_paths(fleet, mesh_, statuses_, 1s);
  }

  Mesh mesh_;
  std::map<std::string, ScriptedNode> scripts_;
  Statuses statuses_;
};

TEST_F(AMeasurement, IsOfEveryPairOnTheSegmentAndOfPeersInside) {
  Measurements measured = run();
  EXPECT_EQ(measured.size(), 3u);
  EXPECT_TRUE(measured["a"]["b"].inner);
  EXPECT_TRUE(measured["a"]["b"].segment);
  EXPECT_FALSE(measured["b"]["c"].inner);
  EXPECT_TRUE(measured["b"]["c"].segment);
}

TEST_F(AMeasurement, AsksWithTheMtuOfEachKind) {
  run();
  const auto probe = scripts_["a"].last(proto::ToAgent::kProbe).probe();
  ASSERT_EQ(probe.targets_size(), 4);
  EXPECT_EQ(probe.duration(), 1000u);
  EXPECT_EQ(probe.targets(0).address(), "198.0.0.2");
  EXPECT_EQ(probe.targets(0).from(), "198.0.0.1");
  EXPECT_EQ(probe.targets(0).large(), 1420u);
  EXPECT_EQ(probe.targets(1).address(), "10.0.0.2");
  EXPECT_EQ(probe.targets(1).large(), 1362u);
}

TEST_F(AMeasurement, PutsEachResultToItsTarget) {
  Measurements measured = run();
  EXPECT_EQ(measured["a"]["b"].inner->round_trip, 1ms);
  EXPECT_EQ(measured["a"]["c"].segment->round_trip, 4ms);
}

TEST_F(AMeasurement, LeavesOutNodesThatAreNotUp) {
  statuses_.erase("b");
  const Measurements measured = run();
  EXPECT_FALSE(measured.contains("b"));
  EXPECT_FALSE(measured.at("a").contains("b"));
}

// A node that sends fewer results than it was asked for is no reason to read beyond them.
TEST_F(AMeasurement, BelievesNoMoreThanWasSent) {
  scripts_["a"].answers[proto::ToAgent::kProbe] = [](const proto::ToAgent&) {
    proto::FromAgent answer;
    answer.mutable_probed();
    return std::vector{answer};
  };
  EXPECT_TRUE(run()["a"].empty());
}

// One that names somebody else's address would make every other node send there, as root.
TEST_F(AMeasurement, AsksOnlyWhereTheMeshFileSays) {
  scripts_["c"].answers[proto::ToAgent::kListen] = [](const proto::ToAgent&) {
    proto::FromAgent answer;
    const auto add = [&](const char* address, std::uint32_t port, bool inner) {
      proto::Listener& listener = *answer.mutable_listening()->add_listeners();
      listener.set_address(address);
      listener.set_port(port);
      listener.set_inner(inner);
    };
    for (const char* address : {"198.51.100.7", "10.0.0.77", "127.0.0.1", "garbage", "::1"}) {
      add(address, 53, false);
      add(address, 53, true);
    }
    add("10.0.0.2", 53, false);  // b's
    add("10.0.0.3", 0, false);
    add("10.0.0.3", 65536, false);
    add("10.0.0.3", 4000, true);  // where it is, and not what it is
    return std::vector{answer};
  };
  const Measurements measured = run();
  for (const char* node : {"a", "b"}) {
    const auto probe = scripts_[node].last(proto::ToAgent::kProbe).probe();
    EXPECT_FALSE(measured.at(node).contains("c"));
    for (const auto& target : probe.targets()) {
      EXPECT_NE(target.port(), 53u) << target.address();
      EXPECT_NE(target.address(), "198.0.0.3");
      EXPECT_NE(target.address(), "10.0.0.3");
    }
  }
}

// A tree is made of them.
TEST_F(AMeasurement, RoundTripsAreWithinReason) {
  scripts_["a"].answers[proto::ToAgent::kProbe] = [](const proto::ToAgent& asked) {
    proto::FromAgent answer;
    for (int i = 0; i < asked.probe().targets_size(); ++i) {
      proto::ProbeResult& result = *answer.mutable_probed()->add_results();
      result.set_answered(1);
      result.set_round_trip(i % 2 == 0 ? 0 : 4'000'000'000U);
    }
    return std::vector{answer};
  };
  Measurements measured = run();
  EXPECT_EQ(measured["a"]["b"].inner->round_trip, 1us);
  EXPECT_EQ(measured["a"]["b"].segment->round_trip, 1min);
}

}  // namespace
}  // namespace wgmesh::measure_paths_test
