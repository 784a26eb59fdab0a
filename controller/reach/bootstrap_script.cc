#include "controller/reach/bootstrap_script.h"

#include <fmt/format.h>

namespace wgmesh {
namespace {

// The whole is a function, called in the last line: a shell that reads its script from a pipe must
// have read all of it before anything else takes octets from there.
//
// What runs as root lies where nobody but root can put anything. An agent that is installed there
// is started; else one is brought into a folder of this session's own, and it takes itself and the
// folder away as its first act. What stays on the node comes with a commit, from the agent itself.
//
// A first `up` waits for each program that is started here, so what the shell can do by itself is
// done so, and one `ls` looks at all folders of a path.
//
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

# Reads $2 lines of `ls -ldn`: the folder $1 and those above it.
wgmesh_levels() {
  left=$2
  while read -r mode links owner rest; do
    left=$((left - 1))
    name=/${rest#*/}
    case $owner:$mode:$name in
    0:d????-??-*) ;;
    0:d????????[tT]*:"$1") left=-1 ;;
    0:d????????[tT]*) ;;
    *) left=-1 ;;
    esac
    if [ $left -lt 0 ]; then echo "$name: others than root may write there"; return 1; fi
  done
  [ "$left" = 0 ] || { echo "folder: its owner is unknown"; return 1; }
}

