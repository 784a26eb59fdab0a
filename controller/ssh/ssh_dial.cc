#include "controller/ssh/ssh_dial.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "controller/reach/tcp_dial.h"
#include "controller/reach/wait.h"

namespace wgmesh {
namespace {

constexpr std::size_t kMaxOutput = 8192;

// Runs the words with descriptor 4 as stdin, and ends the whole process group once nobody holds the
// other end of descriptor 3. A child that is killed with its parent (PR_SET_PDEATHSIG) would be
// shorter, but that is bound to the thread that started it, and cannot be asked of posix_spawn.
constexpr const char* kGuard =
    "exec 4<&0 5>&1 6>&2\n"
    "\"$@\" <&4 >&5 2>&6 3<&- 4<&- 5>&- 6>&- &\n"
    "exec </dev/null >/dev/null 2>/dev/null 4<&- 5>&- 6>&-\n"
    "read end <&3\n"
    "kill -9 0\n";

// [user@]host[:port], or ssh://…, the last of a list; ssh itself goes through the others.
struct Hop {
  std::string through;  // comma-separated, may be empty
  std::string last;
};

Hop split_jump(const std::string& jump) {
  const std::size_t comma = jump.rfind(',');
  if (comma == std::string::npos) { return {{}, jump}; }
  return {jump.substr(0, comma), jump.substr(comma + 1)};
}

// The port of a hop that is not a URI, as an option, because the positional form takes none.
void add_hop(std::vector<std::string>& words, const std::string& hop) {
  const std::size_t colon = hop.rfind(':');
  const bool bare_v6 = hop.find(':') != colon && hop.find(']') == std::string::npos;
  std::string host = hop;
  if (!hop.starts_with("ssh://") && colon != std::string::npos && !bare_v6 &&
      hop.find(']', colon) == std::string::npos) {
    words.emplace_back("-p");
    words.push_back(hop.substr(colon + 1));
    host = hop.substr(0, colon);
  }
  if (!host.starts_with("ssh://")) {
    const std::size_t open = host.find('[');
    if (open != std::string::npos && host.back() == ']') {
      host = host.substr(0, open) + host.substr(open + 1, host.size() - open - 2);
    }
  }
  words.emplace_back("--");
  words.push_back(host);
}

}  // namespace

ProxyProcess::ProxyProcess(const std::vector<std::string>& words, UniqueFd& ours)
    : lifeline_(make_pipe()), stderr_(make_pipe()) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw SystemError("socketpair", errno);
  }
  ours = UniqueFd(ends[0]);
  const UniqueFd theirs(ends[1]);
  std::vector<std::string> command = {"/bin/sh", "-c", kGuard, "sh"};
  command.insert(command.end(), words.begin(), words.end());
  SpawnOptions options;
  options.fds = {{theirs.get(), 0},
                 {theirs.get(), 1},
                 {stderr_.write_end.get(), 2},
                 {lifeline_.read_end.get(), 3}};
  options.own_group = true;
  options.shield_interrupt = true;
  guard_.emplace(command, options);
  lifeline_.read_end.reset();
  stderr_.write_end.reset();
  set_nonblocking(stderr_.read_end.get());
  set_nonblocking(ours.get());
}

ProxyProcess::~ProxyProcess() = default;  // Spawned kills the group and reaps the guard

std::string ProxyProcess::stderr_text() {
  drain(stderr_.read_end.get(), text_, kMaxOutput);
  return text_;
}

std::vector<std::string> jump_command(const SshConfig& config, const std::string& config_file) {
  const Hop hop = split_jump(config.proxy_jump);
  // No questions: ten of these would ask at once, over each other.
  std::vector<std::string> words = {"ssh", "-o", "BatchMode=yes"};
  if (config.connect_timeout) {
    words.emplace_back("-o");
    words.push_back(fmt::format("ConnectTimeout={}", config.connect_timeout->count()));
  }
  if (config.accept_new_jump_keys) {
    words.emplace_back("-o");
    words.emplace_back("StrictHostKeyChecking=accept-new");
  }
  if (!config_file.empty()) {
    words.emplace_back("-F");
    words.push_back(config_file);
  }
  if (!hop.through.empty()) {
    words.emplace_back("-J");
    words.push_back(hop.through);
  }
  words.emplace_back("-W");
  words.push_back(fmt::format("[{}]:{}", config.host_name, config.port));
  add_hop(words, hop.last);
  return words;
}

Connection dial(const SshConfig& config, const std::string& config_file, Deadline deadline,
                const Interrupt* interrupt) {
  Connection made;
  if (!config.proxy_command.empty()) {
    const char* shell = getenv("SHELL");
    made.proxy = std::make_unique<ProxyProcess>(
        std::vector<std::string>{shell == nullptr || *shell == '\0' ? "/bin/sh" : shell, "-c",
                                 "exec " + config.proxy_command},
        made.fd);
  } else if (!config.proxy_jump.empty()) {
    made.proxy = std::make_unique<ProxyProcess>(jump_command(config, config_file), made.fd);
  } else {
    made.fd = dial_tcp({config.host_name, config.port, config.address_family, config.bind_address},
                       deadline, interrupt);
  }
  return made;
}

}  // namespace wgmesh
