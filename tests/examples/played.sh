# shellcheck shell=bash
# played.sh - an example on nodes that are played: `. played.sh` first, which sources lib.sh.
#
#   play NODE…               after `example NAME COPY`: COPY is the working folder, and its mesh.yaml is the mesh 'test' of
#                            these nodes. They keep their plans from one run to the next (play_agent, keeps) and have no
#                            kernel behind them
#   node_is NODE ROLE        from now on NODE plays that role; 'away': it cannot be reached
#   count_sessions           $sessions: the sessions since the last count, as 'NODE COUNT' lines
#   expect_once NODE…        … and expects one for each of these nodes, and no other
# shellcheck disable=SC2154
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lib.sh"

export WGMESH_AGENT_DIR=$work/agents
mkdir -p "$work/agents" "$work/nodes"
for machine in x86_64 aarch64; do cp "$build/tests/lab/play_agent" "$work/agents/wgmesh-agent-$machine"; done
# Nothing of who runs the test is read, and nothing is left there.
export HOME=$work/home
mkdir -p "$HOME"

cat >"$work/node" <<'NODE'
#!/bin/bash
# node NAME COMMAND…: COMMAND on a played node, with folders of its own
here=$(dirname "$(readlink -f "$0")")
echo "$1" >>"$here/sessions"
place=$here/nodes/$1
PLAY=$(<"$place/role") PLAY_NUMBER=$(<"$place/number")
export PLAY PLAY_NUMBER PLAY_LOG=$place/log PLAY_KEPT=/var/lib/kept
[ "$PLAY" != away ] || { echo 'No route to host' >&2; exit 1; }
shift
exec unshare --mount --propagation private bash -c '
  mount --bind "$0" /var/lib; for place in /run /opt /usr/local/lib /usr/local/sbin; do mount -t tmpfs none $place; done
  exec "$@"' "$place/var" "$@"
NODE
chmod +x "$work/node"

play() {
  cd "$example" || exit
  write_nodes "$@" >mesh.yaml
}

write_nodes() {
  local i=0 node
  printf '%s\n' --- 'name: test' 'network: 10.77.0.0/24' 'nodes:'
  for node in "$@"; do
    i=$((i + 1))
    mkdir -p "$work/nodes/$node/var"
    echo keeps >"$work/nodes/$node/role"
    echo $i >"$work/nodes/$node/number"
    printf '  %s:\n    addr: 10.77.0.%d/24\n    exec: %s %s\n    endpoint: 192.0.2.%d\n' "$node" $i "$work/node" "$node" $i
  done
}

node_is() { echo "$2" >"$work/nodes/$1/role"; }

count_sessions() {
  sessions=$(sort "$work/sessions" 2>/dev/null | uniq -c | awk '{ print $2, $1 }')
  rm -f "$work/sessions"
}

expect_once() {
  count_sessions
  expect 'each node was contacted once' test "$sessions" = "$(printf '%s 1\n' "$@" | sort)"
}
