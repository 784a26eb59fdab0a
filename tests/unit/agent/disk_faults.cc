#include "tests/unit/agent/disk_faults.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "common/unique_fd.h"

extern "C" {
int __real_open(const char* path, int flags, ...);
ssize_t __real_write(int fd, const void* octets, size_t size);
int __real_fsync(int fd);
int __real_rename(const char* from, const char* to);
int __real_unlink(const char* path);
int __real_mkdir(const char* path, mode_t mode);
int __real_rmdir(const char* path);
}

namespace wgmesh::disk {
namespace {

struct NameChange {
  std::string folder;
  std::function<void()> take_back;
};

struct Disk {
  std::string root;  // empty: nothing is watched
  std::string keep;
  std::size_t points = 0;
  std::size_t crash_point = 0;
  std::function<void()> restart;
  std::size_t calls = 0;
  std::size_t failing_call = 0;
  int error_number = 0;
  bool stays = false;
  bool is_full = false;
  std::vector<NameChange> unsynced_names;
  std::map<ino_t, UniqueFd> unsynced_contents;
  int kept = 0;
  std::chrono::milliseconds sync_time{0};
  std::size_t syncs = 0;
  int syncing = 0;      // now, in all threads
  std::string boot_id;  // of another boot, after a power cut
} disk;

// Syncs come from several threads, all other calls from one.
std::mutex syncing;

bool is_watched(const std::string& path) {
  return !disk.root.empty() && path.starts_with(disk.root);
}

std::string path_of(int fd) {
  std::error_code ignored;
  return std::filesystem::read_symlink(fmt::format("/proc/self/fd/{}", fd), ignored);
}

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

void point() {
  if (++disk.points != disk.crash_point) { return; }
  const auto restart = disk.restart;  // outlives stop_watching()
  restart();
}

// True when this call is to fail; errno is set.
bool fails() {
  ++disk.calls;
  if (disk.failing_call == 0) { return false; }
  const bool here = disk.calls == disk.failing_call;
  if (!here && !(disk.stays && disk.calls > disk.failing_call)) { return false; }
  errno = disk.error_number;
  return true;
}

bool needs_space_in_vain() {
  if (disk.is_full) { errno = ENOSPC; }
  return disk.is_full;
}

// One watched call: its two points, and its failure.
template <class Call>
int watched(Call call) {
  if (fails()) { return -1; }
  point();
  const int result = call();
  const int error_number = errno;
  point();
  errno = error_number;
  return result;
}

// Waits as a disk makes its callers wait.
class SlowSync {
 public:
  SlowSync() {
    const std::lock_guard lock(syncing);
    if (disk.syncing++ == 0) { ++disk.syncs; }
    time_ = disk.sync_time;
  }
  SlowSync(const SlowSync&) = delete;
  SlowSync& operator=(const SlowSync&) = delete;
  ~SlowSync() {
    if (time_.count() != 0) { std::this_thread::sleep_for(time_); }
    const std::lock_guard lock(syncing);
    --disk.syncing;
  }

 private:
  std::chrono::milliseconds time_{};
};

// Another name for what is at `path`; empty where nothing is.
std::string keep(const std::string& path) {
  const std::string name = fmt::format("{}/{}", disk.keep, ++disk.kept);
  return ::link(path.c_str(), name.c_str()) == 0 ? name : std::string();
}

void put_back(const std::string& kept, const std::string& path) {
  if (!kept.empty()) { __real_rename(kept.c_str(), path.c_str()); }
}

void remember(const std::string& path, std::function<void()> take_back) {
  disk.unsynced_names.push_back({folder_of(path), std::move(take_back)});
}

}  // namespace

void watch(const std::string& root, const std::string& keep) {
  disk = {};
  disk.root = root;
  disk.keep = keep;
}

void stop_watching() { disk = {}; }

std::size_t points() { return disk.points; }
std::size_t calls() { return disk.calls; }

void slow_down(std::chrono::milliseconds sync) { disk.sync_time = sync; }
std::size_t syncs() { return disk.syncs; }

void crash_at(std::size_t point, std::function<void()> restart) {
  disk.crash_point = point;
  disk.restart = std::move(restart);
}

void fail_at(std::size_t call, int error_number, bool stays) {
  disk.failing_call = call;
  disk.error_number = error_number;
  disk.stays = stays;
}

void fill() { disk.is_full = true; }

void cut_power(Names names) {
  const std::string boot_id = disk.keep + "/boot_id";
  std::ofstream(boot_id) << "11111111-2222-3333-4444-555555555555\n";
  disk.boot_id = boot_id;
  disk.root.clear();
  if (names == Names::kAsSynced) {
    for (auto it = disk.unsynced_names.rbegin(); it != disk.unsynced_names.rend(); ++it) {
      it->take_back();
    }
  }
  for (const auto& [inode, file] : disk.unsynced_contents) { (void)!::ftruncate(file.get(), 0); }
}

}  // namespace wgmesh::disk

