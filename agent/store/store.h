// The node's stored meshes: one folder each, 0700, under /var/lib/wgmesh. Changes are staged beside
// the files (NAME.next) and published by renaming, so that what may fail for want of space fails
// before the kernel is touched. Knows files, not what is done with their content.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/store/stored_mesh.h"
#include "common/said.h"

namespace wgmesh {

struct Loaded {
  StoredMesh mesh;
  std::vector<std::string> damaged;  // file names; publishing keeps them aside as NAME.damaged
  // File names too: of a newer format, or the disk fails. They must not be overwritten.
  std::vector<std::string> unreadable;
  std::vector<Said> faults;  // one for each of both, with its path
};

// Throws Error when something is unreadable: only a removal goes on then.
void refuse_unreadable(const Loaded& loaded);

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

  // Never touches a file, and never throws for what a file is or says.
  Loaded load(const std::string& mesh) const;

  // The files that differ between what is there and `wanted`; nothing is written.
  std::vector<Staged> changes(const std::string& mesh, const StoredMesh& wanted) const;
  // Writes NAME.next for those; creates the folder. Syncs nothing: see Journal::begin. Throws
  // SystemError and leaves nothing behind.
  void stage(const std::string& mesh, const StoredMesh& wanted,
             const std::vector<Staged>& files) const;
  // Paths of what stage() writes.
  std::vector<std::string> staged_paths(const std::string& mesh,
                                        const std::vector<Staged>& files) const;
  // Throws SystemError when a staged file is gone.
  void expect_staged(const std::string& mesh, const std::vector<Staged>& files) const;
  // What is staged, if each such file is whole; else nothing.
  std::vector<Staged> staged(const std::string& mesh) const;
  // Renames what is staged, removes what is to go. Durable after sync(). Can be repeated after an
  // interruption.
  void publish(const std::string& mesh, const std::vector<Staged>& files) const;
  // Throws SystemError if the disk cannot keep what was done to the mesh's folder.
  void sync(const std::string& mesh) const;
  // Removes whatever is staged or half written, and the folder where nothing else is in it.
  void discard(const std::string& mesh) const;
  // Removes every file of the mesh that this program may have written, whatever stands under its
  // name, then the empty folder. Of that a folder with something in it was made by somebody else:
  // it stays, as NAME.damaged. Goes on when one cannot be removed, and throws at the end.
  void forget(const std::string& mesh) const;
  // Paths in the mesh's folder, of all that forget() has left.
  std::vector<std::string> leftovers(const std::string& mesh) const;

 private:
  std::string path(const std::string& mesh, std::string_view file) const;
  // False when there is no such file. Throws as parse_stored does.
  bool read_into(StoredMesh& stored, const std::string& mesh, const std::string& file,
                 const char* ending = "") const;
  bool is_damaged(const std::string& mesh, const std::string& file) const;
  void remove_endings(const std::string& mesh, bool all) const;

  std::string root_;
};

}  // namespace wgmesh
