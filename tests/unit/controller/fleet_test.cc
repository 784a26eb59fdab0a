#include "controller/fleet.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "tests/support/wgmesh_controller_room/scripted_agent.h"

namespace wgmesh {
namespace {

using namespace std::chrono_literals;

class AFleet : public testing::Test {
 protected:
  AFleet() {
    for (const char* name : {"a", "b"}) nodes_.emplace_back().name = name;
  }

  std::unique_ptr<Session> connect(const Node& node) {
    return std::make_unique<Session>(std::make_unique<ScriptedAgent>(scripts_[node.name]), "", 10s);
  }

  std::vector<Node> nodes_;
  std::map<std::string, ScriptedNode> scripts_;
};

std::size_t heartbeats(ScriptedNode& node) {
  const std::lock_guard lock(node.mutex);
  return static_cast<std::size_t>(
      std::count_if(node.seen.begin(), node.seen.end(),
                    [](const proto::ToAgent& frame) { return frame.has_heartbeat(); }));
}

// The agents' timers run while the slowest node connects, and while the user reads what is asked.
TEST_F(AFleet, BeatsForNodesThatWaitForTheOthers) {
  scripts_["a"];
  scripts_["b"];
  Fleet fleet(
      {&nodes_[0], &nodes_[1]}, [&](const Node& node) { return connect(node); }, 5ms);
  fleet.connect([&](const Node& node, Session&) {
    if (node.name != "b") return;
    while (heartbeats(scripts_["a"]) < 3) std::this_thread::yield();
  });
  while (heartbeats(scripts_["b"]) < 2) std::this_thread::yield();
  EXPECT_TRUE(fleet.all_take_part());
}

TEST(HeartbeatFor, LeavesRoomForTwoLateOnes) {
  EXPECT_EQ(heartbeat_for(60s), 5s);
  EXPECT_EQ(heartbeat_for(15s), 5s);
  EXPECT_EQ(heartbeat_for(6s), 2s);
  EXPECT_LE(3 * heartbeat_for(2s), 2s);
}

TEST_F(AFleet, ANodeThatConnectsSlowlyHoldsUpNobodysStep) {
  std::atomic<bool> a_has_stepped = false;
  Fleet fleet({&nodes_[0], &nodes_[1]}, [&](const Node& node) -> std::unique_ptr<Session> {
    if (node.name == "b") {
      while (!a_has_stepped) std::this_thread::yield();
      throw Unreachable("no answer in time");
    }
    return connect(node);
  });
  fleet.connect([&](const Node&, Session&) { a_has_stepped = true; });
  EXPECT_EQ(fleet.failures().at("b").kind, NodeFailure::Kind::kUnreachable);
  EXPECT_EQ(fleet.failures().at("b").step, Fleet::kConnect);
  EXPECT_TRUE(fleet.takes_part(nodes_[0]));
}

}  // namespace
}  // namespace wgmesh
