#include "controller/reach/bootstrap.h"

#include <sys/utsname.h>

#include <algorithm>
#include <sstream>

#include "controller/reach/bootstrap_script.h"
#include "controller/reach/exec_transport.h"
#include "tests/support/ssh/ssh_test.h"

namespace wgmesh::bootstrap_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class BootstrapTest : public SshTest {
 protected:
  // A shell on this machine with places of its own; `mounts` runs before it.
  static ExecTarget private_shell(const std::string& mounts) {
    return {{"unshare", "--mount", "sh", "-c",
             "set -e; mount --make-rprivate /; for place in /var/lib /opt "
             "/usr/local/lib "
             "/usr/local/sbin /run /dev/shm; do mount -t tmpfs none $place; "
             "done; " +
                 mounts + "; exec \"$@\"",
             "x"},
            "unshare"};
  }
  static std::function<const Passphrase&()> from(const Passphrase& password) {
    return [&password]() -> const Passphrase& { return password; };
  }
  static std::string machine() {
    utsname name{};
    uname(&name);
    return name.machine;
  }
};

// What strace has seen to start, by the names of files.
std::vector<std::string> started_programs(const std::string& trace) {
  std::vector<std::string> programs;
  std::istringstream lines(read_text(trace));
  for (std::string line; std::getline(lines, line);) {
    const auto begin = line.find("execve(\"");
    const auto end = line.find('"', begin + 8);
    // One that is "<unfinished ...>" there, because another process did something meanwhile, counts.
    const bool is_refused = line.find(" = -1 ") != std::string::npos;
    if (begin == std::string::npos || is_refused) { continue; }
    const std::string path = line.substr(begin + 8, end - begin - 8);
    programs.push_back(path.substr(path.rfind('/') + 1));
  }
  return programs;
}

// Everything in the places that an agent may be brought to, but for the agent's own trace.
std::string places(const SshServer& server) {
  return server.run(
      "find /run /dev/shm /var/lib /opt /usr/local -name "
      "'*wgmesh*' -printf '%p %i %m %T@\\n' | sort");
}
std::string started(const SshServer& server) { return server.run("tail -n 1 /run/started"); }

TEST_F(BootstrapTest, BringsAnAgentThatLeavesTheNodeAsItWas) {
  const SshServer server;
  const std::string before = places(server);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(talk(*connect(server)), "hello agent");
    EXPECT_THAT(started(server), ::testing::StartsWith("/run/.wgmesh-"));
    EXPECT_EQ(places(server), before);
  }
}

TEST_F(BootstrapTest, StartsAnInstalledAgentWhereverItIs) {
  for (const char* folder : {"/var/lib/wgmesh/bin", "/usr/local/lib/wgmesh", "/opt/wgmesh"}) {
    const SshServer server;
    install(server, folder);
    const std::string before = places(server);
    EXPECT_EQ(talk(*connect(server)), "hello agent");
    EXPECT_THAT(started(server), ::testing::StartsWith(folder));
    EXPECT_EQ(places(server), before);
  }
}

TEST_F(BootstrapTest, NeitherStartsNorTouchesADamagedAgentOrOneThatOthersCanReplace) {
  struct Case {
    const char* folder;
    const char* damage;
  };
  for (const Case& one :
       {Case{"/var/lib/wgmesh/bin", "for f in /var/lib/wgmesh/bin/*; do echo >>$f; done"},
        Case{"/var/lib/wgmesh/bin", "chmod 777 /var/lib/wgmesh/bin"},
        Case{"/var/lib/wgmesh/bin", "chmod 775 /var/lib/wgmesh"},
        Case{"/var/lib/wgmesh/bin", "chown guest /var/lib/wgmesh"},
        Case{"/var/lib/wgmesh/bin", "chmod 777 /var/lib"},
        Case{"/opt/wgmesh", "chmod 1777 /opt/wgmesh"}, Case{"/opt/wgmesh", "chown guest /opt"},
        Case{"/opt/wgmesh", "chmod 757 /opt"}}) {
    SCOPED_TRACE(one.damage);
    const SshServer server;
    install(server, one.folder);
    server.run(one.damage);
    const std::string before = places(server);
    EXPECT_EQ(talk(*connect(server)), "hello agent");
    EXPECT_THAT(started(server), ::testing::StartsWith("/run/.wgmesh-"));
    EXPECT_EQ(places(server), before);
  }
}

