#include "controller/ssh/ssh_auth.h"

#include <signal.h>

#include <cstdlib>

#include "tests/support/ssh/ssh_test.h"

namespace wgmesh::ssh_auth_test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SshAuthTest : public SshTest {
 protected:
  static void make_key(const SshServer& server, const std::string& name,
                       const std::string& passphrase = {}) {
    run_captured({"ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-f", server.file(name)},
                 soon(), nullptr);
  }
};

// An ssh-agent of the test's own.
class Agent {
 public:
  explicit Agent(const std::string& socket) : socket_(socket) {
    const SpawnOptions options;
    child_.emplace(std::vector<std::string>{"ssh-agent", "-D", "-a", socket}, options);
    while (!std::filesystem::exists(socket)) {
      child_->wait(std::chrono::steady_clock::now() + 10ms);
    }
  }
  void add(const std::string& key) {
    const Ran ran =
        run_captured({"env", "SSH_AUTH_SOCK=" + socket_, "ssh-add", key}, soon(), nullptr);
    ASSERT_EQ(ran.status, 0) << ran.err;
  }

 private:
  std::string socket_;
  std::optional<Spawned> child_;
};

TEST_F(SshAuthTest, ARefusedLoginSaysWhatWasTried) {
  const SshServer server;
  make_key(server, "wrong");
  const std::string why = failure([&] {
    const std::string config = server.config_file();
    std::string text = read_text(config);
    text.replace(text.find("/id\n"), 4, "/wrong\n");
    server.directory().write("config2", text);
    SshOptions options;
    options.config_file = server.file("config2");
    SshConnector connector(options, prompter_, nullptr);
    SshTarget target;
    target.host = "guest";
    connector.connect(target, [](const std::string&) {});
  });
  EXPECT_THAT(
      why,
      HasSubstr(
          "login as guest refused (the server takes: publickey, keyboard-interactive, password)"));
  EXPECT_THAT(why, HasSubstr("tried: " + server.file("wrong")));
  EXPECT_THAT(why, HasSubstr("`ssh guest true`"));
  EXPECT_EQ(failure_id_, "ssh-login-refused");
}

TEST_F(SshAuthTest, EightKeysInTheAgentAndIdentitiesOnly) {
  const SshServer server;
  Agent agent(server.file("agent"));
  for (int i = 0; i < 7; ++i) {
    const std::string name = fmt::format("other{}", i);
    make_key(server, name);
    agent.add(server.file(name));
  }
  agent.add(server.file("id"));
  // Only the agent has the private half.
  std::filesystem::remove(server.file("id"));
  connect(
      server, "node",
      fmt::format("Host node\n  IdentitiesOnly yes\n  IdentityAgent {}\n", server.file("agent")));
  // Without IdentitiesOnly too: the configured identity is offered first.
  connect(server, "node", fmt::format("Host node\n  IdentityAgent {}\n", server.file("agent")));
}

TEST_F(SshAuthTest, IdentitiesOnlyKeepsOtherKeysOfTheAgentBack) {
  const SshServer server;
  Agent agent(server.file("agent"));
  agent.add(server.file("id"));
  make_key(server, "wrong");
  const std::string config =
      fmt::format("Host node\n  IdentitiesOnly yes\n  IdentityAgent {}\n", server.file("agent"));
  std::string text = read_text(server.config_file(config));
  text.replace(text.find("/id\n"), 4, "/wrong\n");
  server.directory().write("config2", text);
  SshOptions options;
  options.config_file = server.file("config2");
  SshConnector connector(options, prompter_, nullptr);
  SshTarget target;
  target.host = "node";
  EXPECT_THROW(connector.connect(target, [](const std::string&) {}), Unreachable);
}

TEST_F(SshAuthTest, APassphraseIsAskedOnceForAllNodes) {
  const SshServer server;
  run_captured({"ssh-keygen", "-q", "-p", "-P", "", "-N", "secret words", "-f", server.file("id")},
               soon(), nullptr);
  answers_ = {"wrong words", "secret words"};
  SshOptions options;
  options.config_file = server.config_file();
  SshConnector connector(options, prompter_, nullptr);
  SshTarget target;
  target.host = "node";
  connector.connect(target, [](const std::string&) {});
  connector.connect(target, [](const std::string&) {});
  EXPECT_THAT(questions_, ElementsAre(HasSubstr("Passphrase of"), HasSubstr("Passphrase of")));
}

TEST_F(SshAuthTest, APassphraseThatNobodyKnowsIsSaid) {
  const SshServer server;
  run_captured({"ssh-keygen", "-q", "-p", "-P", "", "-N", "secret words", "-f", server.file("id")},
               soon(), nullptr);
  EXPECT_THAT(failure([&] { connect(server); }), HasSubstr("(locked by a passphrase)"));
}

TEST_F(SshAuthTest, APasswordIsAskedWhereThereIsSomebody) {
  const SshServer server;
  answers_ = {"wrong", "guest"};
  connect(server, "guest", "Host guest\n  PubkeyAuthentication no\n");
  EXPECT_THAT(questions_, ElementsAre("guest@guest's password: ", "guest@guest's password: "));
  questions_.clear();
  EXPECT_THAT(failure([&] {
                connect(server, "guest",
                        "Host guest\n  PubkeyAuthentication no\n  BatchMode yes\n");
              }),
              HasSubstr("login as guest refused"));
  EXPECT_THAT(questions_, IsEmpty());
}

