#include "controller/ssh/exec_cure.h"

#include <fmt/format.h>

#include <array>

#include "common/shell_quoted.h"

namespace wgmesh {
namespace {

// Options with which `ssh HOST sh` does not run `sh` over a clean stream, and what puts them right.
struct Override {
  const char* option;
  const char* harmless;
  const char* argument;
};
constexpr std::array kOverrides = {
    Override{"remotecommand", "none", "RemoteCommand=none"},
    Override{"requesttty", "auto", "RequestTTY=no"},
    Override{"sessiontype", "default", "SessionType=default"},
    Override{"stdinnull", "no", "StdinNull=no"},
    Override{"forkafterauthentication", "no", "ForkAfterAuthentication=no"},
};

}  // namespace

std::string exec_command(const SshTarget& target, const std::string& config_file,
                         const SshOptionLines& options) {
  std::string made = "ssh";
  for (const std::string& word : ssh_arguments(target, config_file)) {
    made += " " + shell_quoted(word);
  }
  for (const Override& entry : kOverrides) {
    const auto found = options.find(entry.option);
    if (found == options.end() || found->second.empty()) { continue; }
    const std::string& value = found->second.front();
    if (value == entry.harmless || value == "false") { continue; }
    made += fmt::format(" -o {}", entry.argument);
  }
  made += " " + shell_quoted(target.host);
  const auto user = options.find("user");
  const bool is_root =
      user != options.end() && !user->second.empty() && user->second.front() == "root";
  if (is_root || target.become == Become::kNone) { return made; }
  return made + (target.become == Become::kDoas ? " doas -n" : " sudo -n");
}

}  // namespace wgmesh
