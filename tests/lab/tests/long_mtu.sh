#!/bin/bash
# One MTU for the segment, from the paths; and frames of 1500 bytes for hosts behind bridge_ports, by IPv4, by
# IPv6 and in a VLAN, in prefixes that the nodes do not have.
. "$(dirname "$(readlink -f "$0")")/../lib/lib.sh"

write_mesh() { # write_mesh COUNT LINE [NODE-KEY]
  local i
  printf '%s\n' 'name: test' 'network: fd00:0:0:1::/64' "$2" 'nodes:'
  for ((i = 0; i < $1; i++)); do
    echo "  n$i: {addr: \"$(inner $i)/64\", endpoint: $("$nodes" addr $i), ssh: {host: test$i, connect_timeout: 20}${3:+, $3}}"
  done
}
mtu_of() { on "$1" cat /sys/class/net/br-test/mtu; }
ping_of() { on "$1" ping -q -c 1 -W 5 -M 'do' -s $(($3 - 48)) "$(inner "$2")"; } # ping_of I J BYTES: of the IP packet

"$nodes" up 3 || exit 1
mesh_file=$work/mesh.yaml

test_case 'an underlay of 1400 bytes at one node lowers the segment for all'
on 2 ip link set eth0 mtu 1400
write_mesh 3 'full: true' >"$mesh_file"
mesh up
expect_status 0
for i in 0 1 2; do
  expect "node $i has 1400 - 60 - 58" test "$(mtu_of $i)" = 1282
  expect "1282 bytes pass from $i" ping_of $i $(((i + 1) % 3)) 1282
  expect "one more does not" bash -c "! '$nodes' in $i ping -q -c 1 -W 2 -M do -s 1235 $(inner $(((i + 1) % 3)))"
done
mesh down -r
on 2 ip link set eth0 mtu 1500

# --- Hosts behind a port of the bridge: a namespace `lan` on nodes 0 and 1 -----------------------------

add_host() { # add_host I
  local i=$1
  on "$i" sh -ec "ip netns add lan; ip link add lan0 type veth peer name eth0 netns lan; ip link set lan0 up
    ip -n lan link set eth0 up; ip -n lan addr add 10.55.0.$((i + 1))/24 dev eth0
    ip -n lan addr add fd55::$((i + 1))/64 dev eth0 nodad
    ip -n lan link add link eth0 name eth0.7 type vlan id 7; ip -n lan link set eth0.7 up
    ip -n lan addr add 10.57.0.$((i + 1))/24 dev eth0.7"
}
# The receiver has nothing to say, but must not say so: nc takes the end of one direction for that of both.
move() { # move ADDRESS PORT: ten megabytes from the host at node 0 to that at node 1
  on 1 sh -c "[ -e /run/silence ] || mkfifo /run/silence; ip netns exec lan busybox nc -l -p $2 <>/run/silence >/run/got" &
  local server=$!
  on 1 sh -c "until ip netns exec lan ss -tln | grep -q ':$2 '; do :; done"
  on 0 sh -c "head -c 10485760 /dev/zero | ip netns exec lan timeout 120 busybox nc $1 $2" &
  await 150 has_all || { kill $! $server 2>/dev/null; return 1; }
  kill $server 2>/dev/null
  wait $server $! 2>/dev/null
  on 1 rm /run/got
}
has_all() { [ "$(on 1 stat -c %s /run/got)" = 10485760 ]; }

test_case 'hosts of MTU 1500 behind bridge_ports move ten megabytes'
add_host 0
add_host 1
write_mesh 2 'full: true' 'bridge_ports: [lan0]' >"$mesh_file"
mesh up
expect_status 0
expect_err 'what is on the segment reaches the networks behind bridge_ports'
expect 'the tunnel is a gretap that ignores DF' bash -c "'$nodes' in 0 ip -d link show gt-test-n1 | grep -q 'gretap.*nopmtudisc.*ignore-df'"
expect 'the segment has 1500' test "$(mtu_of 0)" = 1500
expect 'by IPv4' move 10.55.0.2 5001
expect 'by IPv6' move fd55::2 5002
expect 'in a VLAN' move 10.57.0.2 5003
expect 'a frame of 1500 bytes that may not be fragmented' on 0 ip netns exec lan ping -q -c 1 -W 5 -M 'do' -s 1472 10.55.0.2

test_case 'a second up changes nothing, and down gives the port back'
mesh plan --detailed-exitcode
expect_status 0
mesh down
expect_status 0
expect 'it has no master' bash -c "! '$nodes' in 0 test -e /sys/class/net/lan0/master"

test_case 'split horizon carries the same'
sed -i 's/^full: true/loop_prevention: split-horizon/' "$mesh_file"
mesh up
expect_status 0
expect_err 'frames go round for ever'
expect 'spanning tree is off' test "$(on 0 cat /sys/class/net/br-test/bridge/stp_state)" = 0
expect 'the tunnel port is isolated' test "$(on 0 cat /sys/class/net/gt-test-n1/brport/isolated)" = 1
expect 'by IPv4' move 10.55.0.2 5004

finish
