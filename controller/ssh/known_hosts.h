// What known_hosts files hold for one host, and what follows for the key that a server showed: the
// decision of OpenSSH, and never a more open one. Knows nothing of libssh.
#pragma once

#include <string>
#include <vector>

#include "controller/ssh/known_hosts_line.h"

namespace wgmesh {

enum class HostKeyVerdict : std::uint8_t {
  kKnown,
  kUnknown,    // nothing is known of this host
  kOtherKind,  // only keys of other kinds are known
  kChanged,    // another key of this kind is known
  kRevoked,
  kUnclear,  // nothing is known, but something about this host could not be understood
};

class KnownHosts {
 public:
  // Files that are not there hold nothing. `name` is the host as the files write it.
  KnownHosts(const std::vector<std::string>& files, const std::string& name);

  HostKeyVerdict check(const SshPublicKey& shown) const;
  // Where the line stands that decided against the server, and what is wrong with it; empty when
  // none did.
  std::string where(const SshPublicKey& shown) const;

  // True when the first key of this kind is known and not revoked: ssh asks for such a key first.
  bool knows_kind(std::string_view kind) const;
  // Where the first line of its marker stands; empty: there is none.
  std::string authority() const { return first(KnownHostsMarker::kCertAuthority); }
  std::string revocation() const { return first(KnownHostsMarker::kRevoked); }

 private:
  struct Entry {
    KnownHostsLine line;
    std::string where;  // file:line, or a file
  };

  void read(const std::string& file, const std::string& name);
  std::string first(KnownHostsMarker marker) const;
  bool is_revoked(const SshPublicKey& key) const;

  std::vector<Entry> entries_;
};

// Appends a line; throws SystemError. Creates the file, and its directory, for the user alone.
void add_known_host(const std::string& file, const std::string& name, const SshPublicKey& key,
                    bool hashed);

}  // namespace wgmesh
