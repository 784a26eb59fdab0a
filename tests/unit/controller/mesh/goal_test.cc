#include "controller/mesh/goal.h"

#include <gtest/gtest.h>

namespace wgmesh::goal_test {
namespace {

proto::Hello up_hello() {
  proto::Hello hello;
  hello.set_generation(3);
  return hello;
}

proto::Hello down_hello() {
  proto::Hello hello = up_hello();
  hello.set_is_down(true);
  return hello;
}

class GoalFor : public testing::Test {
 protected:
  GoalFor() {
    for (const char* name : {"a", "b", "c"}) { mesh_.nodes.push_back({.name = name}); }
  }
  proto::Goal goal(std::size_t node, bool wakes = false, proto::Goal wanted = proto::UP) const {
    return goal_for(mesh_, mesh_.nodes[node], facts_, wanted, wakes);
  }

  Mesh mesh_;
  Facts facts_ = {{"a", up_hello()}, {"b", down_hello()}, {"c", {}}};
};

TEST_F(GoalFor, ANodeThatWasTakenDownStaysDownUnlessItIsWoken) {
  EXPECT_EQ(goal(0), proto::UP);
  EXPECT_EQ(goal(1), proto::STORE);
  EXPECT_EQ(goal(1, true), proto::UP);
}

TEST_F(GoalFor, ANewNodeJoinsTheOthers) {
  EXPECT_EQ(goal(2), proto::UP);
  facts_["a"] = down_hello();
  EXPECT_EQ(goal(2), proto::STORE);
  facts_["a"] = facts_["b"] = {};
  EXPECT_EQ(goal(2), proto::UP);
}

TEST_F(GoalFor, ANodeThatCannotBeAskedDecidesNothing) {
  facts_.erase("a");
  EXPECT_EQ(goal(2), proto::STORE);
}

TEST_F(GoalFor, AnAbsentNodeIsRemovedWhateverIsAskedOfTheOthers) {
  mesh_.nodes[0].absent = true;
  EXPECT_EQ(goal(0), proto::REMOVE);
  EXPECT_EQ(goal(0, true, proto::DOWN), proto::REMOVE);
  EXPECT_EQ(goal(1, false, proto::DOWN), proto::DOWN);
}

}  // namespace
}  // namespace wgmesh::goal_test
