// A transport over SSH: one channel of a session that has logged in. Knows nothing of
// configurations, keys and passwords.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "controller/reach/transport.h"
#include "controller/ssh/ssh_session.h"

namespace wgmesh {

// `reached_at` as Transport has it, and `login` as its login_name(). `step`: how long the server
// may take to open the channel.
std::unique_ptr<Transport> make_ssh_transport(std::unique_ptr<SshSession> session,
                                              std::string login, std::string reached_at,
                                              std::chrono::milliseconds step);

}  // namespace wgmesh