TEST_F(BootstrapTest, BringsAnAgentOnlyWhereNobodyElseCanReplaceIt) {
  SshServerOptions machine;
  machine.init_lines = "chmod 777 /run\n";
  const SshServer server(machine);
  EXPECT_EQ(talk(*connect(server)), "hello agent");
  EXPECT_THAT(started(server),
              ::testing::StartsWith("/dev/shm/.wgmesh-"));  // a sticky one
}

TEST_F(BootstrapTest, ASessionThatDiesInItsUploadLeavesNothing) {
  const SshServer server;
  const std::string before = places(server);
  std::filesystem::remove(agent_directory_.path("wgmesh-agent-" + machine()));
  EXPECT_THAT(failure([&] { talk(*connect(server)); }), HasSubstr("there is no wgmesh-agent"));
  const auto until = soon();
  while (places(server) != before && std::chrono::steady_clock::now() < until) {}
  EXPECT_EQ(places(server), before);
}

TEST_F(BootstrapTest, LoginShellsThatAreOtherOrNoisyDoNotDisturb) {
  for (const char* shell : {"/usr/bin/tcsh", "/usr/bin/fish", "/bin/dash"}) {
    SCOPED_TRACE(shell);
    SshServerOptions machine;
    machine.root_shell = shell;
    const SshServer server(machine);
    EXPECT_EQ(talk(*connect(server)), "hello agent");
    install(server);
    // Then without a script: there is nothing that sha256sum would complain about.
    const auto transport = connect(server);
    EXPECT_EQ(talk(*transport), "hello agent");
    EXPECT_EQ(transport->stderr_text(), "");
  }
  SshServerOptions noisy;
  noisy.root_shell = "/usr/bin/tcsh";
  noisy.init_lines =
      "echo 'echo wgmesh-need me; echo welcome; echo -n prompt' "
      ">/var/lib/root/.cshrc\n";
  noisy.sshd_lines = "Banner /etc/passwd\n";
  // A line that only looks like ours: the machine `me` is asked for.
  const SshServer server(noisy);
  EXPECT_THAT(failure([&] { talk(*connect(server)); }), HasSubstr("its machine, me"));
}

TEST_F(BootstrapTest, ANoisyShellIsSkipped) {
  SshServerOptions noisy;
  noisy.root_shell = "/usr/bin/tcsh";
  noisy.init_lines =
      "printf 'echo wgmesh-like; echo welcome; repeat 999 echo "
      "chatter; printf no-newline' "
      ">/var/lib/root/.cshrc\n";
  const SshServer server(noisy);
  EXPECT_EQ(talk(*connect(server)), "hello agent");
  EXPECT_EQ(talk(*connect(server)), "hello agent");
}

TEST_F(BootstrapTest, WorksWithDropbear) {
  SshServerOptions machine;
  machine.dropbear = true;
  const SshServer server(machine);
  EXPECT_EQ(talk(*connect(server)), "hello agent");
  EXPECT_EQ(talk(*connect(server)), "hello agent");
}

TEST_F(BootstrapTest, WorksWithBusyboxAlone) {
  const TemporaryDirectory root;
  const std::string busybox = "/bin/busybox";
  run_captured({"sh", "-c",
                fmt::format("cd {}; mkdir bin dev proc; mknod dev/null c 1 3; "
                            "chmod 666 dev/null; "
                            "cp {} bin; ./bin/busybox --install bin",
                            root.path(), busybox)},
               soon(), nullptr);
  run_captured({"ln", "-sf", "busybox", root.path("bin/sh")}, soon(), nullptr);
  const ExecTarget target{{"chroot", root.path()}, "chroot"};
  EXPECT_EQ(talk(*make_exec_transport(target)), "hello agent");
  EXPECT_EQ(talk(*make_exec_transport(target)), "hello agent");
}

