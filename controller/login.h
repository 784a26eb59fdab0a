// From a node of mesh.yaml to an open session with its agent: transport (SSH or exec prefix),
// become, bootstrap. What all nodes of a run share is here: agent binaries, prompts, options.
#pragma once

#include <memory>
#include <string_view>
#include <variant>

#include "controller/command_line.h"
#include "controller/fleet/session.h"
#include "controller/mesh/mesh.h"
#include "controller/reach/interrupt.h"
#include "controller/show/progress.h"

namespace wgmesh {

// Whether a node may be given sudo's password: where sudo is due and the login is not root. Never
// through a command prefix.
bool is_password_due(const NodeTarget& target, std::string_view login);

class Login {
 public:
  // Asks for the become password where the command line wants that. `interrupt` ends all
  // connecting; both references outlive this object.
  Login(const CommandLine& command_line, Progress& progress, const Interrupt& interrupt);
  ~Login();

  // From any thread. Throws Unreachable and its kin.
  std::unique_ptr<Session> open_session(const Node& node);

 private:
  struct Shared;
  std::unique_ptr<Shared> shared_;
};

}  // namespace wgmesh
