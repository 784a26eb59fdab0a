// The controller's side of the bootstrap against a scripted node; the shell's side is tested with
// real shells in tests/ssh.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "common/frame.h"
#include "controller/reach/bootstrap.h"
#include "controller/reach/bootstrap_script.h"
#include "tests/support/controller/loopback_transport.h"

namespace wgmesh::bootstrap_conversation_test {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

class BootstrapConversation : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "wgmesh-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    directory_ = name;
    std::ofstream(directory_ + "/wgmesh-agent-x86_64") << "an agent";
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  // Runs the bootstrap against `node`; the rest beyond the magic line, or the error.
  std::string run(const std::function<void(Loopback&)>& node, BootstrapOptions options = {}) {
    const auto shared = std::make_shared<Loopback>();
    std::thread other([&] { node(*shared); });
    std::string result;
    {
      LoopbackTransport transport(shared);
      try {
        result = bootstrap(transport, AgentBinaries({{directory_}}), options);
      } catch (const Error& error) {
        result = "error: " + error.message();
        id_ = error.id();
      }
    }
    other.join();
    return result;
  }

  // Listens until `end` has arrived.
  static std::string hear_until(Loopback& node, std::string_view end) {
    std::string heard;
    while (!heard.ends_with(end)) {
      const std::string more = node.hear();
      if (more.empty()) { break; }
      heard += more;
    }
    return heard;
  }

  std::string directory_;
  std::string id_;  // of the last error
};

TEST_F(BootstrapConversation, SkipsNoiseAndHandsOverWhatFollowsTheMagicLine) {
  EXPECT_EQ(run([](Loopback& node) {
              node.say("Welcome!\nwgmesh-lab1 says hello\n");
              node.say(std::string(kMagicLine) + "\nfra");
            }),
            "fra");
}

TEST_F(BootstrapConversation, SendsTheAgentOnlyWhenAsked) {
  std::string script;
  std::string uploaded;
  std::vector<std::size_t> sent;
  BootstrapOptions options;
  options.sent = [&](std::size_t done, std::size_t total) {
    sent.push_back(done);
    EXPECT_LE(done, total);
  };
  EXPECT_EQ(run(
                [&](Loopback& node) {
                  node.say("noise\nwgmesh-shell\n");
                  script = hear_until(node, "\nwgmesh_main\n");
                  node.say("\nwgmesh-need x86_64\n");
                  uploaded = node.hear();
                  while (uploaded.find('\n') == std::string::npos ||
                         uploaded.size() - uploaded.find('\n') - 1 < std::stoul(uploaded)) {
                    uploaded += node.hear();
                  }
                  node.say(std::string(kMagicLine) + "\n");
                },
                options),
            "");
  EXPECT_GE(sent.size(), 2u);
  EXPECT_EQ(sent.front(), 0u);
  EXPECT_EQ(sent.back(), uploaded.size() - uploaded.find('\n') - 1);
  EXPECT_THAT(script, HasSubstr("x86_64) hash="));
  EXPECT_EQ(uploaded.substr(uploaded.find('\n') + 1, 2), "\x1f\x8b");  // gzip
}

TEST_F(BootstrapConversation, SendsTheAgentAsItIsWhereThereIsNoGzip) {
  std::vector<std::string> notes;
  run(
      [&](Loopback& node) {
        node.say("wgmesh-shell\n");
        hear_until(node, "\nwgmesh_main\n");
        node.say("\nwgmesh-need-plain x86_64\n");
        EXPECT_EQ(hear_until(node, "8\nan agent"), "8\nan agent");
        node.say(std::string(kMagicLine) + "\n");
      },
      {.note = [&](const std::string& line) { notes.push_back(line); }});
  EXPECT_THAT(notes, ::testing::ElementsAre(HasSubstr("no gzip")));
}

TEST_F(BootstrapConversation, SendsTheScriptAgainToTheRootShell) {
  run([](Loopback& node) {
    node.say("wgmesh-shell\n");
    hear_until(node, "\nwgmesh_main\n");
    node.say("wgmesh-shell\n");
    EXPECT_THAT(hear_until(node, "\nwgmesh_main\n"), HasSubstr("second=yes"));
    node.say(std::string(kMagicLine) + "\n");
  });
}

