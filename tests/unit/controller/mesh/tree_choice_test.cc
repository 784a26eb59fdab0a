#include "controller/mesh/tree_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controller/mesh/measurements.h"

namespace wgmesh::tree_choice_test {
namespace {

using testing::ElementsAre;
using testing::Pair;
using namespace std::chrono_literals;

// a - b - c in a row, 10 ms apart, and 90 ms from end to end; a is the root, with the kernel's
// costs.
class ARowOfThree : public testing::Test {
 protected:
  ARowOfThree() {
    mesh_.path_cost.kind = PathCost::Kind::kMeasured;
    for (const std::string name : {"a", "b", "c"}) {
      Node node;
      node.name = name;
      node.endpoint = HostPort{name, 1};
      node.priority = static_cast<std::uint16_t>(4096 * (mesh_.nodes.size() + 1));
      node.priority_is_open = true;
      mesh_.nodes.push_back(node);
      proto::Status& status = statuses_[name];
      status.mutable_bridge()->set_bridge_id(name);
      status.mutable_bridge()->set_root_id("a");
      for (const std::string peer : {"a", "b", "c"}) {
        if (peer == name) { continue; }
        proto::PortStatus& port = *status.add_ports();
        port.set_peer(peer);
        port.set_path_cost(100);
      }
    }
  }

  void set_costs(const TreeChoice& choice) {
    for (auto& [name, status] : statuses_) {
      status.mutable_bridge()->set_root_id(choice.root);
      for (auto& port : *status.mutable_ports()) {
        port.set_path_cost(choice.path_costs.at(link_between(name, port.peer())));
      }
    }
  }

  Mesh mesh_;
  Statuses statuses_;
  const RoundTrips row_{{{"a", "b"}, 10}, {{"b", "c"}, 10}, {{"a", "c"}, 90}};
};

TEST_F(ARowOfThree, GetsItsMiddleForARoot) {
  const auto choice = choose_better_tree(mesh_, statuses_, row_);
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->root, "b");
  EXPECT_THAT(choice->priorities, ElementsAre(Pair("a", 8192), Pair("b", 4096), Pair("c", 32768)));
  EXPECT_LT(choice->path_costs.at({"a", "b"}), choice->path_costs.at({"a", "c"}));
  EXPECT_NEAR(choice->mean_before, 200.0 / 3, 0.1);
  EXPECT_NEAR(choice->mean_after, 40.0 / 3, 0.1);
}

TEST_F(ARowOfThree, KeepsATreeThatIsGoodEnough) {
  set_costs(*choose_better_tree(mesh_, statuses_, row_));
  EXPECT_FALSE(choose_better_tree(mesh_, statuses_, row_));
  const RoundTrips noisy{{{"a", "b"}, 11}, {{"b", "c"}, 9.4}, {{"a", "c"}, 19}};
  EXPECT_FALSE(choose_better_tree(mesh_, statuses_, noisy));
  const RoundTrips moved{{{"a", "b"}, 10}, {{"b", "c"}, 90}, {{"a", "c"}, 10}};
  EXPECT_EQ(choose_better_tree(mesh_, statuses_, moved)->root, "a");
}

TEST_F(ARowOfThree, LeavesARootThatTheFileNames) {
  mesh_.nodes[2].priority = 100;
  mesh_.nodes[2].priority_is_open = false;
  const auto choice = choose_better_tree(mesh_, statuses_, row_);
  EXPECT_EQ(choice->root, "c");
  EXPECT_THAT(choice->priorities, ElementsAre(Pair("a", 32768), Pair("b", 8192)));
}

TEST_F(ARowOfThree, ChoosesNothingForIslands) {
  EXPECT_FALSE(choose_better_tree(mesh_, statuses_, {{{"a", "b"}, 10}}));
}

TEST_F(ARowOfThree, TakesTheLesserOfTwoMeasurements) {
  Measurements measured;
  measured["a"]["b"].inner = PathMeasurement{12ms, true, {}};
  measured["b"]["a"].inner = PathMeasurement{10ms, true, {}};
  measured["b"]["c"].inner = PathMeasurement{};
  EXPECT_THAT(round_trips_of(mesh_, measured), ElementsAre(Pair(Pair("a", "b"), 10.0)));
}

}  // namespace
}  // namespace wgmesh::tree_choice_test
