#include "tests/support/bench/peak_memory.h"

#include <malloc.h>

#include <algorithm>
#include <fstream>
#include <string>

namespace wgmesh {
namespace {

// KiB.
long of_status(const std::string& key) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    long value = 0;
    if (word == key && status >> value) { return value; }
  }
  return 0;
}

}  // namespace

PeakMemory::PeakMemory() {
  malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << 5;
  before_ = of_status("VmRSS:");
}

double PeakMemory::mebibytes() const {
  return static_cast<double>(std::max(of_status("VmHWM:") - before_, 0L)) / 1024;
}

}  // namespace wgmesh
