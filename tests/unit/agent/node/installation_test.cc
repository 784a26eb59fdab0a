#include "agent/node/installation.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "agent/node/program_link.h"
#include "agent/store/atomic_file.h"
#include "common/exposed_folder.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/test_node.h"

namespace wgmesh::installation_test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// A node, and a program that a session has brought there.
class InstallationTest : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) { GTEST_SKIP() << "the places are root's"; }
    run_as("program");
  }
  // This process is the program of that content from here on.
  void run_as(const std::string& content) {
    const std::string file = brought.path() + "/" + content;
    write_file(file, content);
    remove_file(brought.path() + "/exe");
    ASSERT_EQ(::symlink(file.c_str(), (brought.path() + "/exe").c_str()), 0);
    paths.self = brought.path() + "/exe";
  }
  std::vector<std::string> install() {
    Installation installation(paths);
    installation.stage();
    auto notes = installation.settle();
    const std::string lasting = installation.lasting_name();
    if (lasting.empty()) { return notes; }
    if (const auto refused = put_program_link(paths, lasting)) { notes.push_back(*refused); }
    return notes;
  }
  // Of what the path leads to.
  static std::string content_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }
  std::vector<std::string> files_in(const std::string& folder) const {
    std::vector<std::string> names;
    if (!exists(folder)) { return names; }
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      names.push_back(entry.path().filename());
    }
    return names;
  }

  TestNode node;
  TemporaryFolder brought;
  Paths& paths = node.this_node.paths;
  const std::string place = paths.programs.front();
  const std::string name = place + "/wgmesh-agent";
  const std::string link = paths.links.front() + "/wgmesh-agent";
};

TEST_F(InstallationTest, NothingLeadsToAProgramThatIsOnlyStaged) {
  Installation installation(paths);
  EXPECT_TRUE(installation.is_due());
  installation.stage();
  EXPECT_THAT(files_in(place), SizeIs(2));  // the program and its .sum
  EXPECT_FALSE(exists(name));
  EXPECT_EQ(installation.lasting_name(), "");
  installation.discard();
  EXPECT_FALSE(exists(place));
}

TEST_F(InstallationTest, WhatIsNotSettledGoesWithTheSession) {
  { Installation(paths).stage(); }
  EXPECT_FALSE(exists(place));
  EXPECT_FALSE(exists(paths.state));  // a node that failed in its first `up` is as it was
}

TEST_F(InstallationTest, SettledItHasItsNameLinkSumAndVersion) {
  EXPECT_THAT(install(), IsEmpty());
  EXPECT_EQ(content_of(name), "program");
  EXPECT_EQ(content_of(link), "program");
  EXPECT_EQ(content_of(name + ".version"), WGMESH_VERSION "\n");
  const std::string file = std::filesystem::canonical(name);
  EXPECT_EQ(std::filesystem::status(file).permissions(), std::filesystem::perms::owner_all);
  // "program" by sha256sum.
  EXPECT_THAT(content_of(file + ".sum"),
              AllOf(HasSubstr("  " + file + "\n"), SizeIs(67 + file.size())));
  // Started from there it is at home.
  remove_file(brought.path() + "/exe");
  ASSERT_EQ(::symlink(file.c_str(), paths.self.c_str()), 0);
  EXPECT_FALSE(Installation(paths).is_due());
}

TEST_F(InstallationTest, TakesThePlaceOfAnotherBuildAndLeavesNoneOfIt) {
  install();
  write_file(place + "/.wgmesh-agent.77", "half");
  run_as("another build");
  EXPECT_THAT(install(), IsEmpty());
  EXPECT_EQ(content_of(link), "another build");
  EXPECT_THAT(files_in(place), SizeIs(4));  // name, program, .sum, .version
}

TEST_F(InstallationTest, ANewerAgentStaysUnlessItIsSaidOtherwise) {
  install();
  for (const char* newer : {"99.0.0\n", "0.99\n", "0.1.1\n"}) {
    write_file(name + ".version", newer);
    run_as("older build");
    EXPECT_FALSE(Installation(paths).is_due());
    EXPECT_THAT(install(),
                ElementsAre(AllOf(HasSubstr("stays"), HasSubstr("--replace-newer-agent"))));
    EXPECT_EQ(content_of(name), "program");
    EXPECT_EQ(Installation(paths).lasting_name(), name);
  }
  Installation insists(paths);
  insists.accept_older();
  insists.stage();
  EXPECT_THAT(insists.settle(), IsEmpty());
  EXPECT_EQ(content_of(name), "older build");
}

TEST_F(InstallationTest, SettlesEvenIfAnotherSessionTookTheCopyAway) {
  Installation installation(paths);
  installation.stage();
  std::filesystem::remove_all(place);
  EXPECT_THAT(installation.settle(), IsEmpty());
  EXPECT_EQ(content_of(name), "program");
}

