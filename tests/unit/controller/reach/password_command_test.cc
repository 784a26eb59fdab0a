// Passwords that a command of the user's prints.
#include "controller/reach/password_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace wgmesh::password_command_test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

std::string read(const std::string& command, std::chrono::milliseconds patience = 20s) {
  return std::string(
      password_from(command, std::chrono::steady_clock::now() + patience, nullptr).view());
}

std::string failure(const std::string& command, std::chrono::milliseconds patience = 20s) {
  try {
    read(command, patience);
  } catch (const Unreachable& error) {
    EXPECT_THAT(error.cure(), HasSubstr("run the command by hand"));
    EXPECT_EQ(error.id(), "password-command-failed");
    return error.message();
  }
  return "no error";
}

TEST(PasswordCommand, TheFirstLineIsThePassword) {
  EXPECT_EQ(read("echo secret"), "secret");
  EXPECT_EQ(read("printf 'no newline'"), "no newline");
  EXPECT_EQ(read("printf ' blanks \\nuser: me\\n'"), " blanks ");
  EXPECT_EQ(read("echo first; sleep 0.1; yes | head -c 300000"), "first");
}

TEST(PasswordCommand, ItsOwnWordsTellWhyThereIsNone) {
  EXPECT_EQ(failure("echo 'the store is locked' >&2; exit 3"),
            "become_password_command fails with exit status 3: the store is locked");
  EXPECT_EQ(failure("kill -9 $$"), "become_password_command was ended by signal 9");
  EXPECT_EQ(failure("true"), "become_password_command prints no password");
  EXPECT_EQ(failure("echo; echo late"), "become_password_command prints no password");
  EXPECT_EQ(failure("yes x | tr -d '\\n' | head -c 5000"),
            "become_password_command prints more than a password");
  EXPECT_EQ(failure("echo waiting >&2; sleep 60", 300ms),
            "become_password_command does not end: waiting");
}

// The first line has come, and the command never stops.
TEST(PasswordCommand, OneThatWritesWithoutEndIsEndedByTheClock) {
  EXPECT_EQ(failure("yes", 300ms), "become_password_command does not end");
}

TEST(PasswordCommand, NothingOfAFailedCommandsOutputIsTold) {
  EXPECT_THAT(failure("echo secret; exit 1"), ::testing::Not(HasSubstr("secret")));
}

TEST(PasswordCommand, ReadsNothingFromTheTerminal) { EXPECT_EQ(read("cat; echo end"), "end"); }

TEST(PasswordCommand, CtrlCEndsIt) {
  Interrupt interrupt;
  std::thread user([&] {
    std::this_thread::sleep_for(100ms);
    interrupt.set();
  });
  EXPECT_THROW(password_from("sleep 60", std::chrono::steady_clock::now() + 20s, &interrupt),
               Interrupted);
  user.join();
}

}  // namespace
}  // namespace wgmesh::password_command_test
