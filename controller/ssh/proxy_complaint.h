// What a process that carries a connection has said, reduced to what went wrong: not the banner of
// a host on the way, nor what it logs besides. Pure.
#pragma once

#include <string>
#include <string_view>

namespace wgmesh {

struct ProxyComplaint {
  std::string words;  // one line; empty: it has said nothing of a fault
  std::string cure;
};

// `text`: its stderr. `jump`: the hosts of ProxyJump, where the process is ssh; empty: it is a
// ProxyCommand of the user's. `target`: what is behind it, for the message.
ProxyComplaint proxy_complaint(std::string_view text, const std::string& jump,
                               const std::string& target);

}  // namespace wgmesh
