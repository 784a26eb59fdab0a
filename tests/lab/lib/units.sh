# shellcheck shell=bash disable=SC2154 # nodes, build and work are variables of lib.sh
# units.sh - what systemd does for a mesh, for nodes without it; sourced by tests, after lib.sh and routers.sh. All of it
# ends with the node.
#
#   answer I…      nodes I… answer where they see a peer, as with wgmesh-locate@test.socket
#   look_again I…  nodes I… run `refresh` twice a minute, as with wgmesh-refresh@test.timer
#   lie I WHERE    node I says that everybody is at WHERE
#   hush I…        nodes I… answer nobody any more, and lie to nobody
#   ask_from I ARG…  play_locate ask in node I's network: OWN PEER KEY COUNT SECONDS

in_background() { # in_background NAME I SCRIPT [ARG…]: a process group of its own, whose number is in /run/NAME.pid there
  local name=$1 i=$2
  shift 2
  on "$i" setsid sh -c "echo \$\$ >/run/$name.pid; $1" sh "${@:2}" </dev/null >>"$work/$name.$i" 2>&1 &
  disown $!
  await 30 on "$i" test -s "/run/$name.pid"
}

# systemd asks for the interface of each packet, too (PassPacketInfo=yes); the agent does so itself.
answer() {
  local i
  for i in "$@"; do
    # shellcheck disable=SC2016
    in_background answers "$i" 'while :; do
        systemd-socket-activate --datagram --listen="[$1]:21820" "$(command -v wgmesh-agent)" locate test || sleep 1
      done' "$(inner_of "$i")"
  done
}

look_again() {
  local i
  for i in "$@"; do
    in_background refresh "$i" 'while sleep 30; do date +%T; wgmesh-agent refresh test; done'
  done
}

lie() {
  nsenter -t "$("$nodes" pid "$1")" -n -- "$build/tests/lab/play_locate" lie "$(inner_of "$1")" "$2" >>"$work/lies.$1" 2>&1 &
  echo $! >"$work/lie.pid.$1"
  disown $!
}

hush() {
  local i
  for i in "$@"; do
    # shellcheck disable=SC2016
    on "$i" sh -c '[ ! -e /run/answers.pid ] || kill -KILL "-$(cat /run/answers.pid)"; rm -f /run/answers.pid'
    [ ! -e "$work/lie.pid.$i" ] || kill "$(<"$work/lie.pid.$i")" 2>/dev/null || true
    rm -f "$work/lie.pid.$i"
  done
}

ask_from() { run nsenter -t "$("$nodes" pid "$1")" -n -- "$build/tests/lab/play_locate" ask "${@:2}"; }
