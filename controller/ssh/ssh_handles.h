// libssh's handles, owned.
#pragma once

#include <libssh/libssh.h>

#include <memory>

namespace wgmesh {

struct FreeSshHandle {
  void operator()(ssh_session session) const {
    // Since 0.10 libssh closes a descriptor that it was given only when an error ends the session.
    // Told that none was given, it closes its socket like one of its own, whatever came before.
    ssh_options_set(session, SSH_OPTIONS_FD, nullptr);
    ssh_disconnect(session);
    ssh_free(session);
  }
  void operator()(ssh_channel channel) const { ssh_channel_free(channel); }
  void operator()(ssh_key key) const { ssh_key_free(key); }
  void operator()(ssh_knownhosts_entry* entry) const { ssh_knownhosts_entry_free(entry); }
  void operator()(char* text) const { ssh_string_free_char(text); }
};

using SshSessionHandle = std::unique_ptr<ssh_session_struct, FreeSshHandle>;
using SshChannelHandle = std::unique_ptr<ssh_channel_struct, FreeSshHandle>;
using SshKey = std::unique_ptr<ssh_key_struct, FreeSshHandle>;
using SshKnownHostsEntry = std::unique_ptr<ssh_knownhosts_entry, FreeSshHandle>;
using SshText = std::unique_ptr<char, FreeSshHandle>;

}  // namespace wgmesh
