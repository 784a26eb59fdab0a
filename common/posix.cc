#include "common/posix.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>

#include "common/error.h"

namespace wgmesh {
namespace {

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

}  // namespace

std::optional<std::string> read_all(int fd, std::size_t limit) {
  std::string content;
  std::array<char, 1U << 16> chunk;
  while (content.size() <= limit) {
    const ssize_t count = retry([&] { return ::read(fd, chunk.data(), chunk.size()); });
    if (count < 0) { return std::nullopt; }
    if (count == 0) { break; }
    content.append(chunk.data(), static_cast<std::size_t>(count));
  }
  return content;
}

ssize_t read_up_to(int fd, char* into, std::size_t size) {
  std::size_t have = 0;
  while (have < size) {
    const ssize_t count = retry([&] { return ::read(fd, into + have, size - have); });
    if (count < 0) { return count; }
    if (count == 0) { break; }
    have += static_cast<std::size_t>(count);
  }
  return static_cast<ssize_t>(have);
}

bool write_all(int fd, std::string_view octets) {
  while (!octets.empty()) {
    const ssize_t count = retry([&] { return ::write(fd, octets.data(), octets.size()); });
    if (count < 0) { return false; }
    octets.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

Pipe make_pipe(int flags) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC | flags) != 0) { throw SystemError("pipe", errno); }
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

void set_nonblocking(int fd) {
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0 || ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0) {
    throw SystemError("fcntl", errno);
  }
}

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, CloseFolder> open(::opendir(folder.c_str()));
  while (open) {
    const dirent* const entry = ::readdir(open.get());
    if (entry == nullptr) { break; }
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") { names.emplace_back(name); }
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace wgmesh
