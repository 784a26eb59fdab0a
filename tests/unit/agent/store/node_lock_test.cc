#include "agent/store/node_lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "agent/store/atomic_file.h"
#include "agent/store/lock.h"
#include "tests/support/agent/test_node.h"

namespace wgmesh::node_lock_test {
namespace {

using namespace std::chrono_literals;

TEST(NodeLockTest, IsHeldByOneAtATime) {
  const TemporaryFolder folder;
  std::optional<NodeLock> first(std::in_place, folder.path());
  EXPECT_THAT([&] { NodeLock(folder.path(), 100ms); },
              testing::Throws<Locked>(testing::Property(&Error::id, "store-node-lock-held")));
  std::thread waiting([&] { EXPECT_NO_THROW(NodeLock(folder.path(), 10s)); });
  std::this_thread::sleep_for(50ms);
  first.reset();
  waiting.join();
}

TEST(NodeLockTest, GoesWithItsFileAndIsTakenAnew) {
  const TemporaryFolder folder;
  {
    NodeLock last(folder.path());
    last.remove_file();
    EXPECT_FALSE(exists(folder.path() + "/.node.lock"));
    const NodeLock next(folder.path(),
                        1s);  // the file of the first one is no lock any more
  }
  EXPECT_NO_THROW(NodeLock(folder.path() + "/not/there/yet", 1s));
}

TEST(NodeLockTest, SeesTheMeshesThatSessionsHold) {
  const TemporaryFolder folder;
  EXPECT_FALSE(is_another_mesh_locked(folder.path() + "/none", "a"));
  const NodeLock node(folder.path());
  const Holder me{"x", 1, 0, 1};
  std::optional<MeshLock> a(std::in_place, folder.path(), "a", me, 100ms);
  EXPECT_FALSE(is_another_mesh_locked(folder.path(), "a"));
  EXPECT_TRUE(is_another_mesh_locked(folder.path(), "b"));
  a.reset();  // its file stays
  EXPECT_TRUE(exists(folder.path() + "/a.lock"));
  EXPECT_FALSE(is_another_mesh_locked(folder.path(), "b"));
}

}  // namespace
}  // namespace wgmesh::node_lock_test
