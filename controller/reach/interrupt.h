// A flag that can be waited for with poll(): set from any thread or from a signal handler. Knows
// nothing of who waits.
#pragma once

#include "common/unique_fd.h"

namespace wgmesh {

class Interrupt {
 public:
  Interrupt();  // throws SystemError

  void set() noexcept;  // async-signal-safe
  bool is_set() const;
  // Clears it; true when it was set.
  bool take();
  // Readable while it is set.
  int fd() const { return fd_.get(); }

 private:
  UniqueFd fd_;
};

}  // namespace wgmesh
