#include "agent/store/hosts_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string_view>
#include <thread>

#include "agent/state/hosts_block.h"
#include "agent/store/atomic_file.h"
#include "agent/text/messages.h"
#include "common/error.h"
#include "common/posix.h"
#include "common/unique_fd.h"

namespace wgmesh {
namespace {

constexpr mode_t kNewMode = 0644;
// Whoever else holds it writes one file.
constexpr int kLockAttempts = 100;
constexpr std::chrono::milliseconds kLockPause{50};

std::string place_of(const std::string& path) {
  const std::string folder = path.substr(0, path.rfind('/'));
  return folder.empty() ? "/" : folder;
}

// Agents of two meshes may change the file at the same time. The file itself is no place for the lock: each writer
// puts another file under its name.
UniqueFd lock_folder(const std::string& folder) {
  UniqueFd opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened) { throw SystemError("open " + folder, errno); }
  for (int attempt = 1;; ++attempt) {
    if (retry([&] { return ::flock(opened.get(), LOCK_EX | LOCK_NB); }) == 0) { return opened; }
    if (errno != EWOULDBLOCK) { return opened; }  // no locks on this file system
    if (attempt == kLockAttempts) { throw SystemError("lock " + folder, errno); }
    std::this_thread::sleep_for(kLockPause);
  }
}

// Labels of SELinux and access lists. Without them the file is what a new file of the folder would be.
void copy_attributes(int from, int to) {
  std::array<char, 4096> names{};
  const ssize_t size = ::flistxattr(from, names.data(), names.size());
  if (size <= 0) { return; }
  const std::string_view all(names.data(), static_cast<std::size_t>(size));
  for (std::size_t at = 0; at < all.size();) {
    const std::string name(all.substr(at, all.find('\0', at) - at));
    at += name.size() + 1;
    std::array<char, 4096> value{};
    const ssize_t length = ::fgetxattr(from, name.c_str(), value.data(), value.size());
    if (length >= 0) {
      (void)::fsetxattr(to, name.c_str(), value.data(), static_cast<std::size_t>(length), 0);
    }
  }
}

void write_whole(int file, const std::string& path, const std::string& text) {
  if (!write_all(file, text) || ::fsync(file) != 0) { throw SystemError("write " + path, errno); }
}

void write_in_place(const std::string& path, const std::string& text) {
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) { throw SystemError("write " + path, errno); }
  write_whole(file.get(), path, text);
  if (::ftruncate(file.get(), static_cast<off_t>(text.size())) != 0) {
    throw SystemError("write " + path, errno);
  }
}

// False if no other file can take the file's place here.
bool replace(const std::string& path, const std::string& text) {
  const std::string beside = path + ".wgmesh";
  const UniqueFd old(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  ::unlink(beside.c_str());  // of a writer that was killed
  const UniqueFd file(
      ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) {
    if (errno == EROFS || errno == EACCES || errno == EPERM) { return false; }
    throw SystemError("write " + beside, errno);
  }
  try {
    struct stat status {};
    status.st_mode = kNewMode;
    if (old) {
      if (::fstat(old.get(), &status) != 0) { throw SystemError("read " + path, errno); }
      if (::fchown(file.get(), status.st_uid, status.st_gid) != 0) {
        throw SystemError("write " + beside, errno);
      }
      copy_attributes(old.get(), file.get());
    }
    if (::fchmod(file.get(), status.st_mode & 07777U) != 0) {
      throw SystemError("write " + beside, errno);
    }
    write_whole(file.get(), beside, text);
    if (std::rename(beside.c_str(), path.c_str()) == 0) {
      sync_folder(place_of(path));
      return true;
    }
    if (errno != EBUSY) { throw SystemError("rename " + beside + " to " + path, errno); }
  } catch (...) {
    ::unlink(beside.c_str());
    throw;
  }
  ::unlink(beside.c_str());
  return false;
}

void write_text(const std::string& path, const std::string& text) {
  if (!replace(path, text)) { write_in_place(path, text); }
}

void expect_whole(const std::string& text, const std::string& mesh) {
  if (const auto damage = find_hosts_damage(text, mesh)) { throw Error(*damage); }
}

}  // namespace

HostsReading HostsFile::read(const std::string& mesh) const {
  HostsReading reading;
  try {
    const auto text = read_file(path_);
    const std::string where = text ? path_ : place_of(path_);
    if (::access(where.c_str(), W_OK) != 0) {
      reading.fixed = say<"hosts-file-fixed">(std::strerror(errno));
    }
    if (!text) { return reading; }
    reading.damage = find_hosts_damage(*text, mesh);
    if (!reading.damage) { reading.block = find_hosts_block(*text, mesh); }
  } catch (const NotAFile& error) {
    reading.fixed = say<"hosts-file-fixed">(error.reason().text);
  } catch (const SystemError& error) { reading.fixed = say<"hosts-file-fixed">(error.message()); }
  return reading;
}

void HostsFile::put(const HostsBlock& block) const {
  const UniqueFd lock = lock_folder(place_of(path_));
  const auto text = read_file(path_);
  if (text) { expect_whole(*text, block.mesh); }
  write_text(path_, with_hosts_block(text, block));
}

void HostsFile::remove(const std::string& mesh) const {
  const UniqueFd lock = lock_folder(place_of(path_));
  const auto text = read_file(path_);
  if (!text) { return; }
  expect_whole(*text, mesh);
  const auto left = without_hosts_block(*text, mesh);
  if (left == text) { return; }
  if (left) { return write_text(path_, *left); }
  if (::unlink(path_.c_str()) != 0) { return write_in_place(path_, ""); }
  sync_folder(place_of(path_));
}

}  // namespace wgmesh
