#include "agent/node/systemctl.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>

#include "common/error.h"
#include "common/unique_fd.h"

namespace wgmesh {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 20s;

// All that comes until the other end is closed or the time is over.
std::string read_words(int fd, std::chrono::steady_clock::time_point until) {
  std::string words;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    pollfd ready{fd, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&ready, 1, static_cast<int>(left.count())) <= 0) return words;
    std::array<char, 1024> octets;
    const ssize_t size = ::read(fd, octets.data(), octets.size());
    if (size <= 0) return words;
    if (words.size() < octets.size()) words.append(octets.data(), static_cast<std::size_t>(size));
  }
}

}  // namespace

void run_systemctl(const std::string& systemctl, const std::vector<std::string>& words) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw SystemError("pipe", errno);
  const UniqueFd read_end(ends[0]);
  UniqueFd write_end(ends[1]);

  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&files, write_end.get(), 1);
  ::posix_spawn_file_actions_adddup2(&files, write_end.get(), 2);
  // Our own signals are blocked or ignored, and that would be inherited.
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t signals;
  sigemptyset(&signals);
  ::posix_spawnattr_setsigmask(&attributes, &signals);
  sigaddset(&signals, SIGPIPE);
  ::posix_spawnattr_setsigdefault(&attributes, &signals);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

  std::vector<std::string> line = {"systemctl", "--quiet"};
  line.insert(line.end(), words.begin(), words.end());
  std::vector<char*> argv;
  for (std::string& word : line) argv.push_back(word.data());
  argv.push_back(nullptr);
  std::array<std::string, 2> settings = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"};
  std::array<char*, 3> environment = {settings[0].data(), settings[1].data(), nullptr};
  pid_t child = 0;
  const int fault = ::posix_spawn(&child, systemctl.c_str(), &files, &attributes, argv.data(),
                                  environment.data());
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&files);
  if (fault != 0) throw SystemError(systemctl, fault);
  write_end.reset();

  const auto until = std::chrono::steady_clock::now() + kPatience;
  std::string said = read_words(read_end.get(), until);
  if (std::chrono::steady_clock::now() >= until) {
    ::kill(child, SIGKILL);
    said = "no answer in time";
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  while (said.ends_with('\n')) said.pop_back();
  if (status != 0) throw Error(fmt::format("systemctl {}: {}", fmt::join(words, " "), said));
}

}  // namespace wgmesh
