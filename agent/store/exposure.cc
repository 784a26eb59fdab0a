#include "agent/store/exposure.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <optional>

#include "agent/store/atomic_file.h"
#include "agent/store/stored_file.h"
#include "agent/text/messages.h"

namespace wgmesh {
namespace {

std::optional<struct stat> look_at(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 ? std::optional(status) : std::nullopt;
}

bool is_ours(const struct stat& status) {
  return status.st_uid == ::geteuid() || status.st_uid == 0;
}

std::string rights_text(const struct stat& status) {
  std::string text = fmt::format("mode {:04o}", status.st_mode & 07777);
  if (!is_ours(status)) { text += fmt::format(", user {}", status.st_uid); }
  if (S_ISREG(status.st_mode) && status.st_nlink > 1) { text += ", under two names"; }
  return text;
}

// A folder that others may write to lets them replace what is in it. With the sticky bit they can
// only add to it.
bool lets_others_write(const struct stat& status) {
  return S_ISDIR(status.st_mode) && (status.st_mode & 022) != 0 && (status.st_mode & S_ISVTX) == 0;
}

bool is_exposed(const struct stat& status) {
  if (!S_ISREG(status.st_mode)) { return false; }
  return !is_ours(status) || (status.st_mode & 077) != 0 || status.st_nlink > 1;
}

bool holds_keys(std::string_view file) {
  return file == "private_key" || file == "preshared_keys" || file.starts_with("journal.");
}

std::vector<std::string> files_of_a_mesh() {
  std::vector<std::string> files(kStoredFiles.begin(), kStoredFiles.end());
  files.insert(files.end(), {"journal.undo", "journal.commit"});
  return files;
}

Said told_of(const std::string& path, const struct stat& status, std::string_view file) {
  const std::string rights = rights_text(status);
  return holds_keys(file) ? say<"store-key-exposed">(path, rights)
                          : say<"store-file-exposed">(path, rights);
}

void rewrite(const std::string& path, const struct stat& status) {
  // What we own and may not read we may give ourselves the right to read.
  if (status.st_uid == ::geteuid()) { ::chmod(path.c_str(), kSecret); }
  const auto content = read_stored_file(path);
  if (content) { write_file_atomically(path, **content); }
}

// The folders above the store are not ours to mend. They end at the first that is missing.
std::vector<Said> exposed_parents(const std::string& root) {
  std::vector<Said> exposures;
  for (auto slash = root.rfind('/'); slash != std::string::npos && slash != 0;
       slash = root.rfind('/', slash - 1)) {
    const std::string folder = root.substr(0, slash);
    const auto status = look_at(folder);
    if (!status || (is_ours(*status) && !lets_others_write(*status))) { continue; }
    exposures.push_back(say<"store-parent-exposed">(folder, rights_text(*status)));
  }
  return exposures;
}

void refuse_foreign(const std::string& folder, const struct stat& status) {
  if (is_ours(status)) { return; }
  throw Error(say<"store-folder-foreign">(folder, status.st_uid));
}

}  // namespace

std::vector<Said> find_exposures(const Store& store, const std::string& mesh) {
  std::vector<Said> exposures = exposed_parents(store.root());
  for (const std::string& folder : {store.root(), store.folder(mesh)}) {
    const auto status = look_at(folder);
    if (!status || (is_ours(*status) && !lets_others_write(*status))) { continue; }
    exposures.push_back(say<"store-folder-exposed">(folder, rights_text(*status)));
  }
  for (const std::string& file : files_of_a_mesh()) {
    const std::string path = store.folder(mesh) + "/" + file;
    const auto status = look_at(path);
    if (status && is_exposed(*status)) { exposures.push_back(told_of(path, *status, file)); }
  }
  return exposures;
}

std::vector<Said> find_exposures_of_keys(const std::string& path) {
  const std::string parent = path.substr(0, path.rfind('/'));
  const auto file = look_at(path);
  const auto folder = look_at(parent);
  if (!file || !folder) { return {}; }
  std::vector<Said> exposures;
  const bool is_folder_open = !is_ours(*folder) || (folder->st_mode & 011) != 0;
  if (is_exposed(*file) && (is_folder_open || !is_ours(*file) || file->st_nlink > 1)) {
    exposures.push_back(say<"store-key-exposed">(path, rights_text(*file)));
  }
  if (!is_ours(*folder) || lets_others_write(*folder)) {
    exposures.push_back(say<"store-folder-exposed">(parent, rights_text(*folder)));
  }
  return exposures;
}

std::vector<Said> mend_exposures(const Store& store, const std::string& mesh) {
  std::vector<Said> exposures = exposed_parents(store.root());
  for (const std::string& folder : {store.root(), store.folder(mesh)}) {
    const auto status = look_at(folder);
    if (!status) { continue; }
    refuse_foreign(folder, *status);
    if (!lets_others_write(*status)) { continue; }
    const bool is_mended = ::chmod(folder.c_str(), status->st_mode & 07755) == 0;
    exposures.push_back(say<"store-folder-was-exposed">(folder, rights_text(*status),
                                                        is_mended ? "mended" : "not mended"));
  }
  for (const std::string& file : files_of_a_mesh()) {
    const std::string path = store.folder(mesh) + "/" + file;
    const auto status = look_at(path);
    if (!status || !is_exposed(*status)) { continue; }
    Said said = told_of(path, *status, file);
    try {
      rewrite(path, *status);
      said.text += "; it is mode 0600 now";
    } catch (const Damaged&) {
      continue;  // it is named as damaged, and set aside
    } catch (const Error& error) { said.text += "; it stays so: " + error.message(); }
    exposures.push_back(std::move(said));
  }
  return exposures;
}

}  // namespace wgmesh
