#include "agent/each_mesh.h"

#include <gtest/gtest.h>

#include "agent/commands.h"
#include "agent/store/lock.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/test_node.h"

namespace wgmesh::each_mesh_test {
namespace {

// Each mesh fares as its name says.
std::string step(const ThisNode& /*this_node*/, const Store& /*store*/, const std::string& mesh,
                 Said& fault) {
  if (mesh.starts_with("locked")) { throw Locked(Said{"", "somebody else has it", ""}); }
  if (mesh.starts_with("failed")) { throw Error(Said{"", "the kernel says no", ""}); }
  if (mesh.starts_with("faulty")) { fault = {"some-id", "a part of it", "look at it"}; }
  return "done";
}

class EachMesh : public testing::Test {
 protected:
  int code_for(const std::vector<std::string>& meshes) {
    const TestNode node;
    StoredMesh stored;
    stored.private_key = secret_of(1);
    for (const std::string& mesh : meshes) {
      const auto files = node.store().changes(mesh, stored);
      node.store().stage(mesh, stored, files);
      node.store().publish(mesh, files);
    }
    return for_each_mesh(node.this_node, "", "failed", step);
  }
};

TEST_F(EachMesh, IsFineIfAllAre) {
  EXPECT_EQ(code_for({}), 0);
  EXPECT_EQ(code_for({"a", "b"}), 0);
}

TEST_F(EachMesh, PrintsWhatWentWrongOnTheWayWithItsCure) {
  testing::internal::CaptureStderr();
  code_for({"faulty"});
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "wgmesh-agent: faulty: a part of it\n  look at it\n");
}

TEST_F(EachMesh, AFailureCountsMoreThanALockWhicheverComesFirst) {
  EXPECT_EQ(code_for({"a", "locked", "z"}), kExitLocked);
  EXPECT_EQ(code_for({"failed", "locked"}), kExitFailed);
  EXPECT_EQ(code_for({"failed2", "failed1", "a"}), kExitFailed);
  EXPECT_EQ(code_for({"locked", "zfine", "faulty"}), kExitFailed);
}

}  // namespace
}  // namespace wgmesh::each_mesh_test
