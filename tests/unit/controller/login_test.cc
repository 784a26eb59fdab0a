#include "controller/login.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace wgmesh::login_test
