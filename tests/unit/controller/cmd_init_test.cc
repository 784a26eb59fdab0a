// `mesh init --from`: the file is written, never over another one, and nobody is contacted. What logins find is in
// surveyed_host_test and in tests/lab.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "common/error.h"
#include "controller/commands.h"
#include "controller/exit_code.h"
#include "controller/file/fault.h"
#include "tests/support/controller/finished_draft.h"

namespace wgmesh::cmd_init_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;

const std::string kData = std::string(WGMESH_TEST_DATA) + "/init/";

class MeshInit : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "/wgmesh-init." + std::to_string(getpid());
    std::filesystem::create_directory(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  CommandLine line_of(const std::string& from) const {
    CommandLine line;
    line.verb = Verb::kInit;
    line.from = from;
    line.output = folder_ + "/mesh.yaml";
    return line;
  }
  std::string path() const { return folder_ + "/mesh.yaml"; }
  // Standard error of a run that ends well.
  static std::string told_by(const CommandLine& line) {
    testing::internal::CaptureStderr();
    EXPECT_EQ(run_init(line), kExitDone);
    return testing::internal::GetCapturedStderr();
  }

  std::string folder_;
};

TEST_F(MeshInit, WritesAFileThatMeshReads) {
  EXPECT_EQ(told_by(line_of(kData + "ansible.json")),
            path() + " has 6 nodes now; read it, then run `mesh plan`\n");
  const Mesh mesh = mesh_in(content_of_file(path()));
  EXPECT_EQ(mesh.name, "mesh");
  EXPECT_EQ(mesh.nodes.size(), 6U);
}

TEST_F(MeshInit, DrawsAnotherPrefixEachTime) {
  told_by(line_of(kData + "ssh_config"));
  const Mesh first = mesh_in(content_of_file(path()));
  std::filesystem::remove(path());
  told_by(line_of(kData + "ssh_config"));
  const Mesh second = mesh_in(content_of_file(path()));
  EXPECT_THAT(to_text(first.network), MatchesRegex("fd[0-9a-f:]*::/64"));
  EXPECT_NE(first.network, second.network);
}

TEST_F(MeshInit, TakesNameAndNetworkOfTheCommandLine) {
  CommandLine line = line_of("meshconf:" + kData + "meshconf.csv");
  line.name = "lan";
  line.network = "10.1.0.0/29";
  told_by(line);
  const Mesh mesh = mesh_in(content_of_file(path()));
  EXPECT_EQ(mesh.name, "lan");
  EXPECT_EQ(to_text(mesh.network), "10.1.0.0/29");
  // The third peer's address is outside.
  EXPECT_EQ(to_text(mesh.nodes.at(0).addresses.at(0)), "10.1.0.1/29");
  EXPECT_EQ(to_text(mesh.nodes.at(2).addresses.at(0)), "10.1.0.3/29");
}

TEST_F(MeshInit, NeverOverwrites) {
  std::ofstream(path()) << "precious";
  std::filesystem::create_symlink(folder_ + "/nowhere", folder_ + "/link");
  CommandLine link = line_of("/no/such/file");
  link.output = folder_ + "/link";
  for (const CommandLine& line : {line_of("/no/such/file"), link}) {
    try {
      run_init(line);
      ADD_FAILURE() << "it was written";
    } catch (const Error& error) {
      EXPECT_EQ(error.id(), "init-file-exists");
      EXPECT_EQ(error.message(), line.output + " exists already, and is not overwritten");
      EXPECT_THAT(error.cure(), HasSubstr("--output"));
    }
  }
  EXPECT_EQ(content_of_file(path()), "precious");
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/nowhere"));
}

TEST_F(MeshInit, WritesNothingWhereTheSourceIsAtFault) {
  std::ofstream(folder_ + "/hosts.json") << "{\"all\": {\"hosts\": [\"-x\"]}}";
  EXPECT_THROW(run_init(line_of(folder_ + "/hosts.json")), MeshFileFaults);
  EXPECT_FALSE(std::filesystem::exists(path()));
  try {
    run_init(line_of("/no/such/file"));
    ADD_FAILURE() << "it was read";
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "read /no/such/file: No such file or directory");
  }
}

TEST_F(MeshInit, SaysWhichFileCannotBeWritten) {
  CommandLine line = line_of(kData + "ssh_config");
  line.output = folder_ + "/no/mesh.yaml";
  try {
    run_init(line);
    ADD_FAILURE() << "it was written";
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "write " + line.output + ": No such file or directory");
  }
}

TEST_F(MeshInit, PrintsWhereThatIsAsked) {
  CommandLine line = line_of(kData + "lab.clab.yml");
  line.output = "-";
  testing::internal::CaptureStdout();
  EXPECT_EQ(told_by(line), "");
  EXPECT_EQ(mesh_in(testing::internal::GetCapturedStdout()).nodes.size(), 3U);
}

TEST_F(MeshInit, TakesTheNameOfTheMeshFileForItsOutput) {
  CommandLine line = line_of(kData + "lab.clab.yml");
  line.file = line.output;
  line.output.clear();
  told_by(line);
  EXPECT_TRUE(std::filesystem::exists(path()));
}

TEST_F(MeshInit, WarnsOfAFileThatWantsAnEdit) {
  std::ofstream(folder_ + "/config") << "Host a b\n  ProxyJump gate\n";
  EXPECT_THAT(told_by(line_of(folder_ + "/config")),
              AllOf(HasSubstr("the file wants an edit before `mesh up`: "),
                    HasSubstr("two nodes without an endpoint cannot dial each other")));
  EXPECT_THAT(content_of_file(path()), HasSubstr("# No node has an endpoint"));
}

}  // namespace
}  // namespace wgmesh::cmd_init_test
