#include "controller/ssh/ssh_connector.h"

#include <dirent.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "tests/support/ssh/ssh_test.h"

namespace wgmesh::ssh_transport_test {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using ::testing::HasSubstr;

std::vector<std::string> open_descriptors() {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    const std::string what = std::filesystem::read_symlink(entry.path(), gone).string();
    found.push_back(what.substr(0, what.find('[')));
  }
  std::ranges::sort(found);
  return found;
}

// Processes of ours or others whose command line holds `word`.
std::size_t processes_with(const std::string& word) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (!std::ranges::all_of(name, [](unsigned char c) { return std::isdigit(c) != 0; })) {
      continue;
    }
    if (read_text("/proc/" + name + "/cmdline").find(word) != std::string::npos) { ++count; }
  }
  return count;
}

// Takes connections and never says a word.
class SilentServer {
 public:
  SilentServer() {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    EXPECT_EQ(listen(listener_.get(), 8), 0);
    EXPECT_EQ(getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
  }
  std::string config() const {
    return fmt::format("Host node\n  ConnectTimeout 1\n  Port {}\n", port_);
  }

 private:
  UniqueFd listener_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  std::uint16_t port_ = 0;
};

TEST_F(SshTest, LeavesNoDescriptorBehind) {
  const SshServer server;
  const SilentServer silent;
  talk(*connect(server));
  const std::vector<std::string> before = open_descriptors();
  talk(*connect(server));
  failure([&] { connect(server, "guest", "Host guest\n  User nobody\n"); });
  failure([&] { connect(server, "node", silent.config()); });
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(SshTest, NamesAnOptionThatCannotBeHonoured) {
  const SshServer server;
  EXPECT_THAT(failure([&] { connect(server, "node", "Host node\n  BindInterface lo\n"); }),
              HasSubstr("bindinterface lo"));
}

TEST_F(SshTest, SaysWhatSshSaysOfItsConfiguration) {
  const SshServer server;
  EXPECT_THAT(failure([&] { connect(server, "node", "Host node\n  Bogus yes\n"); }),
              HasSubstr("`ssh -G node`: "));
  EXPECT_EQ(failure_id_, "ssh-config-refused");
}

TEST_F(SshTest, AServerThatTakesNoSessionsIsSaid) {
  SshServerOptions machine;
  machine.sshd_lines = "MaxSessions 0\n";
  const SshServer server(machine);
  const auto transport = connect(server);
  EXPECT_THAT(failure([&] { transport->start("true"); }), HasSubstr("SSH channel: "));
  EXPECT_EQ(failure_id_, "ssh-channel-refused");
}

TEST_F(SshTest, AServerThatTakesNoCommandIsSaid) {
  SshServerOptions machine;
  machine.dropbear = true;
  const SshServer server(machine);
  const auto transport = connect(server);
  const std::string longer_than_it_takes(20000, 'x');
  EXPECT_THAT(failure([&] {
                transport->start(longer_than_it_takes);
                transport->read(soon());
              }),
              HasSubstr("the server does not run commands: "));
  EXPECT_EQ(failure_id_, "ssh-commands-refused");
}

TEST_F(SshTest, ANodeThatWantsNoMoreIsSaid) {
  const SshServer server;
  const auto transport = connect(server);
  transport->start("exec >&- 2>&-; exec sleep 60");
  ASSERT_EQ(transport->read(soon()), "");
  const std::string more_than_the_window(8u << 20, 'x');
  EXPECT_THAT(failure([&] { transport->write(more_than_the_window, soon()); }),
              HasSubstr("the node has ended the session"));
  EXPECT_EQ(failure_id_, "ssh-session-ended");
}

TEST_F(SshTest, AConnectionThatBreaksIsSaid) {
  const SshServer server;
  const auto transport = connect(server);
  ASSERT_EQ(talk(*transport), "hello agent");
  server.run("pkill -KILL -f '[s]shd.*: root'");
  EXPECT_THAT(failure([&] { transport->read(soon()); }), HasSubstr("SSH: "));
  EXPECT_EQ(failure_id_, "ssh-connection-broken");
}

TEST_F(SshTest, SaysWhyANodeIsNotReached) {
  const SshServer server;
  EXPECT_THAT(failure([&] { connect(server, "node", "Host node\n  Port 1\n"); }),
              HasSubstr("connect to 127.0.0.1 port 1: Connection refused"));
  EXPECT_THAT(failure([&] { connect(server, "node", "Host node\n  HostName node.invalid\n"); }),
              HasSubstr("resolve node.invalid: "));
}

TEST_F(SshTest, GivesUpOnASilentServerInTime) {
  const SilentServer silent;
  const SshServer server;
  const auto begun = steady_clock::now();
  EXPECT_THAT(failure([&] { connect(server, "node", silent.config()); }),
              HasSubstr("the SSH handshake got no answer"));
  EXPECT_EQ(failure_id_, "ssh-handshake-unanswered");
  EXPECT_LT(steady_clock::now() - begun, 5s);
}

TEST_F(SshTest, AnInterruptEndsOneReadAndLeavesTheStreamWhole) {
  const SshServer server;
  const auto transport = connect(server);
  ASSERT_EQ(talk(*transport), "hello agent");
  std::thread person([&] { transport->interrupt(); });
  EXPECT_THROW(transport->read(soon()), Interrupted);
  person.join();
  transport->write("again", soon());
  EXPECT_EQ(transport->read(soon()), "again");
}

TEST_F(SshTest, AnInterruptEndsConnecting) {
  const SshServer server;
  Interrupt interrupt;
  interrupt.set();
  SshOptions options;
  options.config_file = server.config_file();
  SshConnector connector(options, prompter_, &interrupt);
  SshTarget target;
  target.host = "node";
  EXPECT_THROW(connector.connect(target, [](const std::string&) {}), Interrupted);
}

TEST_F(SshTest, CarriesAMegabyteBothWays) {
  const SshServer server;
  const auto transport = connect(server);
  ASSERT_EQ(talk(*transport), "hello agent");
  std::string sent(1u << 20, 'x');
  for (std::size_t i = 0; i < sent.size(); i += 1000) {
    sent[i] = static_cast<char>('a' + i / 1000 % 26);
  }
  transport->write(sent, soon());
  std::string got;
  while (got.size() < sent.size()) { got += transport->read(soon()); }
  EXPECT_EQ(got, sent);
}

TEST_F(SshTest, ComesBackWhenTheServerTakesFewAtOnce) {
  SshServerOptions machine;
  machine.sshd_lines = "MaxStartups 2:100:2\n";
  const SshServer server(machine);
  SshOptions options;
  options.config_file = server.config_file();
  SshConnector connector(options, prompter_, nullptr);
  std::vector<std::thread> threads;
  std::atomic<int> connected = 0;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      SshTarget target;
      target.host = "node";
      try {
        connector.connect(target, [](const std::string&) {});
        ++connected;
      } catch (const Error& error) { ADD_FAILURE() << error.message(); }
    });
  }
  for (std::thread& thread : threads) { thread.join(); }
  EXPECT_EQ(connected, 8);
}

