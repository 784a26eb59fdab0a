#include "controller/show/told.h"

#include <mutex>
#include <utility>

namespace wgmesh {
namespace {

std::mutex mutex;
Told kept;

}  // namespace

void keep_told(const ErrorReport& error) {
  const std::lock_guard lock(mutex);
  kept.errors.push_back(error);
}

void keep_told(const Fault& fault) {
  const std::lock_guard lock(mutex);
  kept.faults.push_back(fault);
}

void keep_told(ToldWarning warning) {
  const std::lock_guard lock(mutex);
  kept.warnings.push_back(std::move(warning));
}

Told take_told() {
  const std::lock_guard lock(mutex);
  return std::exchange(kept, {});
}

}  // namespace wgmesh
