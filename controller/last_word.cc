#include "controller/last_word.h"

#include <unistd.h>

#include <atomic>
#include <mutex>
#include <utility>

#include "controller/show/output.h"

namespace wgmesh {
namespace {

std::mutex last_word_mutex;
std::function<std::string(int)> last_word;
std::atomic<bool> last_word_is_claimed = false;

}  // namespace

void set_last_word(std::function<std::string(int exit_code)> result_of) {
  const std::lock_guard lock(last_word_mutex);
  last_word = std::move(result_of);
}

bool claim_last_word() { return !last_word_is_claimed.exchange(true); }

void end_process(int exit_code) {
  if (claim_last_word()) {
    const std::lock_guard lock(last_word_mutex);
    if (last_word) { put_result(last_word(exit_code)); }
  }
  _exit(exit_code);
}

}  // namespace wgmesh
