#include "agent/boot_unit.h"

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

#include "agent/atomic_file.h"
#include "common/error.h"
#include "common/unique_fd.h"

namespace wgmesh {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kPackagedProgram = "/usr/local/sbin/wgmesh-agent";
constexpr auto kPatience = 20s;

// A name of this program that stays the same when another version takes its place.
std::string program() {
  std::array<char, 4096> text{};
  const ssize_t n = ::readlink("/proc/self/exe", text.data(), text.size());
  std::string path(text.data(), n > 0 ? static_cast<std::size_t>(n) : 0);
  const std::string link = path.substr(0, path.rfind('/') + 1) + "wgmesh-agent";
  return exists(link) ? link : path;
}

std::string instance(const std::string& mesh) { return "wgmesh@" + mesh + ".service"; }

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

// Throws Error with what systemctl says when it fails.
void run_systemctl(const Paths& paths, const char* verb, const std::string& unit = {}) {
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

  std::array<std::string, 4> words = {"systemctl", "--quiet", verb, unit};
  std::array<char*, 5> argv{};
  for (std::size_t i = 0; i < words.size() && !words[i].empty(); ++i) argv[i] = words[i].data();
  std::array<std::string, 2> settings = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"};
  std::array<char*, 3> environment = {settings[0].data(), settings[1].data(), nullptr};
  pid_t child = 0;
  const int fault = ::posix_spawn(&child, paths.systemctl.c_str(), &files, &attributes, argv.data(),
                                  environment.data());
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&files);
  if (fault != 0) throw SystemError(paths.systemctl, fault);
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
  if (status != 0) throw Error(fmt::format("systemctl {} {}: {}", verb, unit, said));
}

}  // namespace

std::string boot_unit_path(const Paths& paths) { return paths.units + "/wgmesh@.service"; }

std::optional<std::string> install_boot_unit(const Paths& paths, const std::string& mesh,
                                             bool is_first) {
  const std::string agent = program();
  const std::string path = boot_unit_path(paths);
  if (!exists(paths.systemd) || agent.starts_with("/run/")) {
    if (!is_first) return std::nullopt;
    if (agent.starts_with("/run/")) {
      return "no place but " + agent + " took the agent, so nothing can bring the mesh up at boot";
    }
    return "systemd does not run here: to bring the mesh up at boot, let it run `" + agent +
           " restore`";
  }
  try {
    std::string text = kBootUnit;
    text.replace(text.find(kPackagedProgram), kPackagedProgram.size(), agent);
    const auto present = read_file(path);
    const bool is_new = present != text;
    if (is_new) write_file_atomically(path, text, kPublic);
    // Enabling makes systemd read the files again too.
    if (is_first || !present) {
      run_systemctl(paths, "enable", instance(mesh));
    } else if (is_new) {
      run_systemctl(paths, "daemon-reload");
    }
  } catch (const Error& error) {
    return "the mesh does not come up at boot (" + error.message() + "); see `systemctl enable " +
           instance(mesh) + "`";
  }
  return std::nullopt;
}

void remove_boot_unit(const Paths& paths, const std::string& mesh, bool is_last) {
  const std::string path = boot_unit_path(paths);
  if (!exists(path)) return;
  const auto try_to = [&](const char* verb, const std::string& unit) {
    try {
      run_systemctl(paths, verb, unit);
    } catch (const Error&) {
    }
  };
  try_to("disable", instance(mesh));
  if (!is_last) return;
  remove_file(path);
  try_to("daemon-reload", {});
}

}  // namespace wgmesh
