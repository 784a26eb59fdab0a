// What the tests of this layer share: an agent that only echoes, a person who answers prompts, and
// ways to get through to a machine.
#pragma once

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "controller/reach/bootstrap.h"
#include "controller/ssh/ssh_connector.h"
#include "tests/support/ssh/ssh_server.h"

namespace wgmesh {

inline Deadline soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(20); }

// An agent that says the magic line and then echoes. One that was brought for the session takes
// itself away first, as the real one does.
inline constexpr const char* kAgent =
    "#!/bin/sh\n"
    "PATH=/usr/bin:/bin\n"
    "case $1 in\n"
    "version) echo test ;;\n"
    "serve) { echo \"$0\" >>/run/started; } 2>/dev/null\n"
    "  [ -z \"$2\" ] || { rm -f \"$0\"; rmdir \"${0%/*}\"; }\n"
    "  echo wgmesh-agent-session-1; exec cat ;;\n"
    "esac\n";

class SshTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::signal(SIGPIPE, SIG_IGN);  // as main() does
    if (geteuid() != 0) { GTEST_SKIP() << "the test's machines need root"; }
    for (const char* machine : {"x86_64", "aarch64"}) {
      agent_directory_.write(fmt::format("wgmesh-agent-{}", machine), kAgent, 0755);
    }
  }

  // As the agent installs itself with a commit.
  void install(const SshServer& server, const std::string& folder = "/var/lib/wgmesh/bin") {
    const AgentBinaries agents({{agent_directory_.path()}});
    for (const auto& [machine, agent] : agents.all()) {
      const std::string file =
          fmt::format("{}/wgmesh-agent-{}", folder, agent->sha256().substr(0, 16));
      server.run(fmt::format("umask 077; mkdir -p {0}; cp {1} {2}; echo '{3}  {2}' >{2}.sum",
                             folder, agent->path(), file, agent->sha256()));
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
    const AgentBinaries agents({{agent_directory_.path()}});
    std::string got = bootstrap(transport, agents, options);
    transport.write("hello agent", soon());
    while (got.size() < 11) {
      const std::string more = transport.read(soon());
      if (more.empty()) { break; }
      got += more;
    }
    return got;
  }

  std::string failure(const std::function<void()>& call) {
    try {
      call();
    } catch (const Error& error) {
      failure_id_ = error.id();
      return error.message() + " | " + error.cure();
    }
    return "no error";
  }

  TemporaryDirectory agent_directory_;
  std::vector<std::string> answers_;
  std::vector<std::string> questions_;
  Prompter prompter_{[this](const std::string& question, bool) -> std::optional<Passphrase> {
    questions_.push_back(question);
    if (answers_.empty()) { return std::nullopt; }
    Passphrase answer = Passphrase::from_text(answers_.front());
    answers_.erase(answers_.begin());
    return answer;
  }};
  std::string failure_id_;  // of the error that failure() met last
  bool accept_new_host_keys_ = false;
  std::vector<std::string> reports_;
};

}  // namespace wgmesh
