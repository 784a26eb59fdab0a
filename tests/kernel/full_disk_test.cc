// Disks that take nothing: full, or read-only. What was stored stays whole, the error says what it
// is, and what needs nothing written goes on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>

#include <cstdlib>

#include "agent/commands.h"
#include "agent/store/atomic_file.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/test_node.h"
#include "tests/support/kernel/kernel_test.h"

namespace wgmesh::full_disk_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

proto::Plan plan_without_endpoints() {
  proto::Plan plan = example_plan();
  for (auto& peer : *plan.mutable_peers()) { peer.clear_endpoint(); }
  return plan;
}

// The stored meshes lie on a small disk of their own.
class FullDisk : public KernelTest {
 protected:
  void SetUp() override {
    KernelTest::SetUp();
    if (IsSkipped()) { return; }
    make_folder(lib_);
    ASSERT_EQ(::unshare(CLONE_NEWNS), 0);
    ASSERT_EQ(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
    ASSERT_EQ(::mount("none", lib_.c_str(), "tmpfs", 0, "size=128k"), 0);
    bring_up(node_, plan_);
  }
  void TearDown() override {
    ::umount2(lib_.c_str(), MNT_DETACH);
    KernelTest::TearDown();
  }
  void fill() {
    EXPECT_NE(std::system(("dd if=/dev/zero of=" + lib_ + "/filler bs=4k 2>/dev/null").c_str()), 0);
  }
  void make_read_only() {
    ASSERT_EQ(::mount("none", lib_.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr), 0);
  }
  // Applies a changed plan; what the node answers.
  proto::FromAgent change() {
    proto::Plan plan = plan_;
    plan.mutable_bridge()->set_priority(8);
    TestSession session(node_);
    session.open(open_for(plan));
    session.propose(proto::UP, &plan);
    return session.apply();
  }
  State seen() { return node_.kernel.observe({"test", {}, {}}).state; }

  TestNode node_;
  const std::string lib_ = node_.this_node.paths.state;
  const proto::Plan plan_ = plan_without_endpoints();
};

TEST_F(FullDisk, AChangeIsRefusedBeforeAnythingHappens) {
  fill();
  const State before = seen();
  const auto files = node_.files();
  const auto answer = change();
  EXPECT_THAT(answer.error().message(),
              AllOf(HasSubstr(lib_ + "/test/plan.next"), HasSubstr("No space left on device")));
  EXPECT_TRUE(answer.error().undone());
  EXPECT_EQ(seen(), before);
  EXPECT_EQ(node_.files(), files);
}

TEST_F(FullDisk, AReadOnlyOneIsNamed) {
  make_read_only();
  const auto files = node_.files();
  const auto answer = change();
  EXPECT_THAT(answer.error().message(), HasSubstr("Read-only file system"));
  EXPECT_TRUE(answer.error().undone());
  EXPECT_EQ(node_.files(), files);
}

TEST_F(FullDisk, WhatIsStoredIsRestoredAllTheSame) {
  const State before = seen();
  for (const bool is_full : {true, false}) {
    if (is_full) {
      fill();
    } else {
      make_read_only();
    }
    const auto files = node_.files();
    node_.kernel.interfaces().clear();
    EXPECT_EQ(run_restore(node_.this_node, "test"), 0);
    EXPECT_EQ(seen(), before);
    EXPECT_EQ(node_.files(), files);
  }
}

}  // namespace
}  // namespace wgmesh::full_disk_test