TEST_F(BootstrapConversation, SendsAPasswordOnlyToItsOwnQuestion) {
  const Passphrase password = Passphrase::from_text("open sesame");
  run(
      [](Loopback& node) {
        node.say("wgmesh-shell\n");
        const std::string script = hear_until(node, "\nwgmesh_main\n");
        node.complain("Password: ");  // anybody's
        const std::size_t at = script.find("prompt=") + 7;
        node.complain(script.substr(at, script.find(' ', at) - at));
        EXPECT_EQ(hear_until(node, "\n"), "open sesame\n");
        node.say(std::string(kMagicLine) + "\n");
      },
      {.become_password = [&]() -> const Passphrase& { return password; }});
}

TEST_F(BootstrapConversation, APasswordIsSentOnlyOnce) {
  const Passphrase password = Passphrase::from_text("open sesame");
  EXPECT_EQ(run(
                [](Loopback& node) {
                  node.say("wgmesh-shell\n");
                  const std::string script = hear_until(node, "\nwgmesh_main\n");
                  const std::size_t at = script.find("prompt=") + 7;
                  const std::string prompt = script.substr(at, script.find(' ', at) - at);
                  node.complain(prompt);
                  hear_until(node, "open sesame\n");
                  node.complain("Sorry, try again.\n" + prompt);
                },
                {.become_password = [&]() -> const Passphrase& { return password; }}),
            "error: sudo refused the password");
  EXPECT_EQ(id_, "sudo-password-refused");
}

TEST_F(BootstrapConversation, NobodyIsAskedForAPasswordBeforeTheScriptOrAfterIt) {
  std::string prompt;
  const auto never = []() -> const Passphrase& { throw std::logic_error("asked"); };
  EXPECT_EQ(run(
                [&](Loopback& node) {
                  node.complain("wgmesh-password-0123:");  // a guess, before there is a question
                  node.say("wgmesh-shell\n");
                  const std::string script = hear_until(node, "\nwgmesh_main\n");
                  const std::size_t at = script.find("prompt=") + 7;
                  prompt = script.substr(at, script.find(' ', at) - at);
                  node.say("wgmesh-shell\n");
                  hear_until(node, "\nwgmesh_main\n");
                  node.complain(prompt);  // root is asking now, who needs none
                  std::this_thread::sleep_for(std::chrono::milliseconds(250));
                  node.say(std::string(kMagicLine) + "\n");
                },
                {.become_password = never}),
            "");
  EXPECT_THAT(prompt, HasSubstr("wgmesh-password-"));
}

TEST_F(BootstrapConversation, TheTimeThatThePasswordTakesIsNotTheNodes) {
  const Passphrase password = Passphrase::from_text("late");
  EXPECT_EQ(run(
                [](Loopback& node) {
                  node.say("wgmesh-shell\n");
                  const std::string script = hear_until(node, "\nwgmesh_main\n");
                  const std::size_t at = script.find("prompt=") + 7;
                  node.complain(script.substr(at, script.find(' ', at) - at));
                  EXPECT_EQ(hear_until(node, "\n"), "late\n");
                  node.say(std::string(kMagicLine) + "\n");
                },
                {.become_password = [&]() -> const Passphrase& {
                   std::this_thread::sleep_for(std::chrono::milliseconds(700));
                   return password;
                 },
                 .whole = std::chrono::milliseconds(600)}),
            "");
}

// Nothing that a node sends gains it more time than is told before.
class NodeThatTalksOn : public BootstrapConversation {
 protected:
  // What comes of a node that says `line` every `pause` for as long as it is heard.
  std::string talk(const std::string& line, std::chrono::milliseconds pause,
                   BootstrapOptions options) {
    const auto begun = std::chrono::steady_clock::now();
    std::atomic<bool> over = false;
    std::string result;
    const auto shared = std::make_shared<Loopback>();
    std::thread node([&] {
      while (!over) {
        shared->say(line);
        if (pause.count() > 0) { std::this_thread::sleep_for(pause); }
      }
    });
    try {
      LoopbackTransport transport(shared);
      bootstrap(transport, AgentBinaries({{directory_}}), options);
    } catch (const Error& error) {
      result = error.message();
      id_ = error.id();
    }
    over = true;
    node.join();
    took_ = std::chrono::steady_clock::now() - begun;
    return result;
  }
  std::chrono::steady_clock::duration took_{};
};

TEST_F(NodeThatTalksOn, LookAlikesDoNotRenewTheWaitForAnAnswer) {
  const BootstrapOptions options{.patience = std::chrono::milliseconds(400)};
  EXPECT_THAT(talk("wgmesh-x\n", std::chrono::milliseconds(50), options),
              HasSubstr("does not answer"));
  EXPECT_LT(took_, std::chrono::seconds(3));
}

