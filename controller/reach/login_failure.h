// Why no agent runs on a node: what the shells, sudo and doas there have said, as an error with a
// cure that works. Pure: knows texts, not how they came here.
#pragma once

#include <string>
#include <string_view>

#include "controller/reach/transport.h"

namespace wgmesh {

// What is known when a login ends, or falls silent, before the agent runs.
struct LoginEnd {
  bool is_exec = false;         // through a command prefix; else over SSH
  bool shell_answered = false;  // a shell has said that it waits for the script
  std::string by_hand;          // how a person gets a shell there: "ssh n1", "docker exec n1"
  std::string login;            // the user's name there; empty: not known
  std::string errors;           // stderr so far
  std::string noise;            // lines of stdout that were none of ours
  std::string prompt;           // our own question for sudo's password; empty: none
};

// The stream has ended.
Unreachable explain_end(const LoginEnd& end);
// Nothing came for as long as the node may be silent.
TimedOut explain_silence(const LoginEnd& end);
// The node talks on, and no agent runs.
TimedOut explain_delay(const LoginEnd& end, std::chrono::milliseconds whole);
// The script itself has said why: the words behind its "wgmesh-fail". Throws Error for what the
// node lacks, Unreachable where it does not let us in.
[[noreturn]] void throw_refusal(std::string_view reason);

}  // namespace wgmesh
