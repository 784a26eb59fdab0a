#include "agent/store/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "agent/text/messages.h"
#include "common/posix.h"

namespace wgmesh {
namespace {

constexpr std::size_t kMaxFile = 16u << 20;
constexpr int kMostAside = 9;

const char* kind_text(mode_t mode) {
  if (S_ISDIR(mode)) { return "folder"; }
  if (S_ISLNK(mode)) { return "symbolic link"; }
  if (S_ISFIFO(mode)) { return "FIFO"; }
  if (S_ISSOCK(mode)) { return "socket"; }
  return "device";
}

void expect_file(const std::string& path, const struct stat& status) {
  if (!S_ISREG(status.st_mode)) {
    throw NotAFile(path, say<"store-not-a-file">(kind_text(status.st_mode)));
  }
  if (static_cast<std::size_t>(status.st_size) > kMaxFile) {
    throw NotAFile(path, say<"store-file-too-large">(status.st_size));
  }
}

}  // namespace

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) { return "."; }
  return slash == 0 ? "/" : path.substr(0, slash);
}

void make_folder(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) != 0) {
    if (errno == EEXIST) { return; }
    if (errno != ENOENT || path.find('/', 1) == std::string::npos) {
      throw SystemError("create folder " + path, errno);
    }
    make_folder(folder_of(path));
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
      throw SystemError("create folder " + path, errno);
    }
  }
  // What is synced in a folder is lost with a folder whose own name was not.
  sync_folder(folder_of(path));
}

UniqueFd open_file(const std::string& path, int flags) {
  return UniqueFd(
      retry([&] { return ::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600); }));
}

std::optional<std::string> read_file(const std::string& path) {
  // Looked at before it is opened: a device may act on being opened.
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) { return std::nullopt; }
    throw SystemError("read " + path, errno);
  }
  expect_file(path, status);
  const UniqueFd file = open_file(path, kToRead);
  if (!file) {
    if (errno == ENOENT || errno == ENOTDIR) { return std::nullopt; }
    throw SystemError("read " + path, errno);
  }
  if (::fstat(file.get(), &status) != 0) { throw SystemError("read " + path, errno); }
  expect_file(path, status);
  // One allocation of the final size: growing would leave copies of secrets in freed memory.
  std::string content(static_cast<std::size_t>(status.st_size), '\0');
  const ssize_t have = read_up_to(file.get(), content.data(), content.size());
  if (have < 0) { throw SystemError("read " + path, errno); }
  content.resize(static_cast<std::size_t>(have));
  return content;
}

namespace {

void write_new(const std::string& path, std::string_view content, unsigned mode, bool is_synced) {
  // A leftover of a killed writer may have any content; never follow or reuse it.
  if (::unlink(path.c_str()) != 0 && is_folder(path) && !remove_file(path)) { set_aside(path); }
  const UniqueFd file = open_file(path, O_WRONLY | O_CREAT | O_EXCL);
  if (!file) { throw SystemError("write " + path, errno); }
  try {
    if (!write_all(file.get(), content)) { throw SystemError("write " + path, errno); }
    if (mode != kSecret && ::fchmod(file.get(), mode) != 0) {
      throw SystemError("write " + path, errno);
    }
    if (is_synced && ::fsync(file.get()) != 0) { throw SystemError("write " + path, errno); }
  } catch (...) {
    ::unlink(path.c_str());
    throw;
  }
}

}  // namespace

void write_unsynced(const std::string& path, std::string_view content, unsigned mode) {
  write_new(path, content, mode, false);
}

void write_file(const std::string& path, std::string_view content, unsigned mode) {
  write_new(path, content, mode, true);
}

void write_file_atomically(const std::string& path, std::string_view content, unsigned mode) {
  const std::string beside = path + ".tmp";
  write_file(beside, content, mode);
  rename_file(beside, path);
  sync_folder(folder_of(path));
}

void rename_file(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) {
    throw SystemError("rename " + from + " to " + to, errno);
  }
}

bool remove_file(const std::string& path) {
  if (::unlink(path.c_str()) == 0) { return true; }
  int fault = errno;
  if (fault != ENOENT && is_folder(path)) {
    if (::rmdir(path.c_str()) == 0) { return true; }
    fault = errno;
    if (fault == ENOTEMPTY || fault == EEXIST) { return false; }
  }
  // A read-only file system says so before it looks for the file.
  if (fault == ENOENT || fault == ENOTDIR || (fault == EROFS && !exists(path))) { return false; }
  throw SystemError("remove " + path, fault);
}

std::string set_aside(const std::string& path) {
  for (int number = 1; number <= kMostAside; ++number) {
    const std::string to =
        number == 1 ? path + ".damaged" : fmt::format("{}.damaged.{}", path, number);
    // A file cannot take the name of a folder, nor a folder that of a file.
    const bool is_in_the_way = exists(to) && (is_folder(to) || is_folder(path));
    if (is_in_the_way && !remove_file(to)) { continue; }
    rename_file(path, to);
    sync_folder(folder_of(path));
    return to;
  }
  throw Error(say<"store-set-aside-full">(path));
}

bool remove_folder_if_empty(const std::string& path) { return ::rmdir(path.c_str()) == 0; }

std::string target_of(const std::string& link) {
  std::array<char, 4096> text{};
  const ssize_t n = ::readlink(link.c_str(), text.data(), text.size());
  return n > 0 ? std::string(text.data(), static_cast<std::size_t>(n)) : std::string();
}

bool exists(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

bool is_folder(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

void sync_folder(const std::string& path) {
  const UniqueFd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) { throw SystemError("sync folder " + path, errno); }
  // Some file systems cannot sync a folder and say EINVAL; their renames are as durable as they
  // get.
  if (::fsync(folder.get()) != 0 && errno != EINVAL) {
    throw SystemError("sync folder " + path, errno);
  }
}

}  // namespace wgmesh
