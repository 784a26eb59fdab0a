// A libssh session over a connection that we dialled, driven without blocking: every call that
// would block is repeated after a poll() of ours, so a deadline and Ctrl-C reach all of them. Used
// from one thread.
#pragma once

#include <string>

#include "controller/ssh_config.h"
#include "controller/ssh_dial.h"
#include "controller/ssh_handles.h"
#include "controller/wait.h"

namespace wgmesh {

// The server ended the connection before it had shown a key: how an overloaded sshd (MaxStartups)
// says "later".
class DroppedEarly : public Unreachable {
 public:
  using Unreachable::Unreachable;
};

class SshSession {
 public:
  // Shakes hands; the server's key is not checked here. Throws DroppedEarly, Unreachable, TimedOut,
  // Interrupted.
  SshSession(const SshConfig& config, Connection connection, const std::string& host_key_algorithms,
             Deadline deadline, const Interrupt* interrupt);
  SshSession(const SshSession&) = delete;
  SshSession& operator=(const SshSession&) = delete;

  ssh_session get() { return session_.get(); }
  SshKey server_key();

  // Calls until the result is not `again`.
  template <typename Call>
  int complete(int again, Deadline deadline, const Call& call) {
    while (true) {
      const int result = call();
      if (result != again) return result;
      wait(deadline);
    }
  }
  // Until the connection has something for libssh.
  void wait(Deadline deadline);

  // What a proxy wrote to stderr so far; empty without one.
  std::string proxy_text() { return proxy_ ? proxy_->stderr_text() : std::string(); }
  // What libssh and a proxy say about the last failure.
  std::string reason();
  // A key or method was refused: the connection is still good, or reason() says why not.
  bool is_connected() { return ssh_is_connected(session_.get()) != 0; }

  // Whose waits end early: the whole run while connecting, one transport afterwards.
  void set_interrupt(const Interrupt* interrupt) { interrupt_ = interrupt; }

 private:
  bool is_busy_server();
  void set_options(const SshConfig& config, const std::string& host_key_algorithms);
  void set(ssh_options_e option, const void* value, const std::string& name);

  std::unique_ptr<ProxyProcess> proxy_;
  int fd_;  // owned by libssh
  SshSessionHandle session_;
  const Interrupt* interrupt_;
};

}  // namespace wgmesh
