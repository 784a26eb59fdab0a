#include "tests/support/ssh/ssh_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "controller/reach/wait.h"

namespace wgmesh {
namespace {

using namespace std::chrono_literals;

Deadline soon() { return std::chrono::steady_clock::now() + 30s; }

std::string must_run(const std::vector<std::string>& words) {
  const Ran ran = run_captured(words, soon(), nullptr);
  if (ran.status != 0) { throw std::runtime_error(words[0] + ": " + ran.err); }
  return ran.out;
}

bool listens(std::uint16_t port) {
  const UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
}

// The password "guest", as `openssl passwd -6 -salt wgmesh` writes it.
constexpr const char* kGuestHash =
    "$6$wgmesh$ZrLWg6PYrAZ36eVU/"
    "lIBtQTAj.YNknLs78Vap..HrJqdvOeLcqEbYItvtuaD9s5Fp5wlbdS5d/"
    "cWzZmROGykf/";

// What the machine has for itself.
constexpr const char* kInit = R"sh(set -e
mount --make-rprivate /
mount --bind "$1/passwd" /etc/passwd
mount --bind "$1/shadow" /etc/shadow
[ ! -e /etc/sudoers ] || mount --bind "$1/sudoers" /etc/sudoers
[ ! -d /etc/sudoers.d ] || mount -t tmpfs none /etc/sudoers.d
for place in /var/lib /run /opt /usr/local/sbin /usr/local/lib; do mount -t tmpfs -o mode=755 none "$place"; done
[ ! -d /dev/shm ] || mount -t tmpfs -o mode=1777 none /dev/shm
[ ! -s "$1/doas.conf" ] || { touch /etc/doas.conf; mount --bind "$1/doas.conf" /etc/doas.conf; }
mkdir -p /run/sshd /run/lock /var/lib/guest
chown 12345:12345 /var/lib/guest
mkdir -p -m 700 /var/lib/root/.ssh /var/lib/guest/.ssh
cp "$1/authorized_keys" /var/lib/root/.ssh/authorized_keys
cp "$1/authorized_keys" /var/lib/guest/.ssh/authorized_keys
chown -R 12345:12345 /var/lib/guest
. "$1/more"
)sh";

}  // namespace

TemporaryDirectory::TemporaryDirectory() {
  std::string name = "/tmp/wgmesh-test-XXXXXX";
  if (mkdtemp(name.data()) == nullptr) { throw std::runtime_error("mkdtemp"); }
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryDirectory::write(const std::string& name, const std::string& content,
                                      unsigned mode) const {
  std::ofstream(path(name)) << content;
  chmod(path(name).c_str(), mode);
  return path(name);
}

std::string read_text(const std::string& path) {
  const std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

SshServer::SshServer(const SshServerOptions& options) {
  for (const std::string& kind : options.host_key_kinds) {
    must_run({"ssh-keygen", "-q", "-t", kind, "-N", "", "-f", file("host_" + kind)});
  }
  must_run({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file("id")});
  directory_.write("authorized_keys", read_text(file("id.pub")), 0644);
  directory_.write("passwd",
                   fmt::format("root:x:0:0:root:/var/lib/root:{}\n"
                               "sshd:x:101:65534::/run/sshd:/usr/sbin/nologin\n"
                               "guest:x:12345:12345::/var/lib/guest:{}\n",
                               options.root_shell, options.user_shell),
                   0644);
  directory_.write("shadow",
                   fmt::format("root:*:19000::::::\nsshd:!:19000::::::\n"
                               "guest:{}:19000::::::\n",
                               kGuestHash),
                   0640);
  directory_.write("sudoers", "root ALL=(ALL) ALL\n" + options.sudoers, 0440);
  directory_.write("doas.conf", options.doas_conf, 0600);
  directory_.write("more", options.init_lines, 0644);
  start_server(options);
}

void SshServer::start_server(const SshServerOptions& options) {
  std::string server;
  if (options.dropbear) {
    must_run(
        {"dropbearconvert", "openssh", "dropbear", file("host_ed25519"), file("host_dropbear")});
    server = fmt::format("exec dropbear -F -E -r {0}/host_dropbear -p 127.0.0.1:{1} -P {0}/pid",
                         directory_.path(), port());
  } else {
    std::string config = fmt::format(
        "ListenAddress 127.0.0.1:{}\nAuthorizedKeysFile "
        ".ssh/authorized_keys\nPermitRootLogin "
        "yes\nStrictModes no\n"
        "UsePAM no\nUseDNS no\nPrintMotd no\nPidFile "
        "none\nLogLevel VERBOSE\n{}",
        port(), options.sshd_lines);
    for (const std::string& kind : options.host_key_kinds) {
      config += fmt::format("HostKey {}\n", file("host_" + kind));
    }
    directory_.write("sshd_config", config);
    server = fmt::format("exec /usr/sbin/sshd -D -e -f {}/sshd_config", directory_.path());
  }
  directory_.write("init", kInit + server + "\n");
  directory_.write("log", "");
  const UniqueFd log(::open(file("log").c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  const UniqueFd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  SpawnOptions spawn;
  spawn.fds = {{nothing.get(), 0}, {log.get(), 1}, {log.get(), 2}};
  server_.emplace(
      std::vector<std::string>{"unshare", "--mount", "--pid", "--fork", "--kill-child",
                               "--mount-proc", "/bin/sh", file("init"), directory_.path()},
      spawn);
  for (int i = 0; i < 400; ++i) {
    if (listens(port())) { return; }
    if (server_->wait(std::chrono::steady_clock::now() + 25ms)) { break; }
  }
  throw std::runtime_error("the test's SSH server does not start: " + this->log());
}

SshServer::~SshServer() = default;

std::string SshServer::host_key(const std::string& kind) const {
  const std::string line = read_text(file("host_" + kind + ".pub"));
  return line.substr(0, line.find(' ', line.find(' ') + 1));
}

std::string SshServer::config_file(const std::string& more) const {
  if (!std::filesystem::exists(file("known_hosts"))) {
    directory_.write("known_hosts", fmt::format("[127.0.0.1]:{} {}\n", port(), host_key()));
  }
  return directory_.write(
      "config", fmt::format("{0}\nHost node\n  User root\nHost guest\n  User guest\nHost *\n"
                            "  HostName 127.0.0.1\n  Port {1}\n  IdentityFile {2}/id\n"
                            "  IdentityAgent none\n  UserKnownHostsFile {2}/known_hosts\n"
                            "  GlobalKnownHostsFile /dev/null\n",
                            more, port(), directory_.path()));
}

std::string SshServer::run(const std::string& command) const {
  // The pid of the namespace's first process is known by its parent.
  const std::string child = must_run({"pgrep", "-f", "-o", file("sshd_config")});
  const std::string pid = child.substr(0, child.find('\n'));
  return must_run({"nsenter", "-t", pid, "-m", "-p", "/bin/sh", "-c", command});
}

}  // namespace wgmesh
