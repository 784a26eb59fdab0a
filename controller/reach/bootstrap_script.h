// What a node's shells run, and the lines by which they talk back. The script is plain POSIX sh
// with coreutils or busybox; it travels over stdin, so it may contain any character.
#pragma once

#include <string>
#include <string_view>

#include "controller/mesh/mesh.h"
#include "controller/reach/agent_binary.h"

namespace wgmesh {

// What the script writes on lines of its own; everything else on stdout is noise.
inline constexpr std::string_view kScriptPrefix = "wgmesh-";
inline constexpr std::string_view kShellLine = "wgmesh-shell";  // a shell waits for the script
inline constexpr std::string_view kNeedLine = "wgmesh-need ";   // + machine: send the agent
// The same, from a node without gzip: as it is.
inline constexpr std::string_view kNeedPlainLine = "wgmesh-need-plain ";
inline constexpr std::string_view kFailLine = "wgmesh-fail ";  // + reason: the end

struct ScriptOptions {
  Become become = Become::kAuto;
  std::string password_prompt;  // empty: nobody can answer one
  bool second = false;          // root was asked for already
  std::string number;           // of the session: names the folder that the agent is brought in
};

// What an SSH server hands to the login shell, whichever that is (fish and csh too: no `!`, backslash
// or newline, and what else a shell could read otherwise only between single quotes): starts the
// right agent if it is in the first place, and nobody but root can put another one there, else a
// shell that waits for the script. The first spares a round trip, because OpenSSH takes no stdin
// before it has answered the exec request.
std::string login_command(const AgentBinaries& agents);

std::string bootstrap_script(const AgentBinaries& agents, const ScriptOptions& options);

// What the script reads after kNeedLine: the size on a line, then as many octets.
std::string upload_header(std::string_view octets);

}  // namespace wgmesh
