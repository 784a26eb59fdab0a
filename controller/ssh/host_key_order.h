// Which host key algorithms to ask a server for, and which key ssh would have asked it for. A
// server with several keys shows the one that comes first in the client's list, so the order
// decides what is compared with known_hosts. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/ssh/known_hosts.h"
#include "controller/ssh/ssh_config.h"
#include "controller/ssh/ssh_public_key.h"

namespace wgmesh {

// As ssh orders them for this host, certificates and all.
std::vector<std::string> host_key_order(const SshConfig& config, const KnownHosts& known);

// What libssh can ask for: without certificates and keys in tokens. Throws Error when nothing is
// left.
std::string offered_host_keys(const SshConfig& config, const std::vector<std::string>& order);

// The algorithm of `order` that ssh and a server that has `server` agree on.
std::optional<std::string> agreed_algorithm(const std::vector<std::string>& order,
                                            std::string_view server);

}  // namespace wgmesh
