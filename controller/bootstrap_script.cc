#include "controller/bootstrap_script.h"

#include <fmt/format.h>

namespace wgmesh {
namespace {

// The whole is a function, called in the last line: a shell that reads its script from a pipe must
// have read all of it before anything else takes octets from there.
//
// Only directories that root alone can write to: the agent runs as root.
// The .sum file is what `sha256sum -c` takes, for login_command().
constexpr std::string_view kFirstPlace = "/var/lib/wgmesh/bin";
constexpr std::string_view kScript = R"sh(wgmesh_fail() {
  printf '\nwgmesh-fail %s\n' "$*"
  exit 1
}

wgmesh_become() {
  [ -z "$second" ] || wgmesh_fail "the shell that sudo or doas has started is not root's, its uid is $uid"
  if [ "$become" = auto ]; then
    if command -v sudo >/dev/null 2>&1; then become=sudo
    elif command -v doas >/dev/null 2>&1; then become=doas
    else wgmesh_fail "the login is not root, and there is no sudo or doas"
    fi
  fi
  next='echo; echo wgmesh-shell; exec /bin/sh'
  case $become in
  sudo)
    command -v sudo >/dev/null 2>&1 || wgmesh_fail "there is no sudo"
    if [ -n "$prompt" ]; then exec sudo -S -p "$prompt" /bin/sh -c "$next"; fi
    exec sudo -n /bin/sh -c "$next" ;;
  doas)
    command -v doas >/dev/null 2>&1 || wgmesh_fail "there is no doas"
    exec doas -n /bin/sh -c "$next" ;;
  *) wgmesh_fail "the login is not root, and become is none" ;;
  esac
}

# The last words of a message: "sh: 1: cannot create /x: Read-only file system".
wgmesh_note() {
  tried="$tried; $1: ${2##*: }"
}

wgmesh_right() {
  [ -x "$1" ] && [ -O "${1%/*}" ] || return 1
  set -- $(sha256sum <"$1" 2>/dev/null)
  [ "$1" = "$hash" ]
}

# The agent is given the PATH of this login: it looks there for a folder in which people find it.
wgmesh_run() {
  echo
  PATH=$path
  exec "$1" serve
}

# A file of ours in $1 that can be written and run; removed again.
wgmesh_try() {
  mkdir -p "$1" || return 1
  [ -O "$1" ] || { echo "owner: it does not belong to root"; return 1; }
  : >"$temporary" && printf '#!/bin/sh\n' >"$temporary" &&
    chmod 700 "$temporary" && "$temporary" && rm -f "$temporary"
}

# What cannot be stored is read all the same, so that the next attempt finds its own octets.
wgmesh_receive() {
  head -c "$size" | { gzip -dc >"$temporary" || { cat >/dev/null; false; }; }
}

wgmesh_install() {
  chmod 700 "$temporary" || return 1
  wgmesh_right "$temporary" || { echo "copy: it was damaged on its way" >&2; return 1; }
  "$temporary" version >/dev/null || return 1
  sync "$temporary" 2>/dev/null
  mv -f "$temporary" "$1/$name" || return 1
  printf '%s  %s\n' "$hash" "$1/$name" >"$1/$name.sum"
  for old in "$1"/wgmesh-agent-*; do
    case $old in "$1/$name" | "$1/$name.sum") ;; *) rm -f "$old" ;; esac
  done
  ln -sf "$name" "$1/wgmesh-agent"
  return 0
}

wgmesh_main() {
  LC_ALL=C
  path=$PATH
  # First of all: sudo may leave a PATH without any of the programs below (secure_path).
  PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin:$PATH
  export LC_ALL PATH
  uid=$(id -u) || wgmesh_fail "the node lacks id"
  [ "$uid" = 0 ] || wgmesh_become
  umask 077
  machine=$(uname -m)
  case $machine in
@HASHES@
  *) hash= ;;
  esac
  name=wgmesh-agent-${hash%????????????????????????????????????????????????}
  places="@FIRST@ /usr/local/lib/wgmesh /opt/wgmesh /run/wgmesh/bin"
  for place in $places; do
    if wgmesh_right "$place/$name"; then wgmesh_run "$place/$name"; fi
  done
  tried=
  for place in $places; do
    temporary=$place/.wgmesh-agent.$$
    said=$(wgmesh_try "$place" 2>&1) || {
      wgmesh_note "$place" "$said"
      rm -f "$temporary" 2>/dev/null
      continue
    }
    printf '\nwgmesh-need %s\n' "$machine"
    read -r size || exit 1
    said=$({ wgmesh_receive && wgmesh_install "$place"; } 2>&1) && wgmesh_run "$place/$name"
    wgmesh_note "$place" "$said"
    rm -f "$temporary"
  done
  wgmesh_fail "no place takes the agent${tried}"
}

wgmesh_main
)sh";

std::string become_name(Become become) {
  switch (become) {
    case Become::kAuto:
      return "auto";
    case Become::kNone:
      return "none";
    case Become::kSudo:
      return "sudo";
    case Become::kDoas:
      return "doas";
  }
  return "none";
}

}  // namespace

std::string login_command(const AgentBinaries& agents) {
  std::string command;
  // Backwards through the alphabet x86_64 comes first, which most nodes are.
  for (auto at = agents.all().rbegin(); at != agents.all().rend(); ++at) {
    const std::string_view hash = at->second->sha256();
    const std::string file = fmt::format("{}/wgmesh-agent-{}", kFirstPlace, hash.substr(0, 16));
    command += fmt::format("sha256sum -c {0}.sum && exec {0} serve; ", file);
  }
  return command + fmt::format("echo; echo {}; exec sh", kShellLine);
}

std::string bootstrap_script(const AgentBinaries& agents, const ScriptOptions& options) {
  std::string hashes;
  for (const auto& [machine, agent] : agents.all()) {
    hashes += fmt::format("  {}) hash={} ;;\n", machine, agent->sha256());
  }
  if (!hashes.empty()) hashes.pop_back();
  std::string script(kScript);
  const auto fill_in = [&](std::string_view mark, std::string_view text) {
    script.replace(script.find(mark), mark.size(), text);
  };
  fill_in("@HASHES@", hashes);
  fill_in("@FIRST@", kFirstPlace);
  return fmt::format("become={} prompt={} second={}\n{}", become_name(options.become),
                     options.password_prompt, options.second ? "yes" : "", script);
}

std::string upload_header(const AgentBinary& agent) {
  return fmt::format("{}\n", agent.gzip().size());
}

}  // namespace wgmesh
