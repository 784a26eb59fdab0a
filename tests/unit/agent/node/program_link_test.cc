#include "agent/node/program_link.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <map>

#include "agent/store/atomic_file.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/test_node.h"

namespace wgmesh::program_link_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Folders by the usual names, and an environment that is given back.
class ProgramLink : public testing::Test {
 protected:
  ProgramLink() {
    for (const char* variable : {"PATH", "SSH_CONNECTION"}) {
      if (const char* value = std::getenv(variable)) { former_[variable] = value; }
      ::unsetenv(variable);
    }
    for (const char* name : {"local-sbin", "local-bin", "sbin", "bin"}) {
      paths.links.push_back(root.path() + "/" + name);
    }
    paths.programs = {root.path() + "/lib", root.path() + "/opt"};
  }
  ~ProgramLink() override {
    ::unsetenv("SSH_CONNECTION");
    for (const auto& [variable, value] : former_) { ::setenv(variable.c_str(), value.c_str(), 1); }
  }
  std::string in(const std::string& name) const { return root.path() + "/" + name; }
  std::string link_in(const std::string& folder) const { return in(folder + "/wgmesh-agent"); }
  std::string target_in(const std::string& folder) const {
    return std::filesystem::is_symlink(link_in(folder))
               ? std::filesystem::read_symlink(link_in(folder)).string()
               : std::string();
  }

  TemporaryFolder root;
  Paths paths = [] {
    Paths none;
    none.links.clear();
    return none;
  }();
  std::string program = root.path() + "/lib/wgmesh-agent";

 private:
  std::map<std::string, std::string> former_;
};

TEST_F(ProgramLink, StandsInTheFirstUsualFolderOfThePath) {
  for (const char* name : {"local-sbin", "sbin", "bin"}) { make_folder(in(name)); }
  ::setenv("PATH", ("/x:" + in("bin") + "/:" + in("sbin")).c_str(), 1);
  EXPECT_FALSE(put_program_link(paths, program));
  EXPECT_EQ(target_in("sbin"), program);
  EXPECT_EQ(target_in("bin"), "");
  EXPECT_EQ(target_in("local-sbin"), "");
}

// As a busybox image is: no /usr/local, though its PATH names it.
TEST_F(ProgramLink, NeedsNoUsrLocal) {
  make_folder(in("bin"));
  ::setenv("PATH", (in("local-sbin") + ":" + in("local-bin") + ":" + in("bin")).c_str(), 1);
  EXPECT_FALSE(put_program_link(paths, program));
  EXPECT_EQ(target_in("bin"), program);
  EXPECT_FALSE(exists(in("local-sbin")));
}

// sshd runs commands with a PATH without the folders of root, which a login of root has.
TEST_F(ProgramLink, StandsWhereALoginOfRootLooksWhenSshBroughtTheAgent) {
  for (const char* name : {"local-sbin", "local-bin", "bin"}) { make_folder(in(name)); }
  ::setenv("PATH", (in("local-bin") + ":" + in("bin")).c_str(), 1);
  ::setenv("SSH_CONNECTION", "192.0.2.1 7 192.0.2.2 22", 1);
  EXPECT_FALSE(put_program_link(paths, program));
  EXPECT_EQ(target_in("local-sbin"), program);
}

TEST_F(ProgramLink, StandsSomewhereWhenThePathHasNoUsualFolder) {
  make_folder(in("local-bin"));
  ::setenv("PATH", "/run/current-system/sw/bin", 1);
  EXPECT_FALSE(put_program_link(paths, program));
  EXPECT_EQ(target_in("local-bin"), program);
}

TEST_F(ProgramLink, FollowsTheProgramAndIsNotMadeTwice) {
  make_folder(in("bin"));
  ::setenv("PATH", in("bin").c_str(), 1);
  put_program_link(paths, in("opt/wgmesh-agent"));
  put_program_link(paths, program);
  EXPECT_EQ(target_in("bin"), program);
  const auto inode = [&] {
    struct stat facts {};
    EXPECT_EQ(::lstat(link_in("bin").c_str(), &facts), 0);
    return facts.st_ino;
  };
  const auto before = inode();
  put_program_link(paths, program);
  EXPECT_EQ(inode(), before);
}

TEST_F(ProgramLink, LeavesAnAgentThatIsNotOurs) {
  make_folder(in("local-sbin"));
  make_folder(in("bin"));
  ::setenv("PATH", (in("local-sbin") + ":" + in("bin")).c_str(), 1);
  ASSERT_EQ(::symlink("/usr/lib/elsewhere", link_in("local-sbin").c_str()), 0);
  EXPECT_THAT(put_program_link(paths, program).value(),
              HasSubstr(link_in("local-sbin") + " is not wgmesh's and stays"));
  EXPECT_EQ(target_in("local-sbin"), "/usr/lib/elsewhere");
  EXPECT_EQ(target_in("bin"), "");
  remove_file(link_in("local-sbin"));
  write_file(link_in("local-sbin"), "a package's");
  EXPECT_TRUE(put_program_link(paths, program));
  EXPECT_EQ(read_file(link_in("local-sbin")), "a package's");
}

TEST_F(ProgramLink, SaysWhereTheAgentIsWhenNoFolderTakesIt) {
  EXPECT_THAT(put_program_link(paths, program).value(), HasSubstr("as " + program));
  // What keeps root from writing, in a test that runs as root: a name that cannot be a link's.
  make_folder(in("bin"));
  make_folder(link_in("bin") + ".next");
  EXPECT_THAT(put_program_link(paths, program).value(), HasSubstr("symlink " + link_in("bin")));
  make_folder(in("sbin"));
  EXPECT_FALSE(put_program_link(paths, program));
  EXPECT_EQ(target_in("sbin"), program);
}

TEST_F(ProgramLink, GoesFromEveryFolder) {
  for (const char* name : {"local-sbin", "local-bin", "bin"}) { make_folder(in(name)); }
  ASSERT_EQ(::symlink(program.c_str(), link_in("local-sbin").c_str()), 0);
  ASSERT_EQ(::symlink("/usr/lib/elsewhere", link_in("local-bin").c_str()), 0);
  ASSERT_EQ(::symlink(program.c_str(), link_in("bin").c_str()), 0);
  remove_program_links(paths);
  EXPECT_EQ(target_in("local-sbin"), "");
  EXPECT_EQ(target_in("local-bin"), "/usr/lib/elsewhere");
  EXPECT_EQ(target_in("bin"), "");
}

TEST_F(ProgramLink, OfNoFolderIsNone) {
  EXPECT_THAT(link_folders(paths.links, "", true), IsEmpty());
  make_folder(in("bin"));
  EXPECT_THAT(link_folders(paths.links, ":::", false), ElementsAre(in("bin")));
}

// Nothing that is shared on the node changes before the commit.
TEST(ProgramLinkOfASession, ComesWithTheCommit) {
  TestNode node;
  const proto::Plan plan = plan_with_addresses();
  const std::string link = node.this_node.paths.links.front() + "/wgmesh-agent";
  {
    TestSession session(node);
    session.propose_from_the_start(plan);
    session.apply();
    EXPECT_FALSE(std::filesystem::is_symlink(link));
  }
  EXPECT_FALSE(std::filesystem::is_symlink(link));
  bring_up(node, plan);
  EXPECT_EQ(std::filesystem::read_symlink(link).string(), lasting_program());
}

}  // namespace
}  // namespace wgmesh::program_link_test
