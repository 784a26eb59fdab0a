#include "agent/node/uninstall.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <optional>
#include <thread>

#include "agent/store/atomic_file.h"
#include "agent/store/lock.h"
#include "agent/store/node_lock.h"
#include "tests/support/agent/test_node.h"

namespace wgmesh::uninstall_test {
namespace {

struct Installed {
  Installed() {
    make_folder(node.this_node.paths.state + "/bin");
    make_folder(node.this_node.paths.links.back());
    write_file(program + "-0123", "ELF");
    EXPECT_EQ(::symlink("wgmesh-agent-0123", program.c_str()), 0);
    EXPECT_EQ(::symlink(program.c_str(), link.c_str()), 0);
    make_folder(node.folder.path() + "/opt");
    write_file(node.folder.path() + "/opt/.wgmesh-agent.77", "half");
    write_file(node.folder.path() + "/opt/other", "not ours");
  }
  TestNode node;
  std::string program = node.this_node.paths.state + "/bin/wgmesh-agent";
  std::string link = node.this_node.paths.links.back() + "/wgmesh-agent";
};

TEST(Uninstall, TakesTheAgentWithTheLastMesh) {
  const Installed here;
  EXPECT_EQ(agent_leaves_with(here.node.this_node.paths, here.node.store(), "test").size(), 3u);
  EXPECT_TRUE(remove_agent_with_last_mesh(here.node.this_node.paths, here.node.store(), "test"));
  EXPECT_FALSE(exists(here.node.this_node.paths.state));
  EXPECT_FALSE(exists(here.link));
  EXPECT_FALSE(exists(here.node.folder.path() + "/opt/.wgmesh-agent.77"));
  EXPECT_TRUE(exists(here.node.folder.path() + "/opt/other"));
}

TEST(Uninstall, LeavesItToAnotherMesh) {
  const Installed here;
  make_folder(here.node.store().folder("other"));
  write_file(here.node.store().folder("other") + "/plan", "x");
  EXPECT_THAT(agent_leaves_with(here.node.this_node.paths, here.node.store(), "test"),
              ::testing::IsEmpty());
  EXPECT_FALSE(remove_agent_with_last_mesh(here.node.this_node.paths, here.node.store(), "test"));
  EXPECT_TRUE(exists(here.program));
}

// Another mesh in its first `up` has stored nothing yet, and needs what is here.
TEST(Uninstall, LeavesItToAMeshThatASessionHolds) {
  const Installed here;
  const Paths& paths = here.node.this_node.paths;
  {
    const MeshLock other(paths.run, "other", {"x", 1, 0, 1}, std::chrono::seconds(1));
    EXPECT_THAT(agent_leaves_with(paths, here.node.store(), "test"), ::testing::IsEmpty());
    EXPECT_FALSE(remove_agent_with_last_mesh(paths, here.node.store(), "test"));
    EXPECT_TRUE(exists(here.program));
    EXPECT_TRUE(exists(here.link));
  }
  EXPECT_TRUE(remove_agent_with_last_mesh(paths, here.node.store(), "test"));
  EXPECT_FALSE(exists(here.program));
}

TEST(Uninstall, WaitsForWhoInstalls) {
  Installed here;
  const Paths& paths = here.node.this_node.paths;
  std::optional<NodeLock> installing(std::in_place, paths.run);
  std::thread removing([&] { remove_agent_with_last_mesh(paths, here.node.store(), "test"); });
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_TRUE(exists(here.program));
  installing.reset();
  removing.join();
  EXPECT_FALSE(exists(here.program));
}

TEST(Uninstall, LeavesALinkThatPointsElsewhere) {
  const Installed here;
  remove_file(here.link);
  ASSERT_EQ(::symlink("/usr/sbin/wgmesh-agent", here.link.c_str()), 0);
  remove_agent_with_last_mesh(here.node.this_node.paths, here.node.store(), "test");
  EXPECT_TRUE(exists(here.link));
}

}  // namespace
}  // namespace wgmesh::uninstall_test