TEST_F(BootstrapTest, BecomesRootWithSudo) {
  SshServerOptions machine;
  machine.sudoers = "guest ALL=(ALL) NOPASSWD: ALL\n";
  const SshServer server(machine);
  EXPECT_EQ(talk(*connect(server, "guest")), "hello agent");
  EXPECT_EQ(server.run("stat -c %U /run/started"), "root\n");
  // A password that sudo does not ask for does no harm.
  const Passphrase password = Passphrase::from_text("guest");
  EXPECT_EQ(talk(*connect(server, "guest"), {.become_password = from(password)}), "hello agent");
}

TEST_F(BootstrapTest, GivesSudoThePasswordItAsksFor) {
  SshServerOptions machine;
  machine.sudoers = "guest ALL=(ALL) ALL\n";
  const SshServer server(machine);
  EXPECT_THAT(failure([&] { talk(*connect(server, "guest")); }),
              AllOf(HasSubstr("sudo wants a password"), HasSubstr("-K")));
  const Passphrase wrong = Passphrase::from_text("wrong");
  EXPECT_THAT(failure([&] { talk(*connect(server, "guest"), {.become_password = from(wrong)}); }),
              HasSubstr("sudo refused the password"));
  const Passphrase right = Passphrase::from_text("guest");
  EXPECT_EQ(talk(*connect(server, "guest"), {.become_password = from(right)}), "hello agent");
}

TEST_F(BootstrapTest, SaysWhatSudoSaysAfterItsQuestion) {
  SshServerOptions machine;
  machine.sudoers = "root ALL=(ALL) ALL\n";
  const SshServer server(machine);
  const Passphrase right = Passphrase::from_text("guest");
  EXPECT_THAT(failure([&] { talk(*connect(server, "guest"), {.become_password = from(right)}); }),
              AllOf(HasSubstr("sudo refuses: guest is not in the sudoers file"),
                    Not(HasSubstr("wgmesh-password"))));
}

TEST_F(BootstrapTest, NamesTheSettingThatWantsATerminal) {
  SshServerOptions machine;
  machine.sudoers = "Defaults:guest requiretty\nguest ALL=(ALL) NOPASSWD: ALL\n";
  const SshServer server(machine);
  EXPECT_THAT(failure([&] { talk(*connect(server, "guest")); }),
              AllOf(HasSubstr("must have a tty"), HasSubstr("Defaults:guest !requiretty")));
}

TEST_F(BootstrapTest, SaysThatSudoAllowsOtherCommandsOnly) {
  SshServerOptions machine;
  machine.sudoers = "guest ALL=(ALL) NOPASSWD: /bin/true\n";
  const SshServer server(machine);
  // Told without a password, sudo asks for one before it looks at the command.
  const Passphrase right = Passphrase::from_text("guest");
  EXPECT_THAT(
      failure([&] { talk(*connect(server, "guest"), {.become_password = from(right)}); }),
      AllOf(HasSubstr("sudo refuses"), HasSubstr("sudoers allows guest other commands only")));
}

TEST_F(BootstrapTest, SudosPathDoesNotMatter) {
  for (const char* path : {"/usr/local/sbin", "/nowhere"}) {
    SCOPED_TRACE(path);
    SshServerOptions machine;
    machine.sudoers =
        fmt::format("Defaults:guest secure_path={}\nguest ALL=(ALL) NOPASSWD: ALL\n", path);
    const SshServer server(machine);
    EXPECT_EQ(talk(*connect(server, "guest")), "hello agent");
  }
}

