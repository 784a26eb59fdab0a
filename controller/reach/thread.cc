#include "controller/reach/thread.h"

#include <system_error>
#include <utility>

#include "controller/reach/limits.h"

namespace wgmesh {

std::thread start_thread(std::function<void()> run) {
  try {
    return std::thread(std::move(run));
  } catch (const std::system_error& error) {
    throw own_limit_error("start a thread", error.code().value());
  }
}

}  // namespace wgmesh
