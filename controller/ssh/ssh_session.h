// A libssh session over a connection that we dialled, driven without blocking: every call that
// would block is repeated after a poll() of ours, so a deadline and Ctrl-C reach all of them. Used
// from one thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "controller/reach/wait.h"
#include "controller/ssh/proxy_complaint.h"
#include "controller/ssh/ssh_config.h"
#include "controller/ssh/ssh_dial.h"
#include "controller/ssh/ssh_handles.h"
#include "controller/ssh/ssh_log.h"

namespace wgmesh {

// The server ended the connection before it had shown a key: how an overloaded sshd (MaxStartups)
// says "later".
class DroppedEarly : public Unreachable {
 public:
  using Unreachable::Unreachable;
};

// The connection ended while an answer was due.
class ConnectionClosed : public Unreachable {
 public:
  using Unreachable::Unreachable;
};

class SshSession {
 public:
  // Shakes hands; the server's key is not checked here. As in ssh, connect_by is for the server's
  // first word; the rest of the handshake has `patience`. `logs`: libssh's log goes to stderr.
  // Throws DroppedEarly, Unreachable, TimedOut, Interrupted.
  struct Patience {
    Deadline connect_by;
    std::chrono::milliseconds step;
  };
  SshSession(const SshConfig& config, Connection connection, const std::string& host_key_algorithms,
             Patience patience, const Interrupt* interrupt, bool logs);
  SshSession(const SshSession&) = delete;
  SshSession& operator=(const SshSession&) = delete;

  ssh_session get() { return session_.get(); }
  SshKey server_key();

  // Calls until the result is not `again`. Throws ConnectionClosed, TimedOut, Interrupted.
  template <typename Call>
  int complete(int again, Deadline deadline, const Call& call) {
    return complete_by(again, deadline, call);
  }
  // The same; `call` may move the deadline.
  template <typename Call>
  int complete_by(int again, const Deadline& deadline, const Call& call) {
    while (true) {
      const int result = call();
      if (result != again) { return result; }
      wait(deadline);
    }
  }
  // Until the connection has something for libssh. Looks at the clock first, so that a server that
  // always has something to say is waited for no longer than a silent one.
  void wait(Deadline deadline);

  // What a proxy wrote to stderr so far; empty without one.
  std::string proxy_text() { return proxy_ ? proxy_->stderr_text() : std::string(); }
  // What libssh and a proxy say about the last failure.
  std::string reason();
  // The numeric address that we are connected to; empty through a proxy.
  std::string address() const { return address_; }
  bool is_local() const { return is_local_; }  // a loopback address
  SshLog& log() { return log_; }
  // A key or method was refused: the connection is still good, or reason() says why not.
  bool is_connected() { return ssh_is_connected(session_.get()) != 0; }

  // Whose waits end early: the whole run while connecting, one transport afterwards.
  void set_interrupt(const Interrupt* interrupt) { interrupt_ = interrupt; }

 private:
  bool is_busy_server();
  void shake_hands(Connection& connection, Patience patience);
  [[noreturn]] void explain_failure(const SshConfig& config);
  void read_address();
  void set_options(const SshConfig& config, const std::string& host_key_algorithms);
  void set(ssh_options_e option, const void* value, const std::string& name);

  std::optional<Said> complaint();

  SshLog log_;
  std::unique_ptr<ProxyProcess> proxy_;
  std::string jump_;
  std::string target_;
  bool is_done_ = false;  // the handshake
  std::string address_;
  bool is_local_ = false;
  int fd_;  // owned by libssh
  SshSessionHandle session_;
  const Interrupt* interrupt_;
};

}  // namespace wgmesh
