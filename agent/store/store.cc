#include "agent/store/store.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <functional>

#include "agent/store/atomic_file.h"
#include "agent/store/last_change.h"
#include "agent/store/stored_file.h"
#include "agent/text/messages.h"
#include "common/naming.h"
#include "common/posix.h"

namespace wgmesh {
namespace {

constexpr std::array<std::string_view, 2> kJournals = {"journal.undo", "journal.commit"};

// What comes behind the name of a file that we write; empty: the name is not one of ours.
std::optional<std::string_view> ending_of(std::string_view name) {
  const auto behind = [name](std::string_view file) -> std::optional<std::string_view> {
    if (!name.starts_with(file)) { return std::nullopt; }
    const std::string_view ending = name.substr(file.size());
    const bool is_ours = ending.empty() || ending == ".next" || ending == ".tmp" ||
                         ending == ".damaged" || ending.starts_with(".damaged.");
    return is_ours ? std::optional(ending) : std::nullopt;
  };
  for (const auto file : kStoredFiles) {
    if (const auto ending = behind(file)) { return ending; }
  }
  for (const auto file : kJournals) {
    if (const auto ending = behind(file)) { return ending; }
  }
  return behind(kLastChange);
}

}  // namespace

void refuse_unreadable(const Loaded& loaded) {
  if (loaded.unreadable.empty()) { return; }
  std::string faults;
  std::string cure;  // of the last one that has one
  for (const Said& fault : loaded.faults) {
    faults += (faults.empty() ? "" : "; ") + fault.text;
    if (!fault.cure.empty()) { cure = fault.cure; }
  }
  throw Error(say<"store-unreadable">(faults, cure));
}

std::string Store::path(const std::string& mesh, std::string_view file) const {
  return folder(mesh) + "/" + std::string(file);
}

std::vector<std::string> Store::meshes() const {
  std::vector<std::string> names = names_in(root_);
  std::erase_if(names, [this](const std::string& name) {
    const auto there = [&](std::string_view file) { return exists(path(name, file)); };
    return !is_mesh_name(name) ||
           (std::ranges::none_of(kStoredFiles, there) && std::ranges::none_of(kJournals, there));
  });
  return names;
}

std::vector<std::string> Store::meshes(const std::string& mesh) const {
  std::vector<std::string> names = meshes();
  if (mesh.empty()) { return names; }
  if (!std::ranges::binary_search(names, mesh)) { throw Error(say<"store-mesh-unknown">(mesh)); }
  return {mesh};
}

bool Store::read_into(StoredMesh& stored, const std::string& mesh, const std::string& file,
                      const char* ending) const {
  const auto content = read_stored_file(path(mesh, file) + ending);
  if (!content) { return false; }
  parse_stored(file, **content, stored);
  if (stored.plan && stored.plan->mesh() != mesh) {
    const std::string other = stored.plan->mesh();
    stored.plan.reset();
    throw Damaged(say<"store-mesh-differs">("holds the plan of", other));
  }
  return true;
}

Loaded Store::load(const std::string& mesh) const {
  Loaded loaded;
  for (const auto file : kStoredFiles) {
    const std::string name(file);
    try {
      read_into(loaded.mesh, mesh, name);
    } catch (Error& fault) {
      const bool is_damaged = dynamic_cast<const Damaged*>(&fault) != nullptr;
      (is_damaged ? loaded.damaged : loaded.unreadable).push_back(name);
      if (dynamic_cast<const SystemError*>(&fault) == nullptr) {
        fault.add_context(path(mesh, name));
      }
      loaded.faults.push_back({fault.id(), fault.message(), fault.cure()});
    }
  }
  return loaded;
}

std::vector<Staged> Store::changes(const std::string& mesh, const StoredMesh& wanted) const {
  std::vector<Staged> changed;
  const auto contents = put_stored(wanted);
  for (const auto file : kStoredFiles) {
    const std::string name(file);
    const auto it = contents.find(name);
    if (it == contents.end()) {
      // What goes need not be read.
      if (exists(path(mesh, name))) { changed.push_back({name, true}); }
      continue;
    }
    try {
      const auto content = read_stored_file(path(mesh, name));
      if (content && **content == *it->second) { continue; }
    } catch (const Damaged&) {}
    changed.push_back({name, false});
  }
  return changed;
}

void Store::stage(const std::string& mesh, const StoredMesh& wanted,
                  const std::vector<Staged>& files) const {
  make_folder(folder(mesh));
  const auto contents = put_stored(wanted);
  try {
    for (const Staged& file : files) {
      if (file.remove) { continue; }
      write_unsynced(path(mesh, file.name) + ".next", *contents.at(file.name));
    }
  } catch (...) {
    discard(mesh);
    throw;
  }
}

std::vector<std::string> Store::staged_paths(const std::string& mesh,
                                             const std::vector<Staged>& files) const {
  std::vector<std::string> paths;
  for (const Staged& file : files) {
    if (!file.remove) { paths.push_back(path(mesh, file.name) + ".next"); }
  }
  return paths;
}

void Store::expect_staged(const std::string& mesh, const std::vector<Staged>& files) const {
  for (const std::string& path : staged_paths(mesh, files)) {
    if (!exists(path)) { throw SystemError("read " + path, ENOENT); }
  }
}

std::vector<Staged> Store::staged(const std::string& mesh) const {
  std::vector<Staged> files;
  StoredMesh ignored;
  try {
    for (const auto file : kStoredFiles) {
      if (read_into(ignored, mesh, std::string(file), ".next")) {
        files.push_back({std::string(file), false});
      }
    }
  } catch (const Error&) { return {}; }
  return files;
}

// One of a newer format is whole: who replaces or removes it has been told to.
bool Store::is_damaged(const std::string& mesh, const std::string& file) const {
  try {
    StoredMesh ignored;
    read_into(ignored, mesh, file);
    return false;
  } catch (const Damaged&) { return true; } catch (const Error&) {
    return false;
  }
}

void Store::publish(const std::string& mesh, const std::vector<Staged>& files) const {
  for (const Staged& file : files) {
    const std::string to = path(mesh, file.name);
    if (!file.remove && !exists(to + ".next")) {
      continue;  // done before an interruption
    }
    if (is_damaged(mesh, file.name)) { set_aside(to); }
    if (file.remove) {
      remove_file(to);
    } else {
      rename_file(to + ".next", to);
    }
  }
}

void Store::sync(const std::string& mesh) const {
  if (is_folder(folder(mesh))) { sync_folder(folder(mesh)); }
}

void Store::discard(const std::string& mesh) const { remove_endings(mesh, false); }

void Store::forget(const std::string& mesh) const { remove_endings(mesh, true); }

// Of our files in the mesh's folder: all, or those that are staged and half written.
void Store::remove_endings(const std::string& mesh, bool all) const {
  std::optional<SystemError> fault;
  std::vector<std::string> names = names_in(folder(mesh));
  // Journals last: while one is there, the next command goes on with what is left.
  std::ranges::stable_sort(names, std::less(),
                           [](const auto& name) { return name.starts_with("journal."); });
  for (const std::string& name : names) {
    const auto ending = ending_of(name);
    if (!ending || !(all || *ending == ".next" || *ending == ".tmp")) { continue; }
    try {
      // A folder that is not empty stays under a name that nobody takes for a stored file.
      if (!remove_file(path(mesh, name)) && ending->empty() && is_folder(path(mesh, name))) {
        wgmesh::set_aside(path(mesh, name));
      }
    } catch (const SystemError& error) {
      if (!fault) { fault = error; }
    }
  }
  remove_folder_if_empty(folder(mesh));
  if (fault) { throw *fault; }
}

std::vector<std::string> Store::leftovers(const std::string& mesh) const {
  std::vector<std::string> paths;
  for (const std::string& name : names_in(folder(mesh))) { paths.push_back(path(mesh, name)); }
  return paths;
}

}  // namespace wgmesh
