// What the user's ssh configuration says about one host, as values. It is ssh's own evaluation
// (`ssh -G`) that counts, so Match, Include and tokens mean what they mean to ssh; an option that
// changes who logs in, where, or how it is protected, and that we cannot honour, is an error that
// names it. Knows nothing of libssh.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/mesh/mesh.h"
#include "controller/reach/interrupt.h"
#include "controller/reach/transport.h"

namespace wgmesh {

enum class HostKeyPolicy : std::uint8_t { kStrict, kAcceptNew };

struct SshConfig {
  std::string alias;      // the host as mesh.yaml has it
  std::string host_name;  // where to connect
  std::string user;
  std::uint16_t port = 22;
  std::string address_family = "any";  // any, inet, inet6
  std::string bind_address;
  std::string proxy_jump;     // as ssh takes it after -J; empty: none
  std::string proxy_command;  // tokens expanded; empty: none
  std::optional<std::chrono::seconds> connect_timeout;
  std::vector<std::string> identity_files;    // paths, expanded
  std::vector<std::string> named_identities;  // those that are not ssh's usual ones
  bool identities_only = false;
  std::string identity_agent;  // socket path; empty: no agent
  HostKeyPolicy host_keys = HostKeyPolicy::kStrict;
  std::vector<std::string> user_known_hosts;
  std::vector<std::string> global_known_hosts;
  std::string host_key_alias;
  bool hash_known_hosts = false;
  bool check_host_ip = false;         // the address has to be known by the same key
  bool trust_localhost = false;       // NoHostAuthenticationForLocalhost
  bool keys_from_elsewhere = false;   // VerifyHostKeyDNS: ssh may enter by what we do not look at
  bool accept_new_jump_keys = false;  // of the hosts on the way; said on our command line
  bool public_key = true;
  bool password = true;
  bool keyboard_interactive = true;
  bool batch_mode = false;
  unsigned password_prompts = 3;
  bool compression = false;
  // Lists as ssh writes them; only where they differ from ssh's own defaults.
  std::string kex_algorithms;
  std::string ciphers;
  std::string macs;
  std::string public_key_algorithms;
  std::string host_key_algorithms;   // this one always, where ssh was asked
  bool host_keys_as_listed = false;  // the user's own order, also before kinds that are known
  std::string exec;                  // the node's `exec` that does what libssh cannot

  // The name that known_hosts files have for this host.
  std::string known_hosts_name() const;
  // The server whose login limit a connection counts against.
  std::string first_hop() const;
};

// Option (in lower case) to its values, one per line of `ssh -G`, in order.
using SshOptionLines = std::map<std::string, std::vector<std::string>>;

// Throws Error for what `ssh -G` cannot have written.
SshOptionLines parse_ssh_options(std::string_view text);

// `defaults` is what ssh says without any configuration: what differs was set by the user. Throws
// Error for an option that cannot be honoured, naming it.
SshConfig make_ssh_config(const SshTarget& target, const std::string& config_file,
                          const SshOptionLines& options, const SshOptionLines& defaults);

// "write `exec: ssh HOST` instead of ssh": the cure where ssh enters and libssh cannot.
std::string exec_cure(const SshConfig& config);

// Arguments of ssh that say what `target` says: for `ssh -G` and for error messages.
std::vector<std::string> ssh_arguments(const SshTarget& target, const std::string& config_file);

// Asks the ssh program; throws ProgramMissing when there is none, Error for a configuration that it
// refuses. `config_file`: empty for the user's own.
SshOptionLines ask_ssh(const SshTarget& target, const std::string& config_file, Deadline deadline,
                       const Interrupt* interrupt);

}  // namespace wgmesh
