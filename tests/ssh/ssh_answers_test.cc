#include "controller/ssh/ssh_answers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "controller/reach/captured_child.h"
#include "tests/support/ssh/ssh_server.h"

namespace wgmesh::ssh_answers_test {
namespace {

using namespace std::chrono_literals;

// The machine's ssh, which notes each start in a file.
class SshAnswersTest : public ::testing::Test {
 protected:
  SshAnswersTest() {
    directory_.write(
        "ssh",
        "#!/bin/sh\necho >>" + directory_.path() + "/starts\nPATH=${PATH#*:}\nexec ssh \"$@\"\n",
        0755);
    directory_.write("config", "Host node\n  User guest\n");
    directory_.write("wrong", "Port none\n");
    setenv("PATH", (directory_.path() + ":" + path_).c_str(), 1);
  }
  ~SshAnswersTest() override { setenv("PATH", path_.c_str(), 1); }

  std::size_t starts() const {
    std::ifstream file(directory_.path() + "/starts");
    return static_cast<std::size_t>(std::count(std::istreambuf_iterator<char>(file), {}, '\n'));
  }
  static SshTarget target(const std::string& host) {
    SshTarget made;
    made.host = host;
    return made;
  }

  const std::string path_ = getenv("PATH");
  TemporaryDirectory directory_;
};

TEST_F(SshAnswersTest, AsksOnceForAHostHoweverManyThreadsWant) {
  SshAnswers answers(directory_.path() + "/config", 30s, nullptr);
  std::vector<std::thread> threads;
  std::vector<std::string> ports(8);
  for (std::string& port : ports) {
    threads.emplace_back([&] { port = answers.about(target("node")).at("port").at(0); });
  }
  for (std::thread& thread : threads) { thread.join(); }
  EXPECT_EQ(ports, std::vector<std::string>(8, "22"));
  EXPECT_EQ(answers.defaults().at("port").at(0), "22");
  EXPECT_EQ(starts(), 2);  // the host, and what ssh says without any configuration
}

TEST_F(SshAnswersTest, OtherOptionsAreAnotherQuestion) {
  SshAnswers answers(directory_.path() + "/config", 30s, nullptr);
  SshTarget with_port = target("node");
  with_port.port = 2222;
  EXPECT_EQ(answers.about(target("node")).at("port").at(0), "22");
  EXPECT_EQ(answers.about(with_port).at("port").at(0), "2222");
  EXPECT_EQ(answers.about(target("other")).at("hostname").at(0), "other");
  answers.defaults();
  EXPECT_EQ(starts(), 4);
}

TEST_F(SshAnswersTest, ARefusedConfigurationIsToldToEachWhoAsks) {
  SshAnswers answers(directory_.path() + "/wrong", 30s, nullptr);
  for (int i = 0; i < 2; ++i) {
    try {
      answers.about(target("node"));
      FAIL() << "it was taken";
    } catch (const Error& error) { EXPECT_EQ(error.id(), "ssh-config-refused"); }
  }
}

TEST_F(SshAnswersTest, WithoutAnSshProgramEachCallSaysSo) {
  setenv("PATH", "/nowhere", 1);
  SshAnswers answers(directory_.path() + "/config", 30s, nullptr);
  EXPECT_THROW(answers.about(target("node")), ProgramMissing);
  EXPECT_THROW(answers.defaults(), ProgramMissing);
}

}  // namespace
}  // namespace wgmesh::ssh_answers_test