namespace disk = wgmesh::disk;

extern "C" {

int __wrap_open(const char* path, int flags, ...) {
  mode_t mode = 0;
  if ((flags & O_CREAT) != 0) {
    va_list more;
    va_start(more, flags);
    mode = va_arg(more, mode_t);
    va_end(more);
  }
  const std::string name = path;
  if (!disk::disk.boot_id.empty() && name == "/proc/sys/kernel/random/boot_id") {
    return __real_open(disk::disk.boot_id.c_str(), flags);
  }
  if ((flags & O_CREAT) == 0 || !disk::is_watched(name)) { return __real_open(path, flags, mode); }
  if (disk::needs_space_in_vain()) { return -1; }
  return disk::watched([&] {
    const int fd = __real_open(path, flags, mode);
    struct stat status {};
    if (fd < 0 || ::fstat(fd, &status) != 0) { return fd; }
    disk::disk.unsynced_contents[status.st_ino].reset(::fcntl(fd, F_DUPFD_CLOEXEC, 3));
    disk::remember(name, [name] { __real_unlink(name.c_str()); });
    return fd;
  });
}

ssize_t __wrap_write(int fd, const void* octets, size_t size) {
  if (!disk::disk.root.empty() && disk::is_watched(disk::path_of(fd)) &&
      (disk::needs_space_in_vain() || disk::fails())) {
    return -1;
  }
  return __real_write(fd, octets, size);
}

int __wrap_fsync(int fd) {
  if (disk::disk.root.empty()) { return __real_fsync(fd); }
  const std::string path = disk::path_of(fd);
  if (!disk::is_watched(path)) { return __real_fsync(fd); }
  const disk::SlowSync slow;
  const std::lock_guard lock(disk::syncing);
  return disk::watched([&] {
    const int result = __real_fsync(fd);
    struct stat status {};
    if (result != 0 || ::fstat(fd, &status) != 0) { return result; }
    disk::disk.unsynced_contents.erase(status.st_ino);
    std::erase_if(disk::disk.unsynced_names,
                  [&](const disk::NameChange& change) { return change.folder == path; });
    return result;
  });
}

int __wrap_rename(const char* from, const char* to) {
  if (!disk::is_watched(to)) { return __real_rename(from, to); }
  return disk::watched([&] {
    const std::string kept = disk::keep(to);
    const int result = __real_rename(from, to);
    if (result != 0) { return result; }
    disk::remember(to, [kept, from = std::string(from), to = std::string(to)] {
      __real_rename(to.c_str(), from.c_str());
      disk::put_back(kept, to);
    });
    return result;
  });
}

int __wrap_unlink(const char* path) {
  if (!disk::is_watched(path)) { return __real_unlink(path); }
  return disk::watched([&] {
    const std::string kept = disk::keep(path);
    const int result = __real_unlink(path);
    if (result != 0) { return result; }
    disk::remember(path, [kept, path = std::string(path)] { disk::put_back(kept, path); });
    return result;
  });
}

int __wrap_mkdir(const char* path, mode_t mode) {
  if (!disk::is_watched(path)) { return __real_mkdir(path, mode); }
  if (disk::needs_space_in_vain()) { return -1; }
  return disk::watched([&] {
    const int result = __real_mkdir(path, mode);
    if (result != 0) { return result; }
    disk::remember(path, [path = std::string(path)] { std::filesystem::remove_all(path); });
    return result;
  });
}

int __wrap_rmdir(const char* path) {
  if (!disk::is_watched(path)) { return __real_rmdir(path); }
  return disk::watched([&] {
    const int result = __real_rmdir(path);
    if (result != 0) { return result; }
    disk::remember(path, [path = std::string(path)] { __real_mkdir(path.c_str(), 0700); });
    return result;
  });
}

}  // extern "C"
