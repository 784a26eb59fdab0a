#include "agent/change/repeat.h"

#include <chrono>
#include <thread>

#include "agent/text/messages.h"
#include "common/error.h"

namespace wgmesh {
namespace {

constexpr int kAttempts = 3;
constexpr std::chrono::milliseconds kPause{100};

}  // namespace

Observation repeat(Kernel& kernel, const Scope& scope, const OnProgress& progress,
                   const List& list) {
  bool has_applied = false;
  for (int attempt = 1;; ++attempt) {
    Observation before = kernel.observe(scope);
    const auto operations = list(before, has_applied);
    if (operations.empty()) { return before; }
    try {
      kernel.apply(operations, [&](std::size_t done) {
        if (progress) { progress(done, operations.size()); }
      });
      has_applied = true;
      Observation after = kernel.observe(scope);
      const auto left = list(after, has_applied);
      if (left.empty()) { return after; }
      if (attempt == kAttempts) {
        throw Error(say<"change-without-effect">(describe(left.front())));
      }
    } catch (const Error&) {
      if (attempt == kAttempts) { throw; }
    }
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace wgmesh
