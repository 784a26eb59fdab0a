#include "controller/ssh_transport.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controller/bootstrap.h"
#include "tests/support/ssh/ssh_server.h"

namespace wgmesh {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

Deadline soon() { return std::chrono::steady_clock::now() + 20s; }

// An agent that says the magic line and then echoes.
constexpr const char* kAgent =
    "#!/bin/sh\n"
    "case $1 in\n"
    "version) echo test ;;\n"
    "serve) echo wgmesh-agent-session-1; exec cat ;;\n"
    "esac\n";

class SshTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "the test's machines need root";
    for (const char* machine : {"x86_64", "aarch64"}) {
      agent_directory_.write(fmt::format("wgmesh-agent-{}", machine), kAgent, 0755);
    }
  }

  std::unique_ptr<Transport> connect(const SshServer& server, const std::string& host = "node",
                                     const std::string& more_config = {}) {
    SshOptions options;
    options.config_file = server.config_file(more_config);
    options.accept_new_host_keys = accept_new_host_keys_;
    SshConnector connector(options, prompter_, nullptr);
    SshTarget target;
    target.host = host;
    return connector.connect(target, [&](const std::string& line) { reports_.push_back(line); });
  }

  // Through the bootstrap to the agent, and an echo through it.
  std::string talk(Transport& transport, BootstrapOptions options = {}) {
    const AgentBinaries agents({agent_directory_.path()});
    std::string got = bootstrap(transport, agents, options);
    transport.write("hello agent", soon());
    while (got.size() < 11) {
      const std::string more = transport.read(soon());
      if (more.empty()) break;
      got += more;
    }
    return got;
  }

  std::string failure(const std::function<void()>& call) {
    try {
      call();
    } catch (const Error& error) {
      return error.message() + " | " + error.cure();
    }
    return "no error";
  }

  TemporaryDirectory agent_directory_;
  std::vector<std::string> answers_;
  std::vector<std::string> questions_;
  Prompter prompter_{[this](const std::string& question, bool) -> std::optional<Passphrase> {
    questions_.push_back(question);
    if (answers_.empty()) return std::nullopt;
    Passphrase answer = Passphrase::from_text(answers_.front());
    answers_.erase(answers_.begin());
    return answer;
  }};
  bool accept_new_host_keys_ = false;
  std::vector<std::string> reports_;
};

TEST_F(SshTest, SendsTheAgentOnceAndStartsItThen) {
  const SshServer server;
  EXPECT_EQ(talk(*connect(server)), "hello agent");
  const std::string before = server.run("ls -li --full-time /var/lib/wgmesh/bin");
  EXPECT_EQ(talk(*connect(server)), "hello agent");
  EXPECT_EQ(server.run("ls -li --full-time /var/lib/wgmesh/bin"), before);
  EXPECT_EQ(server.run("/usr/local/sbin/wgmesh-agent version"), "test\n");
}

}  // namespace
}  // namespace wgmesh
