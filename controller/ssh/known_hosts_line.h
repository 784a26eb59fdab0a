// One line of a known_hosts file, and what it says about one host. Lines are taken apart as OpenSSH
// does it, with one difference, which only ever refuses: a line that is about the host and is not
// understood is told, where ssh passes over it. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "controller/ssh/ssh_public_key.h"

namespace wgmesh {

enum class KnownHostsMarker : std::uint8_t { kNone, kRevoked, kCertAuthority };

struct KnownHostsLine {
  KnownHostsMarker marker = KnownHostsMarker::kNone;
  std::optional<SshPublicKey> key;  // nothing: the line is not understood, and `fault` says why
  std::string fault;
};

// Nothing for an empty line, a comment and a line about other hosts. `name` is the host as files
// write it.
std::optional<KnownHostsLine> read_known_hosts_line(std::string_view line, const std::string& name);

// True when `name` is one of `patterns` (`*`, `?`, `!`, commas), in any case.
bool matches_host(std::string_view name, std::string_view patterns);

// The name as HashKnownHosts writes it: |1|salt|hash, with a new salt.
std::string hashed_host(const std::string& name);

}  // namespace wgmesh
