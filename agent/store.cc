#include "agent/store.h"

#include <dirent.h>

#include <algorithm>
#include <array>
#include <memory>

#include "agent/atomic_file.h"
#include "agent/mesh_name.h"

namespace wgmesh {
namespace {

constexpr std::array<std::string_view, 6> kFiles = {"private_key",  "preshared_keys", "plan",
                                                    "former_ports", "endpoints",      "down"};
constexpr std::array<std::string_view, 2> kJournals = {"journal.undo", "journal.commit"};

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

bool is_damaged(const std::string& name, const std::string& content) {
  try {
    StoredMesh ignored;
    parse_stored(name, content, ignored);
    return false;
  } catch (const Damaged&) {
    return true;
  }
}

}  // namespace

std::vector<std::string> Store::meshes() const {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, CloseFolder> root(::opendir(root_.c_str()));
  while (root) {
    const dirent* entry = ::readdir(root.get());
    if (entry == nullptr) break;
    const std::string name = entry->d_name;
    if (!is_mesh_name(name)) continue;
    const auto there = [&](std::string_view file) {
      return exists(folder(name) + "/" + std::string(file));
    };
    if (std::ranges::any_of(kFiles, there) || std::ranges::any_of(kJournals, there)) {
      names.push_back(name);
    }
  }
  std::ranges::sort(names);
  return names;
}

std::vector<std::string> Store::meshes(const std::string& mesh) const {
  std::vector<std::string> names = meshes();
  if (mesh.empty()) return names;
  if (!std::ranges::binary_search(names, mesh)) {
    throw Error("the mesh " + mesh + " is not stored on this node");
  }
  return {mesh};
}

Loaded Store::load(const std::string& mesh) const {
  Loaded loaded;
  for (const auto file : kFiles) {
    const std::string name(file);
    const std::string path = folder(mesh) + "/" + name;
    auto content = read_file(path);
    if (!content) continue;
    const WipedText text(std::move(*content));
    try {
      parse_stored(name, *text, loaded.mesh);
    } catch (Damaged& fault) {
      fault.add_context(path);
      loaded.damaged.push_back(name);
      loaded.faults.push_back(fault.message());
    } catch (Error& fault) {
      fault.add_context(path);
      throw;
    }
  }
  return loaded;
}

std::vector<Staged> Store::changes(const std::string& mesh, const StoredMesh& wanted) const {
  std::vector<Staged> changed;
  const auto contents = put_stored(wanted);
  for (const auto file : kFiles) {
    const std::string name(file);
    auto content = read_file(folder(mesh) + "/" + name);
    const auto it = contents.find(name);
    if (it == contents.end()) {
      if (content) changed.push_back({name, true});
    } else if (!content || *content != *it->second) {
      changed.push_back({name, false});
    }
    if (content) wipe(*content);
  }
  return changed;
}

void Store::stage(const std::string& mesh, const StoredMesh& wanted,
                  const std::vector<Staged>& files) const {
  make_folder(folder(mesh));
  const auto contents = put_stored(wanted);
  try {
    for (const Staged& file : files) {
      if (!file.remove)
        write_file(folder(mesh) + "/" + file.name + ".next", *contents.at(file.name));
    }
    sync_folder(folder(mesh));
  } catch (...) {
    discard(mesh);
    throw;
  }
}

void Store::sync_staged(const std::string& mesh, const std::vector<Staged>& files) const {
  for (const Staged& file : files) {
    if (!file.remove) sync_file(folder(mesh) + "/" + file.name + ".next");
  }
  sync_folder(folder(mesh));
}

void Store::publish(const std::string& mesh, const std::vector<Staged>& files) const {
  const std::string base = folder(mesh) + "/";
  for (const Staged& file : files) {
    const std::string path = base + file.name;
    if (!file.remove && !exists(path + ".next")) continue;  // done before an interruption
    if (auto content = read_file(path)) {
      const WipedText text(std::move(*content));
      if (is_damaged(file.name, *text)) rename_file(path, path + ".damaged");
    }
    if (file.remove) {
      remove_file(path);
    } else {
      rename_file(path + ".next", path);
    }
  }
  if (exists(folder(mesh))) sync_folder(folder(mesh));
}

void Store::discard(const std::string& mesh) const {
  const std::string base = folder(mesh) + "/";
  for (const auto file : kFiles) remove_file(base + std::string(file) + ".next");
  for (const auto journal : kJournals) remove_file(base + std::string(journal) + ".tmp");
  remove_folder_if_empty(folder(mesh));
}

void Store::forget(const std::string& mesh) const {
  const std::string base = folder(mesh) + "/";
  for (const auto file : kFiles) {
    for (const char* ending : {"", ".damaged"}) {
      remove_file(base + std::string(file) + ending);
    }
  }
  for (const auto journal : kJournals) remove_file(base + std::string(journal));
  discard(mesh);
}

}  // namespace wgmesh
