// The octet stream below an SSH session: a TCP connection, or a process (ProxyCommand, or `ssh -W`
// for ProxyJump). We dial, not libssh, so that every descriptor is close-on-exec and without
// Nagle's delay, connecting has a deadline, and no jump process outlives us.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "common/posix.h"
#include "common/spawned.h"
#include "controller/ssh/ssh_config.h"

namespace wgmesh {

// A process that carries a connection. It ends with this object, and, through a pipe that only we
// hold, with our own process however that ends.
class ProxyProcess {
 public:
  // Gives the process one end of a socket pair as stdin and stdout; `ours` receives the other.
  ProxyProcess(const std::vector<std::string>& words, UniqueFd& ours);
  ~ProxyProcess();
  ProxyProcess(const ProxyProcess&) = delete;
  ProxyProcess& operator=(const ProxyProcess&) = delete;

  std::string stderr_text();  // so far, bounded

 private:
  Pipe lifeline_;
  Pipe stderr_;
  std::optional<Spawned> guard_;
  std::string text_;
};

struct Connection {
  UniqueFd fd;                          // non-blocking
  std::unique_ptr<ProxyProcess> proxy;  // null: TCP
};

// Throws Unreachable, TimedOut, Interrupted.
Connection dial(const SshConfig& config, const std::string& config_file, Deadline deadline,
                const Interrupt* interrupt);

// The command that reaches config.host_name through its ProxyJump hosts.
std::vector<std::string> jump_command(const SshConfig& config, const std::string& config_file);

}  // namespace wgmesh
