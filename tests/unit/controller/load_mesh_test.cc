#include "controller/load_mesh.h"

#include <gtest/gtest.h>

#include "common/error.h"

namespace wgmesh::load_mesh_test {
namespace {

void expect_refusal(const std::string& file, const std::string& id, const std::string& cure) {
  CommandLine line;
  line.file = file;
  try {
    load_mesh(line);
    ADD_FAILURE() << "it was read";
  } catch (const Error& error) {
    EXPECT_EQ(error.id(), id);
    EXPECT_EQ(error.cure(), cure);
    EXPECT_TRUE(error.message().starts_with("read " + file + ": ")) << error.message();
  }
}

TEST(LoadMesh, SaysWhyAFileCannotBeRead) {
  expect_refusal(::testing::TempDir() + "wgmesh-no-such-file", "mesh-file-missing",
                 "name the mesh file with -f FILE, or go to where it is");
  expect_refusal("/proc", "mesh-file-is-folder", "name the file in it, such as /proc/mesh.yaml");
  expect_refusal("/" + std::string(5000, 'x'), "mesh-file-unreadable", "");
}

}  // namespace
}  // namespace wgmesh::load_mesh_test
