#!/bin/bash
# A mesh that changes while it runs: nodes come, go, vanish, are edited, installed anew, left down, skipped
# and brought in again. All the while pairs that are not concerned exchange a packet every 50 ms, and lose
# none.
. "$(dirname "$(readlink -f "$0")")/../lib/lib.sh"
. "$lab_folder/lib/traffic.sh"


# --- The mesh file: `node` adds one, with further keys ------------------------------------------------

mesh_file=$work/mesh.yaml
begin() { printf '%s\n' 'name: test' 'network: fd00:0:0:1::/64' "$@" 'nodes:' >"$mesh_file"; } # begin [KEY…]
node() { # node I [KEY…]
  local i=$1
  shift
  printf '  %s\n' "n$i:" "  addr: $(inner "$i")/64" "  ssh: {host: test$i, connect_timeout: 20}" >>"$mesh_file"
  [[ " $*" == *' endpoint:'* ]] || printf '    endpoint: test%s\n' "$i" >>"$mesh_file"
  [ $# = 0 ] || printf '    %s\n' "$@" >>"$mesh_file"
}

peer_key() { on "$1" wg show wg-test dump | awk -v inner="$(inner_of "$2")" '$4 == inner "/128" { print $1, $2 }'; }
inner_of() { on "$1" ip -o -6 address show dev wg-test | awk '{ sub("/.*", "", $4); print $4; exit }'; }
is_up() { on "$1" ip link show br-test >/dev/null 2>&1; }
keepalives() { on "$1" wg show wg-test persistent-keepalive | cut -f 2 | sort | uniq -c | xargs; }

"$nodes" up 4 || exit 1

test_case 'three nodes come up'
begin
node 0
node 1
node 2
mesh up
expect_status 0
ping_pairs 3 inner
watch_pairs 3

test_case 'a node is added'
node 3
mesh sync
expect_status 0
expect_out '4 changed'
ping_pairs 4 inner
count_losses 0-1 0-2 1-2

test_case 'a second sync changes nothing'
mesh sync
expect_status 0
expect_out '4 unchanged'

test_case 'endpoint, priority and keepalive of a leaf change, and nothing else'
before=$(on 1 wg show wg-test dump | grep -v "$(on 3 wg show wg-test public-key)" | cut -f 1-4,8)
begin
node 0
node 1
node 2
node 3 "endpoint: \"[$("$nodes" addr6 3)]:51820\"" 'prio: 50000' 'persistent_keepalive: 7'
mesh plan
expect 'nothing comes' test "$(grep -c '^+' <<<"$out")" = 0
expect 'nothing goes' test "$(grep -c '^-' <<<"$out")" = 0
mesh sync
expect_status 0
count_losses 0-1 0-2 1-2
expect 'n3 has its priority' test "$(on 3 cat /sys/class/net/br-test/bridge/priority)" = 50000
expect 'n3 keeps alive every 7 s' test "$(keepalives 3)" = '3 7'
expect 'n1 reaches it at the new endpoint' bash -c "'$nodes' in 1 wg show wg-test endpoints | grep -q fdfe:99"
expect 'what n1 has of the others is the same' test "$before" = \
  "$(on 1 wg show wg-test dump | grep -v "$(on 3 wg show wg-test public-key)" | cut -f 1-4,8)"

test_case 'state: absent cleans a node and drops it at its peers, in one transaction'
begin
node 0
node 1
node 2
node 3 'state: absent'
mesh sync
expect_status 0
count_losses 0-1 0-2 1-2
expect 'nothing is left on n3' on 3 sh -c '[ ! -e /var/lib/wgmesh ] && ! ip link show wg-test'
expect 'n0 has two peers' test "$(on 0 wg show wg-test peers | wc -l)" = 2
mesh sync
expect_status 0
expect_out '4 unchanged'
expect 'still nothing is left on n3' on 3 sh -c '[ ! -e /var/lib/wgmesh ]'

test_case 'a node that vanished from the file is dropped, and a line says what it holds'
begin
node 0
node 1
mesh sync
expect_status 0
expect_err 'n2 is no longer in the mesh file'
expect_err 'wgmesh-agent down test -r'
count_losses 0-1
expect 'n0 has one peer' test "$(on 0 wg show wg-test peers | wc -l)" = 1
expect 'n2 still holds its keys' on 2 test -e /var/lib/wgmesh/test/private_key
expect 'the line says how to clean it' on 2 wgmesh-agent down test -r
expect 'nothing is left on n2' on 2 test ! -e /var/lib/wgmesh

test_case 'a node that was taken down stays down in sync, with its new plan'
begin
node 0
node 1
node 2
node 3
mesh up
expect_status 0
mesh down n3
expect_status 0
begin 'persistent_keepalive: 11'
node 0
node 1
node 2
node 3
mesh sync
expect_status 0
expect 'n3 is down' bash -c "! '$nodes' in 3 ip link show br-test"
expect 'n0 has the new keepalive' test "$(keepalives 0)" = '3 11'
mesh sync
expect_status 0
expect_out '4 unchanged'
count_losses 0-1

test_case 'a node that was installed anew gets new keys for its pairs only'
key=$(on 0 wg show wg-test dump | cut -f 1 | head -n 1)
pair01=$(peer_key 0 1)
pair02=$(peer_key 0 2)
on 3 rm -rf /var/lib/wgmesh
mesh sync
expect_status 0
ping_pairs 4 inner
count_losses 0-1
expect 'n0 has its private key' test "$key" = "$(on 0 wg show wg-test dump | cut -f 1 | head -n 1)"
expect 'n0 and n1 have their preshared key' test "$pair01" = "$(peer_key 0 1)"
expect 'n0 and n2 have theirs' test "$pair02" = "$(peer_key 0 2)"
expect 'the plan that n3 had lost is there again' test "$(keepalives 3)" = '3 11'

test_case 'a node with a stopped sshd fails within its own timeout, and plan shows the others'
on 3 pkill -STOP sshd
began=$SECONDS
mesh plan
expect_status 4
expect_out 'node n3: unreachable'
expect 'n0 does not change' test "$(grep -c 'node n0' <<<"$out")" = 0
expect 'it took its own timeout' test $((SECONDS - began)) -le 40
on 3 pkill -CONT sshd

test_case 'an unreachable node is an error that names the way around it, and changes nothing'
"$nodes" cut 3
begin 'persistent_keepalive: 13'
node 0
node 1
node 2
node 3
mesh up
expect_status 4
expect_err 'n3'
expect_err '--skip-unreachable'
expect 'n0 is as it was' test "$(keepalives 0)" = '3 11'

test_case 'up --skip-unreachable goes on without it: its peers keep what they have of it'
mesh up --skip-unreachable
expect_status 3
expect_err 'n3: skipped'
expect_out '1 skipped (n3)'
expect 'n0 has the new keepalive for the others' test "$(keepalives 0)" = '1 11 2 13'
count_losses 0-1

test_case 'the next sync brings it in'
"$nodes" mend 3
mesh sync
expect_status 0
ping_pairs 4 inner
expect 'n0 has the new keepalive for all' test "$(keepalives 0)" = '3 13'
expect 'n3 has it' test "$(keepalives 3)" = '3 13'
mesh sync
expect_status 0
expect_out '4 unchanged'
count_losses 0-1

finish
