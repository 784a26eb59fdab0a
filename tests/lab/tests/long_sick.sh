#!/bin/bash
# Nodes that are sick in ways which a timeout has to find: an SSH server that stands still, a network that
# swallows every packet, a login script that hangs; and one whose disk is full. Each costs no more than its own
# timeout, all of them together no more than the longest; the others go on where they are told to.
. "$(dirname "$(readlink -f "$0")")/../lib/lib.sh"

timeout=10 # seconds, to connect

write_mesh() { # write_mesh I…: of these nodes
  local i
  printf '%s\n' 'name: test' 'network: fd00:0:0:1::/64' 'nodes:'
  for i in "$@"; do
    echo "  n$i: {addr: \"$(inner "$i")/64\", endpoint: $("$nodes" addr "$i"), ssh: {host: test$i, connect_timeout: $timeout}}"
  done
}
took() { # took MS: how long the last command may have taken
  echo "# mesh ${last##*mesh.yaml } took $ms ms"
  [ "$ms" -lt "$1" ] || fail "it took $ms ms, more than $1"
}
timed_mesh() {
  local began=${EPOCHREALTIME/[.,]/}
  mesh "$@"
  ms=$(((${EPOCHREALTIME/[.,]/} - began) / 1000))
}

"$nodes" up 5 || exit 1
mesh_file=$work/mesh.yaml

test_case 'two healthy nodes, for the time that they take'
write_mesh 0 1 >"$mesh_file"
timed_mesh --no-wait up
expect_status 0
healthy=$ms
remember 0 1

test_case 'a standing SSH server, a black hole and a login script that hangs: named, and nobody has changed'
write_mesh 0 1 2 3 4 >"$mesh_file"
on 2 pkill -STOP -x sshd
echo 'table inet lab { chain input { type filter hook input priority 0; tcp dport 22 drop; }; }' | on 3 nft -f -
on 4 sh -c 'echo sleep 600 >/root/.bashrc'
timed_mesh --no-wait up
expect_status 4
expect_err "mesh: n2: connect: "
expect_err "mesh: n3: connect: connect to $("$nodes" addr 3) port 22: no answer"
expect_err "mesh: n4: connect: "
expect_err '--skip-unreachable'
expect_as_before 0 1
# The login script is waited for as long as an agent that is slow to start.
took $((healthy + 35000))

test_case 'the others go on'
timed_mesh --no-wait --skip-unreachable up
expect_status 3
for i in 2 3 4; do expect_err "n$i: skipped: "; done
took $((2 * healthy + 35000))

test_case 'who only looks sees the healthy nodes, and why the others are missing'
timed_mesh info
expect_status 4
expect_out 'n0:'
expect_out 'unreachable: '
took $((healthy + 35000))

test_case 'once they are well, they come in'
on 2 pkill -CONT -x sshd
on 3 nft delete table inet lab
on 4 rm /root/.bashrc
mesh up
expect_status 0
expect_out 'all 10 pairs forward'

test_case 'a full disk: the error says so, and all are as before'
# shellcheck disable=SC2016
on 2 sh -c 'folder=/var/lib/wgmesh/test && cp -a $folder /run/kept && mount -t tmpfs -o size=256k tmpfs $folder &&
  cp -a /run/kept/. $folder && dd if=/dev/zero of=$folder/ballast bs=4k 2>/dev/null; true'
write_mesh 0 1 2 3 4 | sed 's/^nodes:/mtu: 1300\nnodes:/' >"$mesh_file"
mesh --no-wait up
expect_status 1
expect_err 'mesh: n2: '
expect_err 'No space left on device'
for i in 0 1 2 3 4; do expect "node $i has the old MTU" test "$(on "$i" cat /sys/class/net/br-test/mtu)" = 1382; done

finish
