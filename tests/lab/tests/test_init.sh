#!/bin/bash
# mesh init for five SSH nodes: one has its port in use, one is behind a router that forwards SSH to it. Nothing changes
# on the nodes, and the file works with `up` as it is. (A node without WireGuard is in test_no_wireguard.sh.)
. "$(dirname "$(readlink -f "$0")")/../lib/lib.sh"

init() { run "$nodes" ctl "$mesh_program" init "$@"; }

"$nodes" up 5 || exit 1
mesh_file=$work/mesh.yaml
on 3 ip link add wg0 type wireguard
on 3 ip link set wg0 up
on 3 wg set wg0 listen-port 51820
"$nodes" nat home 51820:4
router=$(<"$LAB/nat0.pid") home=10.99.250.1
nsenter -t "$router" -n -- nft add rule ip nat pre tcp dport 22 dnat to "$("$nodes" addr 4)"
read -r type key _ <"$LAB/n/4/upper/etc/ssh/ssh_host_ed25519_key.pub"
echo "home,$home $type $key" >>"$LAB/ssh/known_hosts"
printf 'Host home\n  HostName %s\n  User root\n  IdentityFile ~/.ssh/id\n  IdentitiesOnly yes\n  ConnectTimeout 60\n' "$home" >>"$LAB/ssh/config"
remember 0 1 2 3 4

test_case 'init proposes what the nodes have, and says why it does not propose the rest'
init test0 test1 test2 test3 home --network fd00:0:0:1::/64 --output "$mesh_file"
expect_status 0
expect_err "$mesh_file has 5 nodes now"
out=$(<"$mesh_file")
for i in 0 1 2 3; do
  expect_out "  test$i:"
  expect_out "endpoint: \"$("$nodes" addr $i)\""
done
expect_out 'UDP port 51820 is taken here (WireGuard device wg0)'
expect_out 'listen_port: 51821'
expect_out '  test4:'
expect_out "# endpoint: none. SSH reaches it at $home, which it does not have itself"
expect 'one node has no endpoint' test "$(grep -c 'endpoint: none' "$mesh_file")" = 1

test_case 'nothing has changed on the nodes'
expect_as_before 0 1 2 3 4

test_case 'a file is not overwritten, and a host that is not there is exit code 4'
init test0 --output "$mesh_file"
expect_status 1
expect_err 'exists already, and is not overwritten'
expect 'the file is as it was' test "$(grep -c 'addr:' "$mesh_file")" = 5
init nobody.invalid --output "$work/never.yaml"
expect_status 4
expect_err 'nobody'
expect 'there is no file' test ! -e "$work/never.yaml"

test_case 'the file works as it is'
mesh up
expect_status 0
expect_out 'all 10 pairs forward'

finish
