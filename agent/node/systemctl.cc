#include "agent/node/systemctl.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <chrono>

#include "agent/text/messages.h"
#include "common/error.h"
#include "common/posix.h"
#include "common/spawned.h"

namespace wgmesh {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 20s;
constexpr std::size_t kMostWords = 4096;

// What comes until the other end is closed or the time is over.
std::string read_words(int fd, std::chrono::steady_clock::time_point until) {
  std::string words;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    pollfd ready{fd, POLLIN, 0};
    if (left.count() <= 0) { return words; }
    if (retry([&] { return ::poll(&ready, 1, static_cast<int>(left.count())); }) <= 0) {
      return words;
    }
    std::array<char, 1024> octets;
    const ssize_t size = retry([&] { return ::read(fd, octets.data(), octets.size()); });
    if (size <= 0) { return words; }
    if (words.size() < kMostWords) { words.append(octets.data(), static_cast<std::size_t>(size)); }
  }
}

}  // namespace

void run_systemctl(const std::string& systemctl, const std::vector<std::string>& words) {
  Pipe pipe = make_pipe();
  const UniqueFd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  SpawnOptions options;
  options.path = systemctl;
  options.fds = {{nothing.get(), 0}, {pipe.write_end.get(), 1}, {pipe.write_end.get(), 2}};
  options.environment = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"};
  std::vector<std::string> line = {"systemctl", "--quiet"};
  line.insert(line.end(), words.begin(), words.end());
  const auto until = std::chrono::steady_clock::now() + kPatience;
  Spawned child(line, options);
  pipe.write_end.reset();
  std::string said = read_words(pipe.read_end.get(), until);
  const auto status = child.wait(until);
  if (!status) { said = "no answer in time"; }
  while (said.ends_with('\n')) { said.pop_back(); }
  if (!status || *status != 0) {
    throw Error(say<"systemctl-failed">(fmt::format("{}", fmt::join(words, " ")), said));
  }
}

}  // namespace wgmesh