TEST_F(NodeThatTalksOn, LookAlikesAreCounted) {
  for (const char* line : {"wgmesh-x\n", "wgmesh-agent-session-2\n", "wgmesh-\n"}) {
    EXPECT_THAT(talk(line, std::chrono::milliseconds(0), {}), HasSubstr("one line after the other"))
        << line;
    EXPECT_EQ(id_, "bootstrap-endless");
    EXPECT_LT(took_, std::chrono::seconds(3));
  }
}

TEST_F(NodeThatTalksOn, ShellsAndUploadsAreCounted) {
  EXPECT_THAT(talk("wgmesh-shell\n", std::chrono::milliseconds(0), {}),
              HasSubstr("one shell after the other"));
  EXPECT_THAT(talk("wgmesh-need x86_64\n", std::chrono::milliseconds(0), {}),
              HasSubstr("again and again"));
}

TEST_F(NodeThatTalksOn, NoiseEndsByItsOctetsOrByTheClock) {
  EXPECT_THAT(talk("yes\nyes\nyes\n", std::chrono::milliseconds(0), {}),
              HasSubstr("no sign of the agent"));
  EXPECT_THAT(talk("no newline", std::chrono::milliseconds(0), {}),
              HasSubstr("no sign of the agent"));
  const BootstrapOptions options{.patience = std::chrono::milliseconds(400)};
  EXPECT_THAT(talk("y\n", std::chrono::milliseconds(50), options), HasSubstr("does not answer"));
  EXPECT_LT(took_, std::chrono::seconds(3));
}

TEST_F(NodeThatTalksOn, TheWholeHasOneDeadline) {
  // Each of its answers is a good one and in time, but the last one never comes.
  const BootstrapOptions options{.patience = std::chrono::seconds(2),
                                 .whole = std::chrono::milliseconds(2500)};
  const std::string why = run(
      [](Loopback& node) {
        node.say("wgmesh-shell\n");
        std::this_thread::sleep_for(std::chrono::seconds(1));
        node.say("wgmesh-shell\n");
        std::this_thread::sleep_for(std::chrono::seconds(1));
        for (int i = 0; i < 100 && node.command() != ""; ++i) {
          node.say("wgmesh-fine\n");
          std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
      },
      options);
  EXPECT_THAT(why, HasSubstr("the node answers, but no agent runs after 3 s"));
}

TEST_F(BootstrapConversation, ExplainsAnEarlyEnd) {
  EXPECT_EQ(run([](Loopback& node) {
              node.complain("sudo: a password is required\n");
              node.hang_up();
            }),
            "error: sudo wants a password: sudo: a password is required");
  EXPECT_EQ(run([](Loopback& node) {
              node.say("This account is currently not available.\n");
              node.complain("sha256sum: x: No such file or directory\n");
              node.hang_up();
            }),
            "error: the shell on the node ended before the agent ran: This "
            "account is currently not "
            "available.");
}

TEST_F(BootstrapConversation, BoundsNoiseAndUploads) {
  EXPECT_THAT(run([](Loopback& node) { node.say(std::string(kMaxNoise + 1, 'x')); }),
              HasSubstr("no sign of the agent"));
  EXPECT_THAT(run([](Loopback& node) {
                for (int i = 0; i < 10; ++i) { node.say("wgmesh-need x86_64\n"); }
              }),
              HasSubstr("again and again"));
}

TEST_F(BootstrapConversation, EveryLoginShellCanReadTheCommand) {
  const std::string command = login_command(AgentBinaries({{directory_}}));
  EXPECT_EQ(command.find_first_of("`!\\\n"), std::string::npos) << command;
  std::istringstream parts(command);
  std::string part;
  for (bool is_quoted = false; std::getline(parts, part, '\''); is_quoted = !is_quoted) {
    if (is_quoted) { continue; }
    EXPECT_EQ(part.find_first_of("\"$(){}[]<>*?~#"), std::string::npos) << part;
  }
  EXPECT_EQ(std::ranges::count(command, '\'') % 2, 0);
  EXPECT_THAT(command, HasSubstr(" && exec /var/lib/wgmesh/bin/wgmesh-agent-"));
  EXPECT_THAT(command, EndsWith("; echo; echo wgmesh-shell; exec sh"));
}

TEST_F(BootstrapConversation, AnInterruptEndsIt) {
  Interrupt interrupt;
  interrupt.set();
  EXPECT_EQ(run([](Loopback&) {}, {.interrupt = &interrupt}), "error: interrupted");
  EXPECT_EQ(id_, "reach-interrupted");
}

}  // namespace
}  // namespace wgmesh::bootstrap_conversation_test