TEST_F(BootstrapTest, AStartUpFileThatStartsAnotherShellIsNamed) {
  struct Case {
    const char* shell;
    const char* file;
    const char* line;
  };
  for (const Case& one : {Case{"/bin/bash", ".bashrc", "exec cat >/dev/null"},
                          Case{"/usr/bin/tcsh", ".cshrc", "exec sleep 20"},
                          Case{"/usr/bin/fish", ".config/fish/config.fish", "exec sleep 20"}}) {
    SCOPED_TRACE(one.shell);
    SshServerOptions machine;
    machine.root_shell = one.shell;
    machine.init_lines = fmt::format(
        "mkdir -p /var/lib/root/.config/fish\necho '{}' "
        ">/var/lib/root/{}\n",
        one.line, one.file);
    const SshServer server(machine);
    EXPECT_THAT(failure([&] {
                  talk(*connect(server),
                       {.patience = std::chrono::seconds(2), .by_hand = "ssh node"});
                }),
                AllOf(HasSubstr("the login shell does not answer to the command"),
                      HasSubstr("`ssh node echo works`"), HasSubstr("config.fish")));
  }
}

TEST_F(BootstrapTest, APrefixWhoseStdinDoesNotGetThroughIsNamed) {
  // The last one reads nothing and stays, as a detached container does.
  for (const char* shell : {"exec \"$0\" </dev/null", "exec \"$0\" <&-", "exec sleep 20"}) {
    SCOPED_TRACE(shell);
    EXPECT_THAT(failure([&] {
                  talk(*make_exec_transport({{"sh", "-c", shell}, "docker exec n1"}),
                       {.patience = std::chrono::seconds(2), .by_hand = "docker exec n1"});
                }),
                AllOf(HasSubstr("`docker exec n1 sh`"), HasSubstr("-i")));
  }
}

TEST_F(BootstrapTest, AFloodOnStderrDoesNotStopTheClock) {
  EXPECT_THAT(failure([&] {
                talk(*make_exec_transport({{"sh", "-c", "yes >&2 & exec sleep 20"}, "yes"}),
                     {.patience = std::chrono::seconds(1)});
              }),
              HasSubstr("does not answer"));
  SshServerOptions machine;
  machine.init_lines = "echo 'yes >&2 & exec sleep 20' >/var/lib/root/.bashrc\n";
  const SshServer server(machine);
  EXPECT_THAT(failure([&] { talk(*connect(server), {.patience = std::chrono::seconds(1)}); }),
              HasSubstr("does not answer"));
}

TEST_F(BootstrapTest, ANodeThatTakesNothingDoesNotStopTheClock) {
  // One octet a second of a script that is larger than the pipe.
  const std::string big = agent_directory_.path("wgmesh-agent-" + machine());
  run_captured({"sh", "-c", "head -c 900000 /dev/urandom | base64 >>" + big}, soon(), nullptr);
  const std::string shell =
      "echo wgmesh-need " + machine() + "; while head -c 1 >/dev/null; do sleep 0.2; done";
  EXPECT_THAT(failure([&] {
                talk(*make_exec_transport({{"sh", "-c", shell}, "slow"}),
                     {.patience = std::chrono::seconds(1)});
              }),
              HasSubstr("has stopped answering"));
}

TEST_F(BootstrapTest, BecomesRootWithDoas) {
  SshServerOptions machine;
  machine.doas_conf = "permit nopass guest\n";
  const SshServer server(machine);
  EXPECT_EQ(talk(*connect(server, "guest"), {.become = Become::kDoas}), "hello agent");
  EXPECT_THAT(failure([&] { talk(*connect(server, "guest"), {.become = Become::kNone}); }),
              HasSubstr("the login is not root"));
}

TEST_F(BootstrapTest, TakesTheNextPlaceWhereTheFirstIsNoexecOrFullOrReadOnly) {
  for (const char* mounts :
       {"mount -t tmpfs -o noexec none /run",
        "mount -t tmpfs -o size=4k none /run; head -c "
        "4096 /dev/zero >/run/fill || :",
        "mount -t tmpfs -o ro none /run", "umount /run; mount --bind /proc /run"}) {
    SCOPED_TRACE(mounts);
    EXPECT_EQ(talk(*make_exec_transport(private_shell(mounts))), "hello agent");
  }
}

