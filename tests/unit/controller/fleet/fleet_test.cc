#include "controller/fleet/fleet.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <new>
#include <stdexcept>
#include <thread>

#include "tests/support/controller/scripted_agent.h"

namespace wgmesh::fleet_test {
namespace {

using namespace std::chrono_literals;

class AFleet : public testing::Test {
 protected:
  AFleet() {
    for (const char* name : {"a", "b"}) { nodes_.emplace_back().name = name; }
  }

  std::unique_ptr<Session> connect(const Node& node) {
    return std::make_unique<Session>(std::make_unique<ScriptedAgent>(scripts_[node.name]), "", 10s);
  }

  std::vector<Node> nodes_;
  std::map<std::string, ScriptedNode> scripts_;
};

std::size_t heartbeats(ScriptedNode& node) {
  const std::lock_guard lock(node.mutex);
  return static_cast<std::size_t>(std::ranges::count_if(
      node.seen, [](const proto::ToAgent& frame) { return frame.has_heartbeat(); }));
}

// The agents' timers run while the slowest node connects, and while the user reads what is asked.
TEST_F(AFleet, BeatsForNodesThatWaitForTheOthers) {
  scripts_["a"];
  scripts_["b"];
  Fleet fleet(
      {&nodes_[0], &nodes_[1]}, [&](const Node& node) { return connect(node); }, 5ms);
  fleet.connect([&](const Node& node, Session&) {
    if (node.name != "b") { return; }
    while (heartbeats(scripts_["a"]) < 3) { std::this_thread::yield(); }
  });
  while (heartbeats(scripts_["b"]) < 2) { std::this_thread::yield(); }
  EXPECT_TRUE(fleet.failures().empty());
}

// The first may fail long before the slowest has connected.
TEST_F(AFleet, TellsAFailureWhenItHappens) {
  std::atomic<bool> is_told = false;
  Fleet fleet({&nodes_[0], &nodes_[1]}, [&](const Node& node) -> std::unique_ptr<Session> {
    if (node.name == "a") { throw Unreachable(Said{"", "connection refused", ""}); }
    while (!is_told) { std::this_thread::yield(); }
    return connect(node);
  });
  std::string told;
  fleet.tell_failures_to([&](const Node& node, const NodeFailure& failure) {
    told = node.name + ": " + failure.message;
    is_told = true;
  });
  fleet.connect([](const Node&, Session&) {});
  EXPECT_EQ(told, "a: connection refused");
}

TEST_F(AFleet, LimitsOfThisMachineAreNoFaultOfANode) {
  Fleet fleet({&nodes_[0], &nodes_[1]}, [&](const Node& node) -> std::unique_ptr<Session> {
    if (node.name == "a") { throw SystemError("pipe", EMFILE); }
    throw std::bad_alloc();
  });
  fleet.connect([](const Node&, Session&) {});
  const auto failures = fleet.failures();
  EXPECT_EQ(failures.at("a").kind, NodeFailure::Kind::kFailed);
  EXPECT_NE(failures.at("a").message.find("pipe: Too many open files on this machine"),
            std::string::npos);
  EXPECT_EQ(failures.at("a").id, "limit-reached");
  EXPECT_EQ(failures.at("b").kind, NodeFailure::Kind::kFailed);
  EXPECT_NE(failures.at("b").message.find("Cannot allocate memory on this machine"),
            std::string::npos);
}

TEST_F(AFleet, KeepsTheIdentifierOfWhatWasThrown) {
  Fleet fleet({&nodes_[0], &nodes_[1]}, [&](const Node& node) -> std::unique_ptr<Session> {
    if (node.name == "a") { throw Unreachable(Said{"some-id", "gone", "look for it"}); }
    throw std::runtime_error("of a library");
  });
  fleet.connect([](const Node&, Session&) {});
  const auto failures = fleet.failures();
  EXPECT_EQ(failures.at("a").id, "some-id");
  EXPECT_EQ(failures.at("a").cure, "look for it");
  EXPECT_EQ(failures.at("b").id, "internal");
  EXPECT_EQ(failures.at("b").message, "of a library");
}

// The threads that were made before the first that was not wait for a job that never comes.
TEST(FleetWithoutThreads, EndsWithTheLimitsName) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);
    if (setuid(65534) != 0) { _exit(geteuid() == 0 ? 1 : 3); }
    rlimit limit{};
    getrlimit(RLIMIT_NPROC, &limit);
    limit.rlim_cur = 8;
    setrlimit(RLIMIT_NPROC, &limit);
    const std::vector<Node> nodes(64);
    std::vector<const Node*> pointers;
    for (const Node& node : nodes) { pointers.push_back(&node); }
    try {
      const Fleet fleet(pointers, [](const Node&) { return nullptr; });
    } catch (const Error& error) {
      _exit(error.message().find("ulimit -u is 8") != std::string::npos ? 3 : 4);
    }
    _exit(5);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 3 << 8);
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
      while (!a_has_stepped) { std::this_thread::yield(); }
      throw Unreachable(Said{"", "no answer in time", ""});
    }
    return connect(node);
  });
  fleet.connect([&](const Node&, Session&) { a_has_stepped = true; });
  EXPECT_EQ(fleet.failures().at("b").kind, NodeFailure::Kind::kUnreachable);
  EXPECT_EQ(fleet.failures().at("b").step, Fleet::kConnect);
  EXPECT_TRUE(fleet.takes_part(nodes_[0]));
}

}  // namespace
}  // namespace wgmesh::fleet_test
