// Which keys known_hosts files hold for a host, and what that says about the key a server showed.
// libssh parses and matches lines (hashed ones too) but reads one file and skips @revoked, so the
// reading and the verdict are ours.
#pragma once

#include <string>
#include <vector>

#include "controller/ssh_handles.h"

namespace wgmesh {

struct KnownKey {
  SshKey key;
  bool revoked = false;
  std::string where;  // file:line
};

enum class HostKeyVerdict : std::uint8_t {
  kKnown,
  kUnknown,    // nothing is known of this host
  kOtherKind,  // only keys of other kinds are known
  kChanged,    // another key of this kind is known
  kRevoked,
};

class KnownHosts {
 public:
  // Files that are not there hold nothing. `name` is the host as the files write it.
  KnownHosts(const std::vector<std::string>& files, const std::string& name);

  HostKeyVerdict check(ssh_key shown) const;
  // Algorithms to offer, those with a known key first, so that a server with several keys shows one
  // that we can compare.
  std::string preferred_algorithms() const;
  // Where a key is written that decided against the server; empty when none did.
  std::string where(ssh_key shown) const;

 private:
  std::vector<KnownKey> keys_;
};

// Appends a line; throws SystemError. Creates the file, and its directory, for the user alone.
void add_known_host(const std::string& file, const std::string& name, ssh_key key);

std::string fingerprint(ssh_key key);  // "ssh-ed25519 SHA256:…"

}  // namespace wgmesh
