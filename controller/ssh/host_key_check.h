// Whether the key that a server showed may be trusted: the answer of ssh to the same question, or a
// refusal whose reason is told. Asks files, and writes to one when a first contact is accepted;
// knows nothing of libssh.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "controller/ssh/known_hosts.h"
#include "controller/ssh/ssh_config.h"
#include "controller/ssh/ssh_public_key.h"

namespace wgmesh {

struct ShownHostKey {
  SshPublicKey key;
  std::string fingerprint;                    // for people
  std::optional<std::string> server_offered;  // its host key algorithms; nothing: not known
  std::string address;                        // numeric; empty: it was reached through a process
  bool is_local = false;                      // a loopback address
};

struct HostKeyPolicies {
  bool accept_new = false;  // said on our command line
  // A line for the user that is no error.
  std::function<void(const std::string&)> report;
};

std::vector<std::string> known_hosts_files(const SshConfig& config);

// `known` is what the files hold for config.known_hosts_name(), and `order` what ssh would have
// asked for. Throws Unreachable.
void check_host_key(const SshConfig& config, const KnownHosts& known,
                    const std::vector<std::string>& order, const ShownHostKey& shown,
                    const HostKeyPolicies& policies);

}  // namespace wgmesh
