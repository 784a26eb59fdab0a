#include "common/export_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "common/error.h"
#include "common/exported_node.h"
#include "common/exposed_folder.h"
#include "common/messages.h"
#include "common/posix.h"

namespace wgmesh {
namespace {

constexpr std::size_t kMostOctets = 16u << 20;
constexpr const char* kUnfinished = ".wgmesh-export.new";

mode_t mode_of(Readers readers) { return readers == Readers::kOwner ? 0600 : 0644; }

[[noreturn]] void fail(const std::string& what) { throw SystemError(what, errno); }

}  // namespace

ExportFolder::ExportFolder(const std::string& path, std::string header)
    : path_(path), header_(std::move(header)) {
  while (path_.size() > 1 && path_.ends_with('/')) { path_.pop_back(); }
  if (!path_.starts_with('/')) { throw Error(say_common<"export-folder-relative">(path)); }
  const bool is_new = ::mkdir(path_.c_str(), 0700) == 0;
  if (!is_new && errno != EEXIST) { fail("mkdir " + path_); }
  if (const std::string why = why_others_may_write(path_); !why.empty()) {
    if (is_new) { ::rmdir(path_.c_str()); }
    throw Error(say_common<"export-folder-exposed">(why));
  }
  folder_ = UniqueFd(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder_) { fail("open " + path_); }
}

std::optional<WipedText> ExportFolder::read(const std::string& name) const {
  const UniqueFd fd(
      ::openat(folder_.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!fd && errno == ENOENT) { return std::nullopt; }
  struct stat facts {};
  const bool is_file = fd && ::fstat(fd.get(), &facts) == 0 && S_ISREG(facts.st_mode);
  if (!is_file) { throw Error(say_common<"export-file-foreign">(path_of(name))); }
  // Of its size from the start: growing would leave copies of secrets behind.
  WipedText text(std::string(std::min(static_cast<std::size_t>(facts.st_size), kMostOctets), '\0'));
  const ssize_t size = read_up_to(fd.get(), (*text).data(), text->size());
  if (size < 0) { fail("read " + path_of(name)); }
  (*text).resize(static_cast<std::size_t>(size));
  if (!text->starts_with(header_ + "\n")) {
    throw Error(say_common<"export-file-foreign">(path_of(name)));
  }
  return text;
}

std::vector<std::string> ExportFolder::write(const std::vector<ExportedFile>& files,
                                             std::string_view mesh, ExportFormat format) const {
  for (const ExportedFile& file : files) { static_cast<void>(read(file.name)); }
  std::vector<std::string> paths;
  for (const ExportedFile& file : files) {
    write_file(file);
    paths.push_back(path_of(file.name));
  }
  for (const std::string& name : names_in(path_)) {
    if (!is_export_name(name, mesh, format)) { continue; }
    if (std::ranges::find(files, name, &ExportedFile::name) != files.end()) { continue; }
    try {
      static_cast<void>(read(name));
    } catch (const Error&) { continue; }  // not ours
    if (::unlinkat(folder_.get(), name.c_str(), 0) != 0) { fail("remove " + path_of(name)); }
  }
  if (::fsync(folder_.get()) != 0) { fail("sync " + path_); }
  return paths;
}

// Nobody else can write to the folder, so that the unfinished file is our own.
void ExportFolder::write_file(const ExportedFile& file) const {
  const std::string path = path_of(file.name);
  if (::unlinkat(folder_.get(), kUnfinished, 0) != 0 && errno != ENOENT) { fail("write " + path); }
  const UniqueFd fd(::openat(folder_.get(), kUnfinished,
                             O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd || !write_all(fd.get(), *file.content)) { fail("write " + path); }
  if (::fchmod(fd.get(), mode_of(file.readers)) != 0 || ::fsync(fd.get()) != 0) {
    fail("write " + path);
  }
  if (::renameat(folder_.get(), kUnfinished, folder_.get(), file.name.c_str()) != 0) {
    fail("write " + path);
  }
}

}  // namespace wgmesh
