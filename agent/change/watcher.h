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
  // descriptor there, when this process dies without dismiss(), or gives no sign of life (then it
  // is killed first): for `patience`, in which it may wait for its controller, and `grace` beyond.
  // The first goes on while the machine sleeps, as the worker's own does. The second does not: a
  // worker that wakes up late has it in full.
  Watcher(int lock, std::chrono::milliseconds patience, std::chrono::milliseconds grace,
          const std::function<void(int)>& finish);
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
