#include "agent/store/shared_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <string_view>

#include "agent/store/atomic_file.h"
#include "common/error.h"
#include "common/posix.h"
#include "common/unique_fd.h"

namespace wgmesh {
namespace {

constexpr mode_t kNewMode = 0644;
// Another program may write the file again and again: the attempts have an end.
constexpr int kEditAttempts = 20;

// Of the file that a path names now. Every write changes it.
struct Version {
  ino_t inode = 0;  // 0: there is no file
  off_t size = 0;
  std::int64_t changed = 0;  // nanoseconds

  bool operator==(const Version&) const = default;
};

Version version_of(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) { return {}; }
  return {status.st_ino, status.st_size,
          std::int64_t{status.st_ctim.tv_sec} * 1'000'000'000 + status.st_ctim.tv_nsec};
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

// False if the owner cannot be given: root without all rights, or an owner that this user namespace
// does not know.
bool take_after(int file, const UniqueFd& old, const std::string& path) {
  struct stat status {};
  status.st_mode = kNewMode;
  if (old) {
    if (::fstat(old.get(), &status) != 0) { throw SystemError("read " + path, errno); }
    if (::fchown(file, status.st_uid, status.st_gid) != 0) {
      if (errno == EPERM || errno == EINVAL) { return false; }
      throw SystemError("write " + path, errno);
    }
    copy_attributes(old.get(), file);
  }
  if (::fchmod(file, status.st_mode & 07777U) != 0) { throw SystemError("write " + path, errno); }
  return true;
}

enum class Outcome { kDone, kChangedMeanwhile, kCannotReplace };

Outcome replace(const std::string& path, const std::string& text, const Version& read) {
  const std::string beside = path + ".wgmesh";
  const UniqueFd old(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  ::unlink(beside.c_str());  // of a writer that was killed
  const UniqueFd file(
      ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) {
    if (errno == EROFS || errno == EACCES || errno == EPERM) { return Outcome::kCannotReplace; }
    throw SystemError("write " + beside, errno);
  }
  auto outcome = Outcome::kCannotReplace;
  try {
    if (take_after(file.get(), old, beside)) {
      if (!write_all(file.get(), text) || ::fsync(file.get()) != 0) {
        throw SystemError("write " + beside, errno);
      }
      if (version_of(path) != read) {
        outcome = Outcome::kChangedMeanwhile;
      } else if (std::rename(beside.c_str(), path.c_str()) == 0) {
        sync_folder(folder_of(path));
        return Outcome::kDone;
      } else if (errno != EBUSY) {
        throw SystemError("rename " + beside + " to " + path, errno);
      }
    }
  } catch (...) {
    ::unlink(beside.c_str());
    throw;
  }
  ::unlink(beside.c_str());
  return outcome;
}

bool write_at_start(int file, const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t written = retry(
        [&] { return ::pwrite(file, text.data() + at, text.size() - at, static_cast<off_t>(at)); });
    if (written <= 0) { return false; }
    at += static_cast<std::size_t>(written);
  }
  return true;
}

}  // namespace

void write_in_place(const std::string& path, const std::string& old, const std::string& text) {
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) { throw SystemError("write " + path, errno); }
  const auto length = static_cast<off_t>(text.size());
  const auto give_up = [&](int error_number) {
    const bool is_restored = write_at_start(file.get(), old) &&
                             ::ftruncate(file.get(), static_cast<off_t>(old.size())) == 0;
    throw SystemError("write " + path + (is_restored ? "" : ", which is damaged now"),
                      error_number);
  };
  if (text.size() > old.size()) {
    if (const int error = ::posix_fallocate(file.get(), 0, length); error != 0) { give_up(error); }
  }
  // One call writes as many octets as the old text has, so that no part of the old text is left.
  std::string whole = text;
  whole.resize(std::max(text.size(), old.size()), '\n');
  if (!write_at_start(file.get(), whole)) { give_up(errno); }
  if (::ftruncate(file.get(), length) != 0 || ::fsync(file.get()) != 0) { give_up(errno); }
}

void edit_shared_file(const std::string& path, const std::function<Text(const Text&)>& change) {
  for (int attempt = 1;; ++attempt) {
    const Version read = version_of(path);
    const Text old = read_file(path);
    const Text text = change(old);
    if (text == old) { return; }
    if (!text) {
      if (version_of(path) == read && ::unlink(path.c_str()) == 0) {
        return sync_folder(folder_of(path));
      }
    } else if (replace(path, *text, read) == Outcome::kDone) {
      return;
    }
    const bool is_changed = version_of(path) != read;
    if (!is_changed) { return write_in_place(path, old.value_or(""), text.value_or("")); }
    if (attempt == kEditAttempts) { throw SystemError("write " + path, EBUSY); }
  }
}

}  // namespace wgmesh
