// The way out for everything that ssh can do and libssh cannot: the node's `exec` that lets the ssh
// program carry the session. Pure.
#pragma once

#include <string>

#include "controller/ssh/ssh_config.h"

namespace wgmesh {

// "ssh -p 2222 n1", or with what this host needs besides: a command of its configuration switched
// off, and sudo where the login is not root.
std::string exec_command(const SshTarget& target, const std::string& config_file,
                         const SshOptionLines& options);

}  // namespace wgmesh
