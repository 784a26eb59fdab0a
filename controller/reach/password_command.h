// A password that a command of the user's prints: a password manager, a file that gpg decrypts.
// Knows nothing of what the password is for.
#pragma once

#include <string>

#include "controller/reach/prompt.h"
#include "controller/reach/transport.h"

namespace wgmesh {

// The first line that `command`, which /bin/sh runs on this machine without stdin, writes to
// stdout. It is kept in locked memory alone. Throws Unreachable, with the command's own words, when
// the command fails, prints nothing or does not end by the deadline; Interrupted.
Passphrase password_from(const std::string& command, Deadline deadline, const Interrupt* interrupt);

}  // namespace wgmesh
