#include "agent/store/sync_files.h"

#include <pthread.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "agent/store/atomic_file.h"
#include "common/error.h"
#include "common/unique_fd.h"

namespace wgmesh {
namespace {

// A thread only waits for the disk. What it has by default is counted as memory of the process,
// which is limited.
constexpr std::size_t kStack = 256u << 10;

struct SyncedFile {
  UniqueFd fd;
  int fault = 0;  // errno
  std::optional<pthread_t> thread;
};

void* sync_one(void* of) noexcept {
  auto& file = *static_cast<SyncedFile*>(of);
  file.fault = ::fsync(file.fd.get()) == 0 ? 0 : errno;
  return nullptr;
}

void start(SyncedFile& file) {
  pthread_attr_t attributes;
  pthread_t thread{};
  ::pthread_attr_init(&attributes);
  ::pthread_attr_setstacksize(&attributes, kStack);
  if (::pthread_create(&thread, &attributes, sync_one, &file) == 0) { file.thread = thread; }
  ::pthread_attr_destroy(&attributes);
}

}  // namespace

void sync_files(const std::vector<std::string>& paths) {
  std::vector<SyncedFile> files(paths.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    files[i].fd = open_file(paths[i], kToRead);
    if (!files[i].fd) { throw SystemError("sync " + paths[i], errno); }
  }
  for (std::size_t i = 1; i < files.size(); ++i) { start(files[i]); }
  for (SyncedFile& file : files) {
    // The first one, and what got no thread.
    if (!file.thread) { sync_one(&file); }
  }
  for (SyncedFile& file : files) {
    if (file.thread) { ::pthread_join(*file.thread, nullptr); }
  }
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (files[i].fault != 0) { throw SystemError("sync " + paths[i], files[i].fault); }
  }
}

}  // namespace wgmesh
