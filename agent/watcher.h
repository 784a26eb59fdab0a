// A second process that outlives the worker: it shares the lock, reads the journal, and finishes
// the transaction when the worker dies or hangs. Forked before the journal is written, gone with
// it.
#pragma once

#include <chrono>
#include <functional>

#include "common/unique_fd.h"

namespace wgmesh {

class Watcher {
 public:
  // Forks. In the child all descriptors but `lock` are closed, and `finish` is run, with the lock's
  // descriptor there, when this process dies without dismiss(), or gives no sign of life for
  // `patience` (then it is killed first).
  Watcher(int lock, std::chrono::milliseconds patience, const std::function<void(int)>& finish);
  Watcher(Watcher&&) noexcept = default;
  Watcher& operator=(Watcher&&) = delete;
  ~Watcher() = default;

  // A sign of life.
  void beat() const;
  // The transaction is over: the child exits, and is waited for.
  void dismiss();

 private:
  UniqueFd life_;  // the write end of a pipe: its end is our end
  int child_ = -1;
};

}  // namespace wgmesh