TEST_F(SshTest, GoesThroughAProxyCommand) {
  const SshServer server;
  EXPECT_EQ(talk(*connect(server, "node",
                          "Host node\n  ProxyCommand bash -c 'exec 3<>/dev/tcp/%h/%p; "
                          "cat <&3 & exec cat >&3'\n")),
            "hello agent");
  EXPECT_THAT(failure([&] {
                connect(server, "node", "Host node\n  ProxyCommand echo no way >&2; exit 1\n");
              }),
              HasSubstr("no way"));
  EXPECT_EQ(failure_id_, "ssh-proxy-command-failed");
}

TEST_F(SshTest, JumpsAndLeavesNoJumpBehind) {
  const SshServer server;
  const std::string jump = "Host behind\n  User root\n  ProxyJump node\n";
  {
    const auto transport = connect(server, "behind", jump);
    EXPECT_EQ(talk(*transport), "hello agent");
    EXPECT_GT(processes_with(server.file("config")), 0u);
  }
  EXPECT_EQ(processes_with(server.file("config")), 0u);
}

TEST_F(SshTest, AcceptsKeysOnTheWayOnlyWhenTold) {
  const SshServer server;
  // `first` is not in known_hosts, the node behind it is.
  const std::string jump =
      "Host behind\n  User root\n  HostKeyAlias known\n  ProxyJump first\n"
      "Host first\n  User root\n  HostKeyAlias first\n";
  server.directory().write("known_hosts", "known " + server.host_key() + "\n");
  EXPECT_THAT(failure([&] { connect(server, "behind", jump); }),
              HasSubstr("Host key verification failed"));
  accept_new_host_keys_ = true;
  connect(server, "behind", jump);
  EXPECT_THAT(reports_, ::testing::ElementsAre(HasSubstr("on the way: added 'first'")));
}

TEST_F(SshTest, WithoutAnSshProgramLibsshReadsTheConfiguration) {
  const SshServer server;
  SshOptions options;
  options.config_file = server.config_file();
  SshConnector connector(options, prompter_, nullptr);
  const std::string path = getenv("PATH");
  setenv("PATH", "/nowhere", 1);
  SshTarget target;
  target.host = "guest";
  const SshConfig config = connector.config_for(target);
  setenv("PATH", path.c_str(), 1);
  EXPECT_EQ(config.host_name, "127.0.0.1");
  EXPECT_EQ(config.port, server.port());
  EXPECT_EQ(config.user, "guest");
  EXPECT_THAT(config.identity_files, ::testing::Contains(server.file("id")));
}

TEST_F(SshTest, AKilledControllerLeavesNoJumpBehind) {
  const SshServer server;
  const std::string config = server.config_file("Host behind*\n  User root\n  ProxyJump node\n");
  Pipe ready = make_pipe();
  const pid_t controller = fork();
  ASSERT_GE(controller, 0);
  if (controller == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    SshOptions options;
    options.config_file = config;
    SshConnector connector(options, prompter_, nullptr);
    std::vector<std::unique_ptr<Transport>> transports;
    for (const char* host : {"behind1", "behind2", "behind3"}) {
      SshTarget target;
      target.host = host;
      transports.push_back(connector.connect(target, [](const std::string&) {}));
    }
    [[maybe_unused]] const ssize_t said = ::write(ready.write_end.get(), "!", 1);
    pause();
    _exit(0);
  }
  ready.write_end.reset();
  char octet = 0;
  ASSERT_EQ(::read(ready.read_end.get(), &octet, 1), 1);
  EXPECT_GE(processes_with(config), 3u);
  kill(controller, SIGKILL);
  waitpid(controller, nullptr, 0);
  const auto deadline = steady_clock::now() + 2s;
  while (processes_with(config) > 0 && steady_clock::now() < deadline) {
    std::this_thread::sleep_for(20ms);
  }
  EXPECT_EQ(processes_with(config), 0u);
}

TEST_F(SshTest, EveryThreadThatConnectsIsHeard) {
  const SshServer server;
  SshOptions options;
  options.config_file = server.config_file();
  options.logs = true;
  SshConnector connector(options, prompter_, nullptr);
  ::testing::internal::CaptureStderr();
  std::thread([&] {
    SshTarget target;
    target.host = "node";
    connector.connect(target, [](const std::string&) {});
  }).join();
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("node: ssh: "));
}

}  // namespace
}  // namespace wgmesh::ssh_transport_test
