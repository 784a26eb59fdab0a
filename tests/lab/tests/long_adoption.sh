#!/bin/bash
# A mesh of wireguard-mesh is taken over where that is less plain: agents and controllers that die in between, power that
# is cut, a mesh that is down, and what stands beside it on the node.
. "$(dirname "$(readlink -f "$0")")/../lib/lib.sh"
. "$(dirname "$(readlink -f "$0")")/../lib/predecessor.sh"

"$nodes" up 3 || exit 1
make_predecessor 3 || exit 1
# Another interface of wg-quick, and a port that the user has put into the bridge.
# shellcheck disable=SC2016
on 0 sh -c 'printf "[Interface]\nPrivateKey = %s\nListenPort = 51999\n" "$(wg genkey)" >/etc/wireguard/wg-test7.conf
  wg-quick up wg-test7 && ip link add port0 type dummy && ip link set port0 master br-test up' >/dev/null 2>&1 || exit 1
other=$(on 0 wg show wg-test7 dump)
for i in 0 1 2; do old_files $i >"$work/files.$i"; done
expect_old() {
  expect_as_before 0 1 2
  for i in 0 1 2; do expect "the files of node $i are as they were" diff "$work/files.$i" <(old_files $i); done
}

test_case 'an agent that is killed in between leaves everything as it was'
remember 0 1 2
export WGMESH_AGENT_DIR=$build/agent/faults
on 1 sh -c 'echo export WGMESH_DIE_AT=6 >>/root/.bashrc'
mesh up
expect 'up failed' test "$status" != 0
on 1 rm /root/.bashrc
expect_old

test_case 'a controller that is killed in between leaves everything as it was'
on 2 sh -c 'echo export WGMESH_PROMISE_AFTER=5000 >>/root/.bashrc' # so the others wait, with their change applied
"$nodes" ctl sh -c "echo \$\$ >$work/pid; exec $mesh_program -f $mesh_file up" </dev/null >"$work/terminal" 2>&1 &
changing=$!
expect 'node 0 applies' await 120 test -e "$("$nodes" path 0 /var/lib/wgmesh/test/journal.undo)"
kill -KILL "$(<"$work/pid")"
wait $changing
on 2 rm /root/.bashrc
expect_old
unset WGMESH_AGENT_DIR

test_case 'a damaged file is named, and nothing changes'
on 2 sed -i 's/^PresharedKey = ..../PresharedKey = ####/' /etc/wireguard/wg-test2.conf
mesh up
expect_status 1
expect_err '/etc/wireguard/wg-test2.conf: line '
expect_err 'PresharedKey is no key'
on 2 sh -c 'cat >/etc/wireguard/wg-test2.conf' <"$work/old.2.conf"
expect_as_before 0 1 2

test_case 'a mesh that is down on a node is taken over, too; what is beside it stays'
on 2 wg-quick down wg-test2 >/dev/null 2>&1
mesh up
expect_status 0
ping_pairs 3 inner 10
for i in 0 1 2; do
  expect "node $i has its private key" test "$(on $i wg show wg-test private-key)" = "$(<"$work/key.$i")"
done
expect 'the other interface of wg-quick is as it was' test "$(on 0 wg show wg-test7 dump)" = "$other"
expect 'its file, too' on 0 test -e /etc/wireguard/wg-test7.conf
expect 'the port is in the bridge' on 0 test -e /sys/class/net/br-test/brif/port0

test_case 'at the next boot the mesh comes up from what is stored'
"$nodes" stop 1
"$nodes" start 1
on 1 wgmesh-agent restore >/dev/null
ping_pairs 3 inner 30
mesh plan --detailed-exitcode
expect_status 0

finish
