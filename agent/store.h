// The node's stored meshes: one folder each, 0700, under /var/lib/wgmesh. Changes are staged beside
// the files (NAME.next) and published by renaming, so that what may fail for want of space fails
// before the kernel is touched. Knows files, not what is done with their content.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/stored_mesh.h"

namespace wgmesh {

struct Loaded {
  StoredMesh mesh;
  std::vector<std::string> damaged;  // file names; publishing keeps them aside as NAME.damaged
  std::vector<std::string> faults;   // a sentence for each of them, with its path
};

struct Staged {
  std::string name;
  bool remove = false;
};

class Store {
 public:
  explicit Store(std::string root) : root_(std::move(root)) {}

  const std::string& root() const { return root_; }
  std::string folder(const std::string& mesh) const { return root_ + "/" + mesh; }
  // Names of the folders that hold stored files, or an open journal, sorted.
  std::vector<std::string> meshes() const;
  // The one of that name, or without a name all of them. Throws Error when it is not stored.
  std::vector<std::string> meshes(const std::string& mesh) const;

  // Never touches a file. Throws Error for a newer format, which must not be overwritten.
  Loaded load(const std::string& mesh) const;

  // The files that differ between what is there and `wanted`; nothing is written.
  std::vector<Staged> changes(const std::string& mesh, const StoredMesh& wanted) const;
  // What stage() wrote is on the disk, names too. Throws SystemError.
  void sync_staged(const std::string& mesh, const std::vector<Staged>& files) const;
  // Writes NAME.next for those; creates the folder. Throws SystemError and leaves nothing behind.
  void stage(const std::string& mesh, const StoredMesh& wanted,
             const std::vector<Staged>& files) const;
  // Renames what is staged, removes what is to go. Can be repeated after an interruption.
  void publish(const std::string& mesh, const std::vector<Staged>& files) const;
  // Removes whatever is staged or half written, and the folder where nothing else is in it.
  void discard(const std::string& mesh) const;
  // Removes every file of the mesh that this program may have written, then the empty folder.
  void forget(const std::string& mesh) const;

 private:
  std::string root_;
};

}  // namespace wgmesh
