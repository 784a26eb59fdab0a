// Connections over SSH, up to a transport on which an agent can be started. What the connections of
// one run share is here: ssh's answers, unlocked keys, the login limit per server. May be used
// from many threads at once; a transport belongs to one.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "controller/mesh/mesh.h"
#include "controller/reach/interrupt.h"
#include "controller/reach/prompt.h"
#include "controller/reach/transport.h"
#include "controller/ssh/ssh_answers.h"
#include "controller/ssh/ssh_auth.h"
#include "controller/ssh/ssh_config.h"

namespace wgmesh {

struct SshOptions {
  std::string config_file;            // instead of the user's own; empty: that
  bool accept_new_host_keys = false;  // as StrictHostKeyChecking accept-new
  bool logs = false;                  // libssh tells on stderr what it does
  std::chrono::seconds connect_timeout = std::chrono::seconds(10);  // where ssh has none
  std::chrono::seconds config_patience = std::chrono::seconds(30);  // for `ssh -G`
};

// At most 8 connections per server that have not logged in: sshd's default MaxStartups begins to
// drop at 10.
class LoginGate {
 public:
  static constexpr unsigned kLimit = 8;

  class Slot {
   public:
    Slot(LoginGate& gate, std::string hop) : gate_(&gate), hop_(std::move(hop)) {}
    Slot(Slot&& other) noexcept
        : gate_(std::exchange(other.gate_, nullptr)), hop_(std::move(other.hop_)) {}
    Slot& operator=(Slot&&) = delete;
    ~Slot();

   private:
    LoginGate* gate_;
    std::string hop_;
  };

  // Waits for a free slot. Throws Interrupted.
  Slot enter(const std::string& hop, const Interrupt* interrupt);

 private:
  std::mutex mutex_;
  std::condition_variable left_;
  std::map<std::string, unsigned> inside_;
};

class SshConnector {
 public:
  // Lines for the user that are no errors ("accepted the new host key …").
  using Report = std::function<void(const std::string&)>;

  // `interrupt` (null: none) ends all connecting. All references outlive the connector.
  SshConnector(SshOptions options, Prompter& prompter, const Interrupt* interrupt);

  // Connects, checks the host key and logs in. Throws Unreachable, TimedOut, Interrupted; Error for
  // a configuration that cannot be honoured.
  std::unique_ptr<Transport> connect(const SshTarget& target, const Report& report);

  // What ssh's configuration says about the host, without contacting it.
  SshConfig config_for(const SshTarget& target);

 private:
  std::unique_ptr<Transport> connect_once(const SshConfig& config, const Report& report);

  SshOptions options_;
  Prompter& prompter_;
  const Interrupt* interrupt_;
  KeyFiles keys_;
  LoginGate gate_;
  SshAnswers answers_;
};

}  // namespace wgmesh
