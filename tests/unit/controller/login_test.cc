#include "controller/login.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>

#include "common/error.h"

namespace wgmesh::login_test {
namespace {

SshTarget becoming(Become become) {
  SshTarget target;
  target.host = "n1";
  target.become = become;
  return target;
}

TEST(IsPasswordDue, OnlyWhereSudoIsDue) {
  EXPECT_TRUE(is_password_due(becoming(Become::kAuto), "ops"));
  EXPECT_TRUE(is_password_due(becoming(Become::kSudo), "ops"));
  EXPECT_FALSE(is_password_due(becoming(Become::kDoas), "ops"));
  EXPECT_FALSE(is_password_due(becoming(Become::kNone), "ops"));
}

TEST(IsPasswordDue, NeverForARootLoginOrAContainer) {
  for (const Become become : {Become::kAuto, Become::kSudo, Become::kDoas, Become::kNone}) {
    EXPECT_FALSE(is_password_due(becoming(become), "root"));
  }
  EXPECT_FALSE(is_password_due(ExecTarget{{"docker", "exec"}, "docker exec"}, ""));
  EXPECT_FALSE(is_password_due(ExecTarget{{"ssh", "ops@n1"}, "ssh ops@n1"}, "ops"));
}

void ask_without_a_terminal() {
  setsid();
  CommandLine line;
  line.ask_become_pass = true;
  Progress progress(ProgressMode::kQuiet, {});
  const Interrupt interrupt;
  try {
    const Login login(line, progress, interrupt);
  } catch (const Error& error) {
    std::fprintf(stderr, "%s %s", error.id().c_str(), error.what());
    _exit(0);
  }
  _exit(1);
}

TEST(LoginDeathTest, APasswordWantsATerminal) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(ask_without_a_terminal(), testing::ExitedWithCode(0),
              "terminal-for-password -K asks for a password, and there is no terminal");
}

}  // namespace
}  // namespace wgmesh::login_test
