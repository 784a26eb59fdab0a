// From a shell on the node to a running agent, in one channel: become root, start the right agent
// if it is there, else send it. Knows the shell's side of the conversation; the protocol of the
// agent begins where this ends. The node is hostile: time, lines and octets are bounded, whatever
// it sends.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "controller/mesh/mesh.h"
#include "controller/reach/agent_binary.h"
#include "controller/reach/interrupt.h"
#include "controller/reach/prompt.h"
#include "controller/reach/transport.h"

namespace wgmesh {

struct BootstrapOptions {
  Become become = Become::kAuto;
  // Called when sudo asks for its password; what it returns stays valid. Empty: sudo must not ask.
  // The time that it takes is not the node's.
  std::function<const Passphrase&()> become_password;
  std::chrono::milliseconds patience = std::chrono::seconds(30);  // for each answer of the node
  // For all of it, however the node answers. The first upload adds what it takes at kSlowestUpload.
  std::chrono::milliseconds whole = std::chrono::seconds(60);
  const Interrupt* interrupt = nullptr;
  std::string by_hand;  // how a person gets a shell there, for messages: "ssh n1"
  // Called while the agent is sent, with bytes. May be empty.
  std::function<void(std::size_t sent, std::size_t total)> sent;
  // Lines for the user that are no errors. May be empty.
  std::function<void(const std::string&)> note;
};

inline constexpr std::size_t kSlowestUpload = 8u << 10;  // octets a second

// Ends when the agent has written its magic line; returns what was read beyond it. Throws
// Unreachable (no root, no agent running), Error (no place for the agent, no agent for the
// machine), TimedOut, Interrupted.
std::string bootstrap(Transport& transport, const AgentBinaries& agents,
                      const BootstrapOptions& options);

}  // namespace wgmesh
