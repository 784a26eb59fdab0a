// A machine to log in to: sshd or dropbear on a loopback port, in mount and process namespaces of
// its own, so that its accounts, its sudoers and the places an agent goes to are the test's. Needs
// root.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "controller/reach/captured_child.h"
#include "tests/support/ssh/reserved_port.h"

namespace wgmesh {

class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  std::string path(const std::string& name = {}) const {
    return name.empty() ? path_ : path_ + "/" + name;
  }
  // Makes the file, returns its path.
  std::string write(const std::string& name, const std::string& content,
                    unsigned mode = 0600) const;

 private:
  std::string path_;
};

std::string read_text(const std::string& path);

struct SshServerOptions {
  bool dropbear = false;
  std::string root_shell = "/bin/bash";
  std::string user_shell = "/bin/sh";  // of the account `guest`
  std::string sudoers;                 // empty: guest may not
  std::string doas_conf;
  std::string sshd_lines;  // more of sshd_config
  std::string init_lines;  // more shell before the server starts, as its root
  std::vector<std::string> host_key_kinds = {"ed25519"};
};

class SshServer {
 public:
  explicit SshServer(const SshServerOptions& options = {});
  ~SshServer();

  std::uint16_t port() const { return port_.number(); }
  std::string file(const std::string& name) const { return directory_.path(name); }
  const TemporaryDirectory& directory() const { return directory_; }
  // An ssh_config with `Host node` (root) and `Host guest`, whose known_hosts knows the server.
  std::string config_file(const std::string& more = {}) const;
  std::string host_key(const std::string& kind = "ed25519") const;  // "ssh-ed25519 AAAA…"
  // Runs a command inside the machine.
  std::string run(const std::string& command) const;
  std::string log() const { return read_text(directory_.path("log")); }

 private:
  void start_server(const SshServerOptions& options);

  TemporaryDirectory directory_;
  ReservedPort port_;  // another test's server cannot get it before ours listens
  std::optional<Spawned> server_;
};

}  // namespace wgmesh
