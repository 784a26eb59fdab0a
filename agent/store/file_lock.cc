#include "agent/store/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "agent/store/atomic_file.h"
#include "common/error.h"
#include "common/posix.h"

namespace wgmesh {
namespace {

// The other holder writes one file.
constexpr int kLockAttempts = 100;
constexpr std::chrono::milliseconds kLockPause{50};

// True when `file` is still what `path` names: a holder that forgot its mesh removes the file.
bool is_current(const UniqueFd& file, const std::string& path) {
  struct stat mine {};
  struct stat named {};
  return ::fstat(file.get(), &mine) == 0 && ::stat(path.c_str(), &named) == 0 &&
         mine.st_ino == named.st_ino && mine.st_dev == named.st_dev;
}

}  // namespace

UniqueFd try_flock(const std::string& folder, const std::string& path) {
  for (;;) {
    make_folder(folder);
    UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file && errno == ENOENT) {
      continue;  // the folder went in between
    }
    if (!file) { throw SystemError("open " + path, errno); }
    if (retry([&] { return ::flock(file.get(), LOCK_EX | LOCK_NB); }) != 0) {
      if (errno == EWOULDBLOCK) { return UniqueFd(); }
      throw SystemError("lock " + path, errno);
    }
    if (is_current(file, path)) { return file; }
  }
}

FileLock::FileLock(const std::string& folder, const std::string& name)
    : path_(folder + "/" + name) {
  for (int attempt = 1; !file_; ++attempt) {
    file_ = try_flock(folder, path_);
    if (file_) { return; }
    if (attempt == kLockAttempts) { throw SystemError("lock " + path_, EWOULDBLOCK); }
    std::this_thread::sleep_for(kLockPause);
  }
}

FileLock::~FileLock() { ::unlink(path_.c_str()); }

}  // namespace wgmesh
