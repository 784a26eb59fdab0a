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
  // Forks. The child closes all descriptors but `lock`, and watches this process. When this process
  // dies without dismiss(), the child runs `finish` with the lock's descriptor. When this process
  // gives no sign of life for `patience` and `grace` together, the child kills it first.
  // `patience` is the time in which this process may wait for its controller. It runs on while the
  // machine sleeps, as the worker's own does. `grace` does not: a worker that wakes up late has all
  // of it.
  Watcher(int lock, std::chrono::milliseconds patience, std::chrono::milliseconds grace,
          const std::function<void(int)>& finish);
  Watcher(Watcher&&) noexcept = default;
  Watcher& operator=(Watcher&&) = delete;
  ~Watcher() = default;

  // A sign of life.
  void beat() const;
  // From here on, this process may be silent for as long as it likes: the child only acts when it dies.
  void be_patient() const;
  // The transaction is over: the child exits, and is waited for.
  void dismiss();

 private:
  UniqueFd life_;  // the write end of a pipe: its end is our end
  int child_ = -1;
};

}  // namespace wgmesh
