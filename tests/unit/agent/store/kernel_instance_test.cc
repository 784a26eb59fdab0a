#include "agent/store/kernel_instance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <thread>

namespace wgmesh::kernel_instance_test {
namespace {

using ::testing::MatchesRegex;

TEST(KernelInstance, IsTheBootAndTheNetworkNamespace) {
  EXPECT_THAT(kernel_instance(), MatchesRegex("[0-9a-f-]{36}/[0-9]+"));
  EXPECT_EQ(kernel_instance(), kernel_instance());
  EXPECT_TRUE(is_this_kernel(kernel_instance()));
}

// What a container is that was started again: the same boot, a new namespace.
TEST(KernelInstance, IsAnotherInANewNamespace) {
  const std::string outside = kernel_instance();
  bool has_left = false;
  std::string inside;
  bool same = true;
  std::thread([&] {
    has_left = ::unshare(CLONE_NEWNET) == 0;
    inside = kernel_instance();
    same = is_this_kernel(outside);
  }).join();
  if (!has_left) { GTEST_SKIP() << "network namespaces are for root"; }
  EXPECT_NE(inside, outside);
  EXPECT_EQ(inside.substr(0, 36), outside.substr(0, 36));
  EXPECT_FALSE(same);
  EXPECT_TRUE(is_this_kernel(outside));
}

TEST(KernelInstance, ABootAloneStandsForTheWhole) {
  EXPECT_TRUE(is_this_kernel(kernel_instance().substr(0, 36)));
  EXPECT_FALSE(is_this_kernel("11111111-2222-3333-4444-555555555555"));
  EXPECT_FALSE(is_this_kernel(kernel_instance() + "7"));
  EXPECT_FALSE(is_this_kernel(""));
}

}  // namespace
}  // namespace wgmesh::kernel_instance_test