// Each takes milliseconds of a first `up`, on a small machine many.
TEST_F(BootstrapTest, StartsEightProgramsBeforeTheAgent) {
  for (const char* first : {":", "mount -t tmpfs -o noexec none /run"}) {
    SCOPED_TRACE(first);
    const TemporaryDirectory folder;
    const std::string trace = folder.path("trace");
    ExecTarget target = private_shell(first);
    const std::vector<std::string> strace = {"strace", "-f", "-qq",         "-o",
                                             trace,    "-e", "trace=execve"};
    target.words.insert(target.words.begin(), strace.begin(), strace.end());
    EXPECT_EQ(talk(*make_exec_transport(target)), "hello agent");
    auto programs = started_programs(trace);
    const auto shell = std::ranges::find(programs.rbegin(), programs.rend(), "sh");
    programs.erase(programs.begin(), shell.base());
    const auto serves = std::ranges::find(programs.rbegin(), programs.rend(), "wgmesh-agent");
    programs.erase(serves.base() - 1, programs.end());
    EXPECT_THAT(programs, ::testing::UnorderedElementsAre("uname", "mkdir", "ls", "chmod", "head",
                                                          "gzip", "sha256sum", "wgmesh-agent"));
  }
}

TEST_F(BootstrapTest, StartsNoProgramToSeeThatNoAgentIsInstalled) {
  const TemporaryDirectory folder;
  const std::string trace = folder.path("trace");
  const std::string command = login_command(AgentBinaries({{agent_directory_.path()}}));
  const Ran ran = run_captured({"strace", "-f", "-qq", "-o", trace, "-e", "trace=execve", "dash",
                                "-c", command + " -c true"},
                               soon(), nullptr);
  EXPECT_EQ(ran.out, "\nwgmesh-shell\n");
  EXPECT_THAT(started_programs(trace), ::testing::ElementsAre("dash", "sh"));
}

TEST_F(BootstrapTest, StartsTwoProgramsBeforeAnInstalledAgent) {
  const TemporaryDirectory folder;
  const std::string trace = folder.path("trace");
  const AgentBinaries agents({{agent_directory_.path()}});
  const AgentBinary& agent = agents.find(machine());
  const std::string name = "wgmesh-agent-" + agent.sha256().substr(0, 16);
  const std::string node = fmt::format(
      "mount --make-rprivate /; mount -t tmpfs -o mode=755 none /var/lib; umask 077; "
      "mkdir -p /var/lib/wgmesh/bin; cd /var/lib/wgmesh/bin; cp {1} {0}; echo '{2}  {0}' >{0}.sum; "
      "exec strace -f -qq -o {3} -e trace=execve dash -c \"$1\"",
      "/var/lib/wgmesh/bin/" + name, agent.path(), agent.sha256(), trace);
  const Ran ran = run_captured({"unshare", "--mount", "sh", "-c", node, "x", login_command(agents)},
                               soon(), nullptr);
  EXPECT_THAT(ran.out, HasSubstr("wgmesh-agent-session-1")) << ran.err;
  const auto programs = started_programs(trace);
  const auto serves = std::ranges::find(programs, name);
  EXPECT_THAT(std::vector<std::string>(programs.begin(), serves),
              ::testing::ElementsAre("dash", "sh", "ls", "sha256sum"));
}

TEST_F(BootstrapTest, AskedAgainWhenThePlaceFillsUpOnTheWay) {
  // Larger than the place, in random octets that gzip cannot shrink.
  const std::string big = agent_directory_.path("wgmesh-agent-" + machine());
  run_captured({"sh", "-c", "head -c 300000 /dev/urandom | base64 >>" + big}, soon(), nullptr);
  std::string text = read_text(big);
  text.insert(text.find("esac\n") + 5, "exit 0\n");
  agent_directory_.write("wgmesh-agent-" + machine(), text, 0755);
  EXPECT_EQ(talk(*make_exec_transport(private_shell("mount -t tmpfs -o size=100k none /run"))),
            "hello agent");
}

