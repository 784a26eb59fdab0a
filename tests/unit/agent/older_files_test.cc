// tests/data/f94a83b is what the release f94a83b has stored on a node of three, made in the lab: n0, with an MTU of 1300
// and priority 100, a peer with an endpoint and one without. operations.txt is what that release said it does to bring
// the mesh up from these files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "agent/change/drift.h"
#include "agent/change/proposal.h"
#include "agent/change/stored_goal.h"
#include "agent/state/diff.h"
#include "tests/support/agent/test_node.h"

namespace wgmesh::older_files_test {
namespace {

using testing::IsEmpty;

const std::filesystem::path kData = std::filesystem::path(WGMESH_TEST_DATA) / "f94a83b";

class FilesOfF94a83b : public testing::Test {
 protected:
  FilesOfF94a83b() {
    const std::filesystem::path folder = node_.store().folder("test");
    std::filesystem::create_directories(folder);
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all);
    for (const char* name : {"private_key", "preshared_keys", "plan", "endpoints"}) {
      std::filesystem::copy_file(kData / name, folder / name);
      std::filesystem::permissions(
          folder / name, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    }
    loaded_ = node_.store().load("test");
  }

  Proposal restored() {
    return make_proposal(node_.kernel, node_.store(), "test",
                         stored_goal(loaded_, node_.store().folder("test")));
  }

  TestNode node_;
  Loaded loaded_;
};

TEST_F(FilesOfF94a83b, AreReadWhole) {
  EXPECT_THAT(loaded_.faults, IsEmpty());
  ASSERT_TRUE(loaded_.mesh.plan);
  EXPECT_TRUE(loaded_.mesh.private_key);
  EXPECT_EQ(loaded_.mesh.plan->peers_size(), 2);
  EXPECT_EQ(loaded_.mesh.preshared_keys.size(), 2U);
  EXPECT_EQ(loaded_.mesh.endpoints.size(), 1U);
}

TEST_F(FilesOfF94a83b, LeadToTheSameOperations) {
  std::string operations;
  for (const Operation& operation : diff(restored().desired, {})) {
    if (std::holds_alternative<NoScatterGather>(operation)) { continue; }  // the one that is new
    operations += describe(operation) + '\n';
  }
  const std::ifstream file(kData / "operations.txt");
  std::stringstream told;
  told << file.rdbuf();
  EXPECT_EQ(operations, told.str());
}

TEST_F(FilesOfF94a83b, AndTheirKernelAreTakenOverWithoutAChange) {
  node_.kernel.put(restored().desired);
  EXPECT_THAT(restored().schedule, IsEmpty());
  const auto drift = told_drift(node_.kernel.read("test", true), node_.store().load("test"),
                                node_.store(), "test");
  ASSERT_TRUE(drift);
  EXPECT_THAT(drift->operations(), IsEmpty());

  // As a controller of this release proposes it.
  WantedChange goal = stored_goal(loaded_, node_.store().folder("test"));
  goal.restores = false;
  const Proposal proposal = make_proposal(node_.kernel, node_.store(), "test", goal);
  EXPECT_THAT(proposal.schedule, IsEmpty());
  EXPECT_THAT(proposal.files, IsEmpty());
}

}  // namespace
}  // namespace wgmesh::older_files_test