TEST_F(InstallationTest, ALinkOrFileOfOthersStaysAndIsTold) {
  ASSERT_EQ(::symlink("/usr/lib/elsewhere", link.c_str()), 0);
  EXPECT_THAT(install(), ElementsAre(AllOf(HasSubstr(link), HasSubstr("stays"), HasSubstr(name))));
  EXPECT_EQ(std::filesystem::read_symlink(link), "/usr/lib/elsewhere");
  remove_file(link);
  write_file(link, "a package's");
  EXPECT_THAT(install(), SizeIs(1));
  EXPECT_EQ(content_of(link), "a package's");
  remove_file(link);
  ASSERT_EQ(::symlink((paths.programs.back() + "/wgmesh-agent").c_str(), link.c_str()), 0);
  EXPECT_THAT(install(), IsEmpty());  // ours, from another place
  EXPECT_EQ(std::filesystem::read_symlink(link).string(), name);
}

TEST_F(InstallationTest, TakesAPlaceOnlyWhereNobodyElseCanWrite) {
  struct Case {
    std::string folder;
    unsigned mode;
    unsigned owner;
  };
  for (const Case& bad :
       {Case{place, 0777, 0}, Case{place, 0770, 0}, Case{place, 01777, 0}, Case{place, 0755, 12345},
        Case{paths.state, 0777, 0}, Case{paths.state, 0775, 0}, Case{paths.state, 0755, 12345}}) {
    SCOPED_TRACE(fmt::format("{} {:o} {}", bad.folder, bad.mode, bad.owner));
    make_folder(place);
    ASSERT_EQ(::chmod(bad.folder.c_str(), bad.mode), 0);
    ASSERT_EQ(::chown(bad.folder.c_str(), bad.owner, 0), 0);
    EXPECT_NE(why_others_may_write(place), "");
    EXPECT_THAT(install(), IsEmpty());
    EXPECT_EQ(content_of(paths.programs.back() + "/wgmesh-agent"),
              "program");  // the next place
    EXPECT_FALSE(exists(name));
    std::filesystem::remove_all(paths.state);
    std::filesystem::remove_all(paths.programs.back());
  }
}

TEST_F(InstallationTest, SaysWhenNoPlaceTakesIt) {
  for (const std::string& folder : paths.programs) {
    make_folder(folder);
    ASSERT_EQ(::chmod(folder.c_str(), 0777), 0);
  }
  EXPECT_THAT(install(), ElementsAre(AllOf(HasSubstr("no place takes the agent"),
                                           HasSubstr("others may write to " + place))));
}

// In a child, whose mounts are its own.
TEST_F(InstallationTest, TakesNoPlaceFromWhichNothingCanRun) {
  constexpr int kMayNotMount = 77;
  const pid_t child = ::fork();
  if (child == 0) {
    bool may = ::unshare(CLONE_NEWNS) == 0 &&
               ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
    for (const std::string& folder : paths.programs) {
      make_folder(folder);
      may = may && ::mount("none", folder.c_str(), "tmpfs", MS_NOEXEC, "mode=0700") == 0;
    }
    if (!may) { ::_exit(kMayNotMount); }
    const auto notes = install();
    const bool is_told = notes.size() == 1 &&
                         notes.front().find(place + " is mounted noexec; ") != std::string::npos;
    ::_exit(is_told ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == kMayNotMount) { GTEST_SKIP() << "mounts are not ours to make"; }
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(InstallationTest, ComesWithTheCommitOfASessionAndNotBefore) {
  const proto::Plan plan = plan_with_addresses();
  for (const bool commits : {false, true}) {
    TestSession session(node);
    const proto::FromAgent proposed = session.propose_from_the_start(plan);
    EXPECT_EQ(proposed.changes().changes().rbegin()->text(),
              "install wgmesh-agent " WGMESH_VERSION);
    EXPECT_TRUE(proposed.changes().changes().rbegin()->of_agent());
    session.apply();
    EXPECT_FALSE(exists(name));
    commits ? session.commit() : session.undo();
    EXPECT_EQ(content_of(link), commits ? "program" : "");
    EXPECT_EQ(exists(place), commits);
  }
}

TEST_F(InstallationTest, AReadingSessionLeavesTheNodeAsItWas) {
  const proto::Plan plan = plan_with_addresses();
  const auto before = node.files();
  {
    TestSession session(node);
    proto::Open open = open_for(plan);
    open.set_changes_state(false);
    session.open(open);
    session.make_secrets(plan);
    session.propose(proto::UP, &plan);
  }
  EXPECT_EQ(node.files(), before);
  EXPECT_FALSE(exists(place));
}

TEST(IsNewerVersion, ComparesNumbers) {
  EXPECT_TRUE(is_newer_version("0.10.0", "0.9.9"));
  EXPECT_TRUE(is_newer_version("1", "0.9"));
  EXPECT_FALSE(is_newer_version("0.1.0", "0.1.0"));
  EXPECT_FALSE(is_newer_version("0.1", "0.1.0"));
  EXPECT_FALSE(is_newer_version("", "0.1.0"));
  EXPECT_FALSE(is_newer_version("garbage", "0.0.1"));
}

}  // namespace
}  // namespace wgmesh::installation_test
