#include "controller/ssh/host_key_check.h"

#include "tests/support/ssh/ssh_test.h"

namespace wgmesh::host_keys_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class HostKeysTest : public SshTest {
 protected:
  static std::string name(const SshServer& server) {
    return fmt::format("[127.0.0.1]:{}", server.port());
  }
  static std::string another_key(const SshServer& server) {
    run_captured({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", server.file("other")},
                 soon(), nullptr);
    const std::string line = read_text(server.file("other.pub"));
    return line.substr(0, line.rfind(' '));
  }
};

TEST_F(HostKeysTest, AnUnknownKeyIsAnErrorThatSaysHowToAcceptIt) {
  const SshServer server;
  server.directory().write("known_hosts", "");
  const std::string why = failure([&] { connect(server); });
  EXPECT_THAT(why, HasSubstr(fmt::format("the host key of {} is unknown: ssh-ed25519 SHA256:",
                                         name(server))));
  EXPECT_THAT(why, HasSubstr("`ssh node true`"));
  EXPECT_THAT(why, HasSubstr("--accept-new-host-keys"));
  EXPECT_EQ(read_text(server.file("known_hosts")), "");
}

TEST_F(HostKeysTest, AcceptedKeysAreToldAndRemembered) {
  const SshServer server;
  server.directory().write("known_hosts", "# no newline at the end");
  accept_new_host_keys_ = true;
  connect(server);
  EXPECT_THAT(reports_, ElementsAre(HasSubstr("accepted the new host key")));
  EXPECT_EQ(read_text(server.file("known_hosts")),
            fmt::format("# no newline at the end\n{} {}\n", name(server), server.host_key()));
  accept_new_host_keys_ = false;
  reports_.clear();
  connect(server);
  EXPECT_THAT(reports_, IsEmpty());
}

TEST_F(HostKeysTest, TheUsersConfigurationMayAcceptAndNothingIsWrittenToDevNull) {
  const SshServer server;
  connect(server, "node",
          "Host node\n  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n");
  EXPECT_THAT(reports_, ElementsAre(HasSubstr("accepted the new host key")));
}

TEST_F(HostKeysTest, AChangedKeyIsAlwaysAnError) {
  const SshServer server;
  server.directory().write("known_hosts",
                           fmt::format("{} {}\n", name(server), another_key(server)));
  accept_new_host_keys_ = true;
  const std::string why =
      failure([&] { connect(server, "node", "Host node\n  StrictHostKeyChecking no\n"); });
  EXPECT_THAT(why, HasSubstr("has changed"));
  EXPECT_THAT(why, HasSubstr("known_hosts:1"));
}

TEST_F(HostKeysTest, ARevokedKeyIsAlwaysAnError) {
  const SshServer server;
  server.directory().write(
      "known_hosts", fmt::format("{0} {1}\n@revoked * {1}\n", name(server), server.host_key()));
  accept_new_host_keys_ = true;
  EXPECT_THAT(failure([&] { connect(server); }), HasSubstr("is revoked"));
}

TEST_F(HostKeysTest, HashedFilesAliasesAndListsOfFilesCount) {
  const SshServer server;
  const std::string config = server.config_file();
  run_captured({"ssh-keygen", "-H", "-f", server.file("known_hosts")}, soon(), nullptr);
  ASSERT_THAT(read_text(server.file("known_hosts")), HasSubstr("|1|"));
  connect(server);

  server.directory().write("known_hosts", "");
  server.directory().write("second", fmt::format("the-alias {}\n", server.host_key()));
  connect(server, "node",
          fmt::format("Host node\n  HostKeyAlias the-alias\n  UserKnownHostsFile {} {}\n",
                      server.file("known_hosts"), server.file("second")));
}

TEST_F(HostKeysTest, AsksAServerWithManyKeysForTheKnownOne) {
  SshServerOptions machine;
  machine.host_key_kinds = {"ed25519", "ecdsa", "rsa"};
  const SshServer server(machine);
  for (const char* kind : {"rsa", "ecdsa"}) {
    server.directory().write("known_hosts",
                             fmt::format("{} {}\n", name(server), server.host_key(kind)));
    connect(server);
  }
}

// ssh asks such a server for its certificate first, finds that no authority of ours made it, and
// refuses the plain key, which it does not know. libssh shows us the other key, which is known.
TEST_F(HostKeysTest, AKeyThatSshWouldNotHaveAskedForIsNotTrusted) {
  SshServerOptions machine;
  machine.host_key_kinds = {"ed25519", "ecdsa"};
  machine.init_lines =
      "ssh-keygen -q -t ed25519 -N '' -f \"$1/ca\"\n"
      "ssh-keygen -q -s \"$1/ca\" -I host -h -n 127.0.0.1 \"$1/host_ed25519.pub\"\n"
      "echo \"HostCertificate $1/host_ed25519-cert.pub\" >>\"$1/sshd_config\"\n";
  const SshServer server(machine);
  server.directory().write("known_hosts",
                           fmt::format("@cert-authority {0} {1}\n{0} {2}\n", name(server),
                                       another_key(server), server.host_key("ecdsa")));
  const Ran ssh = run_captured(
      {"ssh", "-F", server.config_file("  BatchMode yes\n"), "node", "true"}, soon(), nullptr);
  EXPECT_NE(ssh.status, 0);
  EXPECT_THAT(failure([&] { connect(server); }), HasSubstr("is to be checked by a certificate"));
}

TEST_F(HostKeysTest, KeysOfOthersThatAreRevokedDoNotMatter) {
  const SshServer server;
  server.directory().write("known_hosts", fmt::format("{} {}\n@revoked * {}\n", name(server),
                                                      server.host_key(), another_key(server)));
  connect(server);
}

TEST_F(HostKeysTest, HashKnownHostsIsHonoured) {
  const SshServer server;
  server.directory().write("known_hosts", "");
  accept_new_host_keys_ = true;
  const std::string hashed = "Host node\n  HashKnownHosts yes\n";
  connect(server, "node", hashed);
  EXPECT_THAT(
      read_text(server.file("known_hosts")),
      ::testing::AllOf(::testing::StartsWith("|1|"), ::testing::Not(HasSubstr("127.0.0.1"))));
  accept_new_host_keys_ = false;
  connect(server, "node", hashed);
}

TEST_F(HostKeysTest, AFileThatCannotBeWrittenIsTold) {
  const SshServer server;
  server.directory().write("known_hosts", "");
  connect(server, "node",
          "Host node\n  StrictHostKeyChecking accept-new\n  UserKnownHostsFile /proc/none/x\n");
  EXPECT_THAT(reports_, ElementsAre(HasSubstr("accepted the new host key"),
                                    HasSubstr("is not kept: open /proc/none/x: ")));
}

TEST_F(HostKeysTest, AnAddedAlgorithmDoesNotChangeWhatIsCompared) {
  SshServerOptions machine;
  machine.host_key_kinds = {"ed25519", "rsa"};
  const SshServer server(machine);
  server.directory().write("known_hosts",
                           fmt::format("{} {}\r\n", name(server), server.host_key("rsa")));
  connect(server, "node", "Host node\n  HostKeyAlgorithms +ssh-rsa\n");
  // In the user's own order ssh compares the first one, and refuses.
  EXPECT_THAT(failure([&] {
                connect(server, "node",
                        "Host node\n  HostKeyAlgorithms ssh-ed25519,rsa-sha2-512\n");
              }),
              HasSubstr("another kind"));
}

TEST_F(HostKeysTest, APathMayHoldABlank) {
  const SshServer server;
  const std::string config = server.config_file();
  std::filesystem::rename(server.file("known_hosts"), server.file("my hosts"));
  server.directory().write("known_hosts", "");
  connect(server, "node",
          fmt::format("Host node\n  UserKnownHostsFile \"{}\" /none\n", server.file("my hosts")));
}

TEST_F(HostKeysTest, LocalhostIsTrustedWhereTheUserSaysSo) {
  const SshServer server;
  server.directory().write("known_hosts",
                           fmt::format("{} {}\n", name(server), another_key(server)));
  connect(server, "node", "Host node\n  NoHostAuthenticationForLocalhost yes\n");
}

}  // namespace
}  // namespace wgmesh::host_keys_test
