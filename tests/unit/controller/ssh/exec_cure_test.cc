#include "controller/ssh/exec_cure.h"

#include <gtest/gtest.h>

namespace wgmesh::exec_cure_test {
namespace {

std::string exec_of(SshTarget target, const std::string& lines) {
  target.host = "n1";
  return exec_command(target, "", parse_ssh_options(lines));
}

TEST(ExecCommand, RootNeedsNothingMore) {
  EXPECT_EQ(exec_of({}, "user root\nrequesttty auto\nremotecommand none\nstdinnull no\n"),
            "ssh n1");
  EXPECT_EQ(exec_of({.user = "root", .port = 2222}, "user root\n"), "ssh -l root -p 2222 n1");
}

TEST(ExecCommand, OthersBecomeRoot) {
  EXPECT_EQ(exec_of({}, "user ops\n"), "ssh n1 sudo -n");
  EXPECT_EQ(exec_of({.become = Become::kDoas}, "user ops\n"), "ssh n1 doas -n");
  EXPECT_EQ(exec_of({.become = Become::kNone}, "user ops\n"), "ssh n1");
}

TEST(ExecCommand, TurnsOffWhatWouldSpoilTheStream) {
  EXPECT_EQ(exec_of({}, "user root\nremotecommand tmux\nrequesttty force\n"),
            "ssh -o RemoteCommand=none -o RequestTTY=no n1");
  EXPECT_EQ(exec_of({}, "user root\nsessiontype none\nstdinnull yes\n"),
            "ssh -o SessionType=default -o StdinNull=no n1");
}

TEST(ExecCommand, QuotesWords) {
  EXPECT_EQ(exec_of({.identity_files = {"/a b/it's"}}, "user root\n"), "ssh -i '/a b/it'\\''s' n1");
}

}  // namespace
}  // namespace wgmesh::exec_cure_test
