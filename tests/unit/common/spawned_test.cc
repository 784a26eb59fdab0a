#include "common/spawned.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>

#include "common/posix.h"

namespace wgmesh::spawned_test {
namespace {

using namespace std::chrono_literals;

auto soon() { return std::chrono::steady_clock::now() + 20s; }

// What the program says, and its wait status.
std::string said_by(const std::vector<std::string>& words, SpawnOptions options) {
  Pipe pipe = make_pipe();
  options.fds.emplace_back(pipe.write_end.get(), 1);
  Spawned program(words, options);
  pipe.write_end.reset();
  const auto said = read_all(pipe.read_end.get(), 4096);
  EXPECT_EQ(program.wait(soon()), 0);
  return said.value_or("nothing");
}

TEST(Spawned, IsFoundByItsNameOrByItsPath) {
  EXPECT_EQ(said_by({"echo", "a b"}, {}), "a b\n");
  SpawnOptions by_path;
  by_path.path = "/bin/sh";
  EXPECT_EQ(said_by({"me", "-c", "echo $0"}, by_path), "me\n");
}

TEST(Spawned, HasTheEnvironmentThatItIsGiven) {
  SpawnOptions options;
  options.environment = {"ONLY=this"};
  options.path = "/usr/bin/env";
  EXPECT_EQ(said_by({"env"}, options), "ONLY=this\n");
}

TEST(Spawned, SaysWhichProgramIsMissing) {
  SpawnOptions options;
  EXPECT_THROW(Spawned({"wgmesh-has-no-such-program"}, options), ProgramMissing);
  options.path = "/nowhere/systemctl";
  try {
    const Spawned program({"systemctl"}, options);
    FAIL() << "it was started";
  } catch (const ProgramMissing& error) {
    EXPECT_EQ(error.message(), "/nowhere/systemctl: no such program");
    EXPECT_EQ(error.id(), "program-missing");
  }
}

TEST(Spawned, IsWaitedForUntilADeadline) {
  Spawned program({"sleep", "30"}, {});
  EXPECT_EQ(program.wait(std::chrono::steady_clock::now() + 20ms), std::nullopt);
  program.kill(SIGTERM);
  const auto status = program.wait(soon());
  ASSERT_TRUE(status);
  EXPECT_EQ(WTERMSIG(*status), SIGTERM);
  EXPECT_EQ(program.wait(soon()), status);
}

TEST(Spawned, IsNotLeftBehind) {
  Pipe pipe = make_pipe();
  {
    SpawnOptions options;
    options.fds = {{pipe.write_end.get(), 1}};
    options.own_group = true;
    const Spawned program({"/bin/sh", "-c", "sleep 30 & sleep 30"}, options);
    pipe.write_end.reset();
  }
  EXPECT_EQ(read_all(pipe.read_end.get(), 10), "");  // the whole group has closed it
}

}  // namespace
}  // namespace wgmesh::spawned_test
