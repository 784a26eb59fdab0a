// Where ssh enters and libssh cannot: the error names a cure, and the cure works.
#include "controller/reach/exec_transport.h"
#include "controller/text/shell_words.h"
#include "tests/support/ssh/ssh_test.h"

namespace wgmesh::ways_out_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class WaysOutTest : public SshTest {
 protected:
  // Does what the error says: the words between `exec: and the next backquote.
  std::string talk_by(const std::string& why) {
    constexpr std::string_view kBegin = "`exec: ";
    const std::size_t at = why.find(kBegin);
    if (at == std::string::npos) { return "there is no cure: " + why; }
    const std::string text =
        why.substr(at + kBegin.size(), why.find('`', at + 1) - at - kBegin.size());
    return talk(*make_exec_transport({split_words(text), text}));
  }
};

TEST_F(WaysOutTest, AKeyExchangeThatLibsshLacks) {
  SshServerOptions machine;
  machine.sshd_lines = "KexAlgorithms sntrup761x25519-sha512@openssh.com\n";
  const SshServer server(machine);
  const std::string why = failure([&] { connect(server); });
  EXPECT_THAT(why, HasSubstr("kex"));
  EXPECT_EQ(failure_id_, "ssh-handshake-failed");
  EXPECT_EQ(talk_by(why), "hello agent");
}

TEST_F(WaysOutTest, ACommandOfTheConfiguration) {
  const SshServer server;
  const std::string why = failure([&] {
    connect(server, "node", "Host node\n  RemoteCommand tmux new -A\n  RequestTTY force\n");
  });
  EXPECT_THAT(why, HasSubstr("remotecommand tmux new -A"));
  EXPECT_EQ(talk_by(why), "hello agent");
}

TEST_F(WaysOutTest, ALoginThatIsNotRoot) {
  SshServerOptions machine;
  machine.sudoers = "guest ALL=(ALL) NOPASSWD: ALL\n";
  machine.sshd_lines = "KexAlgorithms sntrup761x25519-sha512@openssh.com\n";
  const SshServer server(machine);
  EXPECT_EQ(talk_by(failure([&] { connect(server, "guest"); })), "hello agent");
}

TEST_F(WaysOutTest, ACertificateOfTheHost) {
  SshServerOptions machine;
  machine.init_lines =
      "ssh-keygen -q -t ed25519 -N '' -f \"$1/ca\"\n"
      "ssh-keygen -q -s \"$1/ca\" -I host -h -n 127.0.0.1 \"$1/host_ed25519.pub\"\n"
      "echo \"HostCertificate $1/host_ed25519-cert.pub\" >>\"$1/sshd_config\"\n";
  const SshServer server(machine);
  server.directory().write("known_hosts", "@cert-authority * " + read_text(server.file("ca.pub")));
  const std::string why = failure([&] { connect(server); });
  EXPECT_THAT(why, AllOf(HasSubstr("certificate"), HasSubstr("known_hosts:1")));
  EXPECT_EQ(talk_by(why), "hello agent");
}

TEST_F(WaysOutTest, AJumpHostsBannerIsNotTheError) {
  SshServerOptions machine;
  machine.init_lines =
      "echo 'Authorised users only.' >\"$1/banner\"\n"
      "echo \"Banner $1/banner\" >>\"$1/sshd_config\"\n";
  const SshServer server(machine);
  const std::string why =
      failure([&] { connect(server, "behind", "Host behind\n  Port 1\n  ProxyJump node\n"); });
  EXPECT_THAT(why, AllOf(HasSubstr("connect to 127.0.0.1 port 1 by way of node"),
                         HasSubstr("Connection refused"), Not(HasSubstr("Authorised")),
                         Not(HasSubstr("\r")), Not(HasSubstr("questions"))));
}

TEST_F(WaysOutTest, AMatchExecThatHangsIsThisMachines) {
  const SshServer server;
  SshOptions options;
  options.config_file =
      server.config_file("Match originalhost node exec \"sleep 4321\"\n  User x\n");
  options.config_patience = std::chrono::seconds(2);
  SshConnector connector(options, prompter_, nullptr);
  SshTarget target;
  target.host = "node";
  EXPECT_THAT(failure([&] { connector.connect(target, [](const std::string&) {}); }),
              AllOf(HasSubstr("`ssh -G node` on this machine"), HasSubstr("Match exec")));
  EXPECT_EQ(failure_id_, "ssh-config-endless");
  EXPECT_NE(run_captured({"pgrep", "-fx", "sleep 4321"}, soon(), nullptr).status, 0);
}

}  // namespace
}  // namespace wgmesh::ways_out_test