std::string agent_of(const SshServer& server, const std::string& more = {}) {
  return fmt::format("Host node\n  IdentityAgent {}\n{}", server.file("agent"), more);
}

TEST_F(SshAuthTest, ACertificateBesideAKeyOfTheAgentIsOffered) {
  SshServerOptions machine;
  machine.init_lines =
      "rm /var/lib/root/.ssh/authorized_keys\n"
      "ssh-keygen -q -t ed25519 -N '' -f \"$1/ca\"\n"
      "echo \"TrustedUserCAKeys $1/ca.pub\" >>\"$1/sshd_config\"\n";
  const SshServer server(machine);
  Agent agent(server.file("agent"));
  agent.add(server.file("id"));
  std::filesystem::remove(server.file("id"));
  EXPECT_THAT(failure([&] { connect(server, "node", agent_of(server)); }), HasSubstr("refused"));
  const Ran signed_key = run_captured({"ssh-keygen", "-q", "-s", server.file("ca"), "-I", "user",
                                       "-n", "root", server.file("id.pub")},
                                      soon(), nullptr);
  ASSERT_EQ(signed_key.status, 0) << signed_key.err;
  connect(server, "node", agent_of(server));
}

TEST_F(SshAuthTest, TooManyKeysEndAtOnceAndTheCureWorks) {
  SshServerOptions machine;
  machine.sshd_lines = "MaxAuthTries 2\n";
  const SshServer server(machine);
  Agent agent(server.file("agent"));
  for (const char* name : {"k1", "k2", "k3"}) {
    make_key(server, name);
    agent.add(server.file(name));
  }
  std::filesystem::rename(server.file("id"), server.file("right"));
  std::filesystem::rename(server.file("id.pub"), server.file("right.pub"));
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_THAT(failure([&] { connect(server, "node", agent_of(server)); }),
              ::testing::AllOf(HasSubstr("Too many authentication failures"),
                               HasSubstr("IdentitiesOnly"), HasSubstr("identity_file")));
  EXPECT_EQ(failure_id_, "ssh-login-too-many-keys");
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 10s);
  connect(server, "node",
          agent_of(server,
                   fmt::format("  IdentitiesOnly yes\n  IdentityFile {}\n", server.file("right"))));
}

TEST_F(SshAuthTest, WrongPasswordsEndToo) {
  SshServerOptions machine;
  machine.sshd_lines = "MaxAuthTries 2\n";
  const SshServer server(machine);
  answers_ = {"a", "b", "c", "d"};
  EXPECT_THAT(failure([&] {
                connect(server, "guest",
                        "Host guest\n  PubkeyAuthentication no\n  NumberOfPasswordPrompts 9\n");
              }),
              HasSubstr("login as guest refused"));
}

TEST_F(SshAuthTest, AKeyThatIsBoundToADestinationIsToldWithTheWayOut) {
  const SshServer server;
  const std::string config = server.config_file(agent_of(server));
  const Agent agent(server.file("agent"));
  const Ran added = run_captured(
      {"env", "SSH_AUTH_SOCK=" + server.file("agent"), "ssh-add", "-H", server.file("known_hosts"),
       "-h", fmt::format("[127.0.0.1]:{}", server.port()), server.file("id")},
      soon(), nullptr);
  ASSERT_EQ(added.status, 0) << added.err;
  std::filesystem::remove(server.file("id"));
  const std::string why = failure([&] { connect(server, "node", agent_of(server)); });
  EXPECT_THAT(why, ::testing::AllOf(HasSubstr("the agent refused to sign"), HasSubstr("`exec: ssh"),
                                    HasSubstr("(the server takes: publickey")));
  EXPECT_EQ(failure_id_, "ssh-login-agent-refused");
}

TEST_F(SshAuthTest, AKeyFileThatIsNamedAndIsNoneIsTold) {
  const SshServer server;
  std::filesystem::remove(server.file("id"));
  server.directory().write("text", "no key\n");
  const std::string why = failure([&] {
    connect(server, "node", fmt::format("Host node\n  IdentityFile {}\n", server.file("text")));
  });
  EXPECT_THAT(why, ::testing::AllOf(HasSubstr(server.file("id") + ": No such file or directory"),
                                    HasSubstr(server.file("text") + ": no private key")));
  EXPECT_EQ(failure_id_, "ssh-login-key-unusable");
}

TEST_F(SshAuthTest, ALoginMayTakeLongerThanConnecting) {
  SshServerOptions machine;
  machine.init_lines =
      "printf '#!/bin/sh\\nsleep 3\\ncat /run/keys\\n' >/run/slow\n"
      "chmod 755 /run /run/slow\nmv /var/lib/root/.ssh/authorized_keys /run/keys\n";
  machine.sshd_lines = "AuthorizedKeysCommand /run/slow\nAuthorizedKeysCommandUser root\n";
  const SshServer server(machine);
  connect(server, "node", "Host node\n  ConnectTimeout 1\n  IdentitiesOnly yes\n");
}

}  // namespace
}  // namespace wgmesh::ssh_auth_test
