// From a shell on the node to a running agent, in one channel: become root, start the right agent
// if it is there, else send it. Knows the shell's side of the conversation; the protocol of the
// agent begins where this ends.
#pragma once

#include <chrono>
#include <string>

#include "controller/agent_binary.h"
#include "controller/interrupt.h"
#include "controller/mesh.h"
#include "controller/prompt.h"
#include "controller/transport.h"

namespace wgmesh {

struct BootstrapOptions {
  Become become = Become::kAuto;
  const Passphrase* become_password = nullptr;                    // for sudo; null: it must not ask
  std::chrono::milliseconds patience = std::chrono::seconds(30);  // for each answer of the node
  const Interrupt* interrupt = nullptr;
};

// Ends when the agent has written its magic line; returns what was read beyond it. Throws
// Unreachable (no root, no agent running), Error (no place for the agent, no agent for the
// machine), TimedOut, Interrupted.
std::string bootstrap(Transport& transport, const AgentBinaries& agents,
                      const BootstrapOptions& options);

}  // namespace wgmesh
