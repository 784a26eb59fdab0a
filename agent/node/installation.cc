#include "agent/node/installation.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <memory>
#include <string_view>
#include <utility>

#include "agent/store/atomic_file.h"
#include "agent/text/messages.h"
#include "common/error.h"
#include "common/exposed_folder.h"
#include "common/posix.h"
#include "common/program_file.h"
#include "common/sha256.h"

namespace wgmesh {
namespace {

constexpr unsigned kRunnable = 0700;

struct Free {
  void operator()(char* text) const { ::free(text); }
};

std::string file_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }
std::string name_in(const std::string& folder) { return fmt::format("{}/{}", folder, kProgram); }
std::string version_in(const std::string& folder) { return name_in(folder) + ".version"; }

void set_link(const std::string& target, const std::string& link) {
  const std::string next = link + ".next";
  ::unlink(next.c_str());
  if (::symlink(target.c_str(), next.c_str()) != 0) { throw SystemError("symlink " + link, errno); }
  rename_file(next, link);
}

// Other programs of this folder, and what interrupted copies left.
void remove_others(const std::string& folder, const std::string& kept) {
  for (const std::string& name : names_in(folder)) {
    const bool is_ours = name.starts_with(fmt::format("{}-", kProgram)) ||
                         name.starts_with(fmt::format(".{}.", kProgram));
    if (is_ours && name != kept && name != kept + ".sum") { remove_file(folder + "/" + name); }
  }
}

// Where SELinux is on, systemd may not run what bears the label of /var/lib. A node without this
// label for us goes on without it.
void label_for_systemd(const Paths& paths, const std::string& program) {
  constexpr std::string_view kLabel = "system_u:object_r:bin_t:s0";
  if (!exists(paths.selinux + "/enforce")) { return; }
  [[maybe_unused]] const int labelled =
      ::setxattr(program.c_str(), "security.selinux", kLabel.data(), kLabel.size() + 1, 0);
}

}  // namespace

void remove_own_program() {
  const std::string path = target_of("/proc/self/exe");
  const std::string folder = folder_of(path);
  if (!file_of(folder).starts_with(".wgmesh-")) {
    return;  // not brought for this session
  }
  ::unlink(path.c_str());
  ::rmdir(folder.c_str());
}

bool is_newer_version(const std::string& a, const std::string& b) {
  const auto next = [](std::string_view& text) {
    unsigned number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (text.starts_with('.')) { text.remove_prefix(1); }
    return fault == std::errc{} ? number : 0;
  };
  std::string_view left(a);
  std::string_view right(b);
  for (int part = 0; part < 3; ++part) {
    const unsigned mine = next(left);
    const unsigned other = next(right);
    if (mine != other) { return mine > other; }
  }
  return false;
}

std::optional<Installation::Present> Installation::newer() const {
  if (accepts_older_) { return std::nullopt; }
  for (const std::string& folder : paths_.programs) {
    std::optional<std::string> version;
    try {
      version = read_file(version_in(folder));
    } catch (const Error&) {
      // What cannot be read names no version.
    }
    if (!version || !exists(name_in(folder))) { continue; }
    while (version->ends_with('\n')) { version->pop_back(); }
    if (is_newer_version(*version, WGMESH_VERSION)) { return Present{name_in(folder), *version}; }
  }
  return std::nullopt;
}

bool Installation::is_due() const {
  const std::string self = target_of(paths_.self);
  if (self.empty() || newer()) { return false; }
  for (const std::string& folder : paths_.programs) {
    const std::unique_ptr<char, Free> real(::realpath(folder.c_str(), nullptr));
    if (real && folder_of(self) == real.get()) {
      return target_of(name_in(folder)) != file_of(self);
    }
  }
  return true;
}

void Installation::stage() {
  if (!is_due() || !staged_.empty()) { return; }
  refusals_.clear();
  for (const std::string& folder : paths_.programs) {
    try {
      staged_ = stage_in(folder);
      return;
    } catch (const Error& error) { refusals_ += (refusals_.empty() ? "" : "; ") + error.message(); }
  }
}

std::string Installation::stage_in(const std::string& folder) const {
  make_folder(folder);
  if (const std::string why = why_others_may_write(folder); !why.empty()) {
    throw Error(say<"agent-folder-exposed">(why));
  }
  struct statvfs facts {};
  if (::statvfs(folder.c_str(), &facts) == 0 && (facts.f_flag & ST_NOEXEC) != 0) {
    throw Error(say<"agent-folder-noexec">(folder));
  }
  const std::string content = read_program(paths_.self);
  const std::string hash = sha256_of(content);
  const std::string path = fmt::format("{}-{}", name_in(folder), hash.substr(0, 16));
  const std::string copy = fmt::format("{}/.{}.{}", folder, kProgram, ::getpid());
  try {
    write_file(copy, content, kRunnable);
    label_for_systemd(paths_, copy);
    rename_file(copy, path);
    write_file_atomically(path + ".sum", fmt::format("{}  {}\n", hash, path));
  } catch (...) {
    remove_file(copy);
    throw;
  }
  return path;
}

void Installation::discard() {
  if (staged_.empty()) { return; }
  const std::string path = std::exchange(staged_, {});
  const std::string folder = folder_of(path);
  if (target_of(name_in(folder)) == file_of(path)) {
    return;  // another session has settled it
  }
  try {
    remove_file(path);
    remove_file(path + ".sum");
    remove_folder_if_empty(folder);
    remove_folder_if_empty(paths_.state);
  } catch (const Error&) {
    // Nothing leads to it; the next one that settles removes it.
  }
}

std::vector<std::string> Installation::settle() {
  if (const auto present = newer()) {
    return {
        fmt::format("{} is of version {} and stays; this one is {}: "
                    "--replace-newer-agent puts "
                    "it in its place",
                    present->name, present->version, WGMESH_VERSION)};
  }
  if (!is_due()) { return {}; }
  if (!staged_.empty() && !exists(staged_)) {
    staged_.clear();  // taken away by another session
  }
  stage();
  if (staged_.empty()) {
    return {fmt::format("no place takes the agent, so nothing brings the mesh up at boot ({})",
                        refusals_)};
  }
  const std::string path = std::exchange(staged_, {});
  const std::string folder = folder_of(path);
  set_link(file_of(path), name_in(folder));
  write_file_atomically(version_in(folder), WGMESH_VERSION "\n");
  remove_others(folder, file_of(path));
  sync_folder(folder);
  return {};
}

std::string Installation::lasting_name() const {
  if (const auto present = newer()) { return present->name; }
  for (const std::string& folder : paths_.programs) {
    if (exists(name_in(folder))) { return name_in(folder); }
  }
  return {};
}

}  // namespace wgmesh
