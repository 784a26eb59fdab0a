#include "agent/store/node_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

#include "agent/store/atomic_file.h"
#include "agent/store/lock.h"
#include "agent/text/messages.h"
#include "common/posix.h"

namespace wgmesh {
namespace {

using namespace std::chrono_literals;

constexpr auto kNodeLockRetry = 20ms;
constexpr std::string_view kNodeLock = ".node.lock";  // no mesh's name begins with a dot
constexpr std::string_view kEnding = ".lock";

// Empty while another holds it, or when the file that was opened is not there any more.
UniqueFd try_take(const std::string& path) {
  UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file && errno == ENOENT) { return {}; }
  if (!file) { throw SystemError("open " + path, errno); }
  if (retry([&] { return ::flock(file.get(), LOCK_EX | LOCK_NB); }) != 0) {
    if (errno == EWOULDBLOCK) { return {}; }
    throw SystemError("lock " + path, errno);
  }
  struct stat mine {};
  struct stat named {};
  const bool is_current = ::fstat(file.get(), &mine) == 0 && ::stat(path.c_str(), &named) == 0 &&
                          mine.st_ino == named.st_ino && mine.st_dev == named.st_dev;
  return is_current ? std::move(file) : UniqueFd();
}

bool is_locked(const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  return file && ::flock(file.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

}  // namespace

NodeLock::NodeLock(const std::string& folder, std::chrono::milliseconds patience)
    : path_(folder + "/" + std::string(kNodeLock)) {
  const auto until = std::chrono::steady_clock::now() + patience;
  for (;;) {
    make_folder(folder);
    file_ = try_take(path_);
    if (file_) { return; }
    if (std::chrono::steady_clock::now() >= until) { throw Locked(say<"store-node-lock-held">()); }
    std::this_thread::sleep_for(kNodeLockRetry);
  }
}

void NodeLock::remove_file() { wgmesh::remove_file(path_); }

bool is_another_mesh_locked(const std::string& folder, const std::string& mesh) {
  for (const std::string& name : names_in(folder)) {
    if (name == kNodeLock || !name.ends_with(kEnding)) { continue; }
    if (name.substr(0, name.size() - kEnding.size()) == mesh) { continue; }
    if (is_locked(folder + "/" + name)) { return true; }
  }
  return false;
}

}  // namespace wgmesh
