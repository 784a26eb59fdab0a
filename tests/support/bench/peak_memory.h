// How much memory a piece of work takes at its peak, beyond what the process holds before. Linux keeps the peak of
// a process, and lets it be set back.
#pragma once

namespace wgmesh {

class PeakMemory {
 public:
  PeakMemory();  // gives freed memory back, and begins to count
  // MiB since then. 0 where /proc does not tell.
  double mebibytes() const;

 private:
  long before_ = 0;  // KiB
};

}  // namespace wgmesh