TEST_F(BootstrapTest, NamesAllPlacesWhenNoneTakesTheAgent) {
  const ExecTarget target = private_shell(
      "mount -t tmpfs -o ro none /var/lib; chmod 777 /opt; mount -o remount,bind,ro /; for place "
      "in "
      "/run /dev/shm /tmp /usr/local/lib; do mount -t tmpfs -o noexec none $place; done");
  const std::string why = failure([&] { talk(*make_exec_transport(target)); });
  EXPECT_THAT(
      why,
      HasSubstr(
          "no place takes the agent; /run: no program may run there; /dev/shm: no program may "
          "run there; /tmp: no program may run there; /var/lib: Read-only file system; "
          "/usr/local/lib: no program may run there; /opt: others than root may write there; /: "
          "Read-only file system"));
}

TEST_F(BootstrapTest, DoesWithoutGzipAndNamesWhatItCannotDoWithout) {
  const TemporaryDirectory root;
  run_captured({"sh", "-c",
                fmt::format("cd {}; mkdir bin dev proc run; mknod dev/null c 1 "
                            "3; chmod 666 dev/null; "
                            "cp /bin/busybox bin; for a in sh id uname "
                            "sha256sum ls cat head mkdir "
                            "rmdir chmod rm; do ln bin/busybox bin/$a; done",
                            root.path())},
               soon(), nullptr);
  // dash, for busybox finds its applets without a name in the PATH.
  run_captured({"sh", "-c",
                fmt::format("cd {}; rm bin/sh; cp /bin/dash bin/sh; for l in $(ldd "
                            "/bin/dash | grep -o "
                            "'/[^ ]*'); do mkdir -p .${{l%/*}}; cp -L $l .$l; done",
                            root.path())},
               soon(), nullptr);
  const ExecTarget target{{"chroot", root.path()}, "chroot"};
  std::vector<std::string> notes;
  EXPECT_EQ(talk(*make_exec_transport(target),
                 {.note = [&](const std::string& line) { notes.push_back(line); }}),
            "hello agent");
  EXPECT_THAT(notes, ::testing::ElementsAre(HasSubstr("no gzip")));
  for (const char* tool : {"sha256sum", "head", "mkdir"}) {
    std::filesystem::rename(root.path("bin/") + tool, root.path("bin/x"));
    EXPECT_THAT(failure([&] { talk(*make_exec_transport(target)); }),
                AllOf(HasSubstr(std::string("the node lacks ") + tool), HasSubstr("busybox")));
    std::filesystem::rename(root.path("bin/x"), root.path("bin/") + tool);
  }
}

TEST_F(BootstrapTest, NamesAMachineWithoutAgent) {
  std::filesystem::remove(agent_directory_.path("wgmesh-agent-" + machine()));
  EXPECT_THAT(failure([&] { talk(*make_exec_transport(private_shell(":"))); }),
              HasSubstr("there is no wgmesh-agent for its machine, " + machine()));
}

TEST_F(BootstrapTest, SaysWhyAnExecPrefixEnds) {
  EXPECT_THAT(
      failure([&] {
        talk(*make_exec_transport({{"sh", "-c", "echo no such container >&2; exit 1"}, "x"}));
      }),
      HasSubstr("no such container"));
  EXPECT_THAT(failure([&] {
                talk(*make_exec_transport({{"no-such-program"}, "no-such-program"}));
              }),
              HasSubstr("no-such-program: no such program"));
}

TEST_F(BootstrapTest, GivesUpOnAShellThatSaysNothing) {
  EXPECT_THAT(failure([&] {
                talk(*make_exec_transport({{"sh", "-c", "exec sleep 10"}, "sleep"}),
                     {.patience = std::chrono::seconds(1)});
              }),
              HasSubstr("does not answer"));
}

}  // namespace
}  // namespace wgmesh::bootstrap_test
