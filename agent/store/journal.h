// The durable note of an open transaction: what was before, what shall be, which files are staged.
// While it is called journal.undo the transaction ends backwards; renaming it to journal.commit is
// the commit point, from which it ends forwards. Whoever comes next finishes what it says.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/state/state.h"
#include "agent/store/store.h"

namespace wgmesh {

struct JournalEntry {
  State before;
  State after;
  std::vector<Staged> files;
  std::string origin;                      // whose transaction
  std::string boot_id;                     // of the kernel that `before` was seen on
  std::vector<std::string> left_places{};  // of a predecessor: see predecessor.h
};

enum class Direction { kUndo, kCommit };

class Journal {
 public:
  Journal(const Store& store, std::string mesh);

  // Durable when it returns, and so are the entry's staged files. All are synced together, as each
  // wait for a disk takes milliseconds. Throws SystemError.
  void begin(const JournalEntry& entry) const;
  // Throws SystemError unless commit() is one rename, of a file that is there.
  void expect_begun() const;
  // The commit point. Needs no space on the disk. When it throws, open() says on which side of it
  // the transaction is.
  void commit() const;
  // Which way an open transaction is to end; empty: none is open.
  std::optional<Direction> open() const;
  // Throws Damaged, NewerFormat, or SystemError when the disk fails.
  JournalEntry read() const;
  // Renames the open one, so that none is open, whatever stands in its place. Returns its new path.
  std::string set_aside() const;
  // The next one that is begun makes this durable. A power cut before brings the closed one back:
  // it ends the same way once more, and finds nothing to do.
  void close() const;

 private:
  JournalEntry parse(const std::string& path) const;

  Store store_;
  std::string folder_;
  std::string mesh_;
  std::string undo_;
  std::string commit_;
};

// Of the running kernel and this network namespace: kernel_instance(), or empty.
std::string boot_id();

}  // namespace wgmesh