# Nobody but root can put anything into this folder or one above it; above it sticky ones do. For a shell of its own: it
# goes there.
wgmesh_alone() {
  CDPATH= cd -P "$1" 2>/dev/null || { echo "folder: it is not there"; return 1; }
  at=$PWD
  set -- "$at"
  while [ "$at" != / ]; do
    at=${at%/*}
    at=${at:-/}
    set -- "$@" "$at"
  done
  ls -ldn -- "$@" 2>/dev/null | wgmesh_levels "$1" $#
}

wgmesh_same() {
  set -- $(sha256sum <"$1" 2>/dev/null)
  [ "$1" = "$hash" ]
}

wgmesh_right() {
  [ -x "$1" ] && (wgmesh_alone "${1%/*}") >/dev/null && wgmesh_same "$1"
}

# The agent is given the PATH of this login: it looks there for a folder in which people find it.
wgmesh_run() {
  echo
  PATH=$path
  exec "$@"
}

wgmesh_clean() {
  [ ! -d "$folder" ] || { rm -f "$program"; rmdir "$folder"; } 2>/dev/null
  folder=
}

# False if the table of mounts tells that no program runs in $1. For a shell of its own: it goes there.
wgmesh_runs() {
  [ -r /proc/self/mounts ] || return 0
  CDPATH= cd -P "$1" 2>/dev/null || return 0
  at=$PWD best= with=
  while read -r from to kind options rest; do
    case ${at%/}/ in
    "${to%/}"/*) [ ${#to} -lt ${#best} ] || best=$to with=$options ;;
    esac
  done </proc/self/mounts
  case ,$with, in *,noexec,*) return 1 ;; esac
}

# A folder of our own in $1 in which a file can be written.
wgmesh_try() {
  [ -d "$1" ] || { echo "folder: it is not there"; return 1; }
  wgmesh_runs "$1" || { echo "mount: no program may run there"; return 1; }
  mkdir -m 700 "$folder" && wgmesh_alone "$folder" &&
    printf '#!/bin/sh\n' >"$program" && chmod 700 "$program"
}

# What cannot be stored is read all the same, so that the next attempt finds its own octets.
wgmesh_receive() {
  head -c "$size" | { $unpack >"$program" || { cat >/dev/null; false; }; }
}

# The folder is the one that wgmesh_try has made and looked at.
wgmesh_check() {
  wgmesh_same "$program" || { echo "copy: it was damaged on its way" >&2; return 1; }
  "$program" version >/dev/null
}

wgmesh_uid() {
  uid=
  while [ -z "$uid" ] && read -r word real effective rest; do
    case $word in Uid:) uid=$effective ;; esac
  done 2>/dev/null </proc/self/status
  [ -n "$uid" ] || uid=$(id -u)
}

wgmesh_main() {
  LC_ALL=C
  path=$PATH
  # First of all: sudo may leave a PATH without any of the programs below (secure_path).
  PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin:$PATH
  export LC_ALL PATH
  wgmesh_uid || wgmesh_fail "the node lacks id"
  [ "$uid" = 0 ] || wgmesh_become
  lacks=
  for tool in uname sha256sum ls cat head mkdir rmdir chmod rm; do
    command -v $tool >/dev/null 2>&1 || lacks="$lacks $tool"
  done
  [ -z "$lacks" ] || wgmesh_fail "the node lacks$lacks"
  umask 077
  machine=$(uname -m)
  case $machine in
@HASHES@
  *) hash= ;;
  esac
  for place in @FIRST@ /usr/local/lib/wgmesh /opt/wgmesh /run/wgmesh/bin; do
    program=$place/wgmesh-agent-${hash%????????????????????????????????????????????????}
    if wgmesh_right "$program"; then wgmesh_run "$program" serve; fi
  done
  if command -v gzip >/dev/null 2>&1; then need=need unpack='gzip -dc'
  else need=need-plain unpack=cat
  fi
  trap wgmesh_clean 0
  trap 'exit 1' 1 2 13 15
  tried=
  # The last one is for images that have nothing but programs.
  for place in /run /dev/shm /tmp /var/lib /usr/local/lib /opt /; do
    folder=${place%/}/.wgmesh-$number
    program=$folder/wgmesh-agent
    said=$(wgmesh_try "$place" 2>&1) || {
      wgmesh_note "$place" "$said"
      wgmesh_clean
      continue
    }
    printf '\nwgmesh-%s %s\n' "$need" "$machine"
    read -r size || exit 1
    said=$({ wgmesh_receive && wgmesh_check; } 2>&1) && wgmesh_run "$program" serve --fleeting
    wgmesh_note "$place" "$said"
    wgmesh_clean
  done
  wgmesh_fail "no place takes the agent${tried}"
}

wgmesh_main
)sh";

}  // namespace

std::string login_command(const AgentBinaries& agents) {
  std::string command;
  const std::string to_script = fmt::format("echo; echo {}; exec sh", kShellLine);
  // Backwards through the alphabet x86_64 comes first, which most nodes are.
  for (auto at = agents.all().rbegin(); at != agents.all().rend(); ++at) {
    const std::string_view hash = at->second->sha256();
    const std::string file = fmt::format("{}/wgmesh-agent-{}", kFirstPlace, hash.substr(0, 16));
    // The five folders of this path have to be root's alone. `ls` writes nine words about each.
    command += fmt::format(
        "test -x {0} && exec sh -c 'n=0; "
        "set -- $(LC_ALL=C ls -ldn / /var /var/lib /var/lib/wgmesh {1}); "
        R"(while [ $# -gt 8 ]; do case $3:$1 in 0:d????-??-*) n=$((n + 1)) ;; esac; shift 9; done; )"
        "[ $n.$# = 5.0 ] && sha256sum -c {0}.sum && exec {0} serve; {2}'; ",
        file, kFirstPlace, to_script);
  }
  return command + to_script;
}

std::string bootstrap_script(const AgentBinaries& agents, const ScriptOptions& options) {
  std::string hashes;
  for (const auto& [machine, agent] : agents.all()) {
    hashes += fmt::format("  {}) hash={} ;;\n", machine, agent->sha256());
  }
  if (!hashes.empty()) { hashes.pop_back(); }
  std::string script(kScript);
  const auto fill_in = [&](std::string_view mark, std::string_view text) {
    script.replace(script.find(mark), mark.size(), text);
  };
  fill_in("@HASHES@", hashes);
  fill_in("@FIRST@", kFirstPlace);
  return fmt::format("become={} prompt={} second={} number={}\n{}", to_text(options.become),
                     options.password_prompt, options.second ? "yes" : "", options.number, script);
}

std::string upload_header(std::string_view octets) { return fmt::format("{}\n", octets.size()); }

}  // namespace wgmesh
