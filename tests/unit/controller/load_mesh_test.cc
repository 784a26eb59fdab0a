#include "controller/load_mesh.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "common/error.h"
#include "controller/file/fault.h"

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

TEST(LoadMesh, NamesTheOptionThatPrintsJson) {
  CommandLine line;
  line.json_in = true;
  line.file = ::testing::TempDir() + "wgmesh-load-mesh.yaml";
  std::ofstream(line.file) << "name: test\n";
  try {
    load_mesh(line);
    ADD_FAILURE() << "it was read";
  } catch (const Error& error) {
    EXPECT_EQ(error.id(), "mesh-file-is-no-json");
    EXPECT_TRUE(error.message().starts_with(line.file + ":1:")) << error.message();
    EXPECT_NE(error.cure().find("say -J (--json-out)"), std::string::npos) << error.cure();
  }
  std::ofstream(line.file) << R"({"name": "test"})";
  EXPECT_THROW(load_mesh(line), MeshFileFaults);
  std::filesystem::remove(line.file);
}

}  // namespace
}  // namespace wgmesh::load_mesh_test
