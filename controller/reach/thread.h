// Starts a thread, or says in the user's words why this machine has none.
#pragma once

#include <functional>
#include <thread>

namespace wgmesh {

// Throws Error that names the limits.
std::thread start_thread(std::function<void()> run);

}  // namespace wgmesh
