// What a process that carries a connection has said, reduced to what went wrong: not the banner of
// a host on the way, nor what it logs besides. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/said.h"

namespace wgmesh {

// Nothing: it has said nothing of a fault. `text`: its stderr. `jump`: the hosts of ProxyJump, where the process is ssh; empty: it is a
// ProxyCommand of the user's. `target`: what is behind it, for the message.
std::optional<Said> proxy_complaint(std::string_view text, const std::string& jump,
                                    const std::string& target);

}  // namespace wgmesh
