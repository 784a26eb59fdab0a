#!/bin/bash
# The same mesh in other shapes: ten nodes all peered, IPv4 inside, IPv6 outside, JSON on stdin with nodes as a
# list, a ring in which spanning tree blocks one link, and nodes that have no SSH server at all.
. "$(dirname "$(readlink -f "$0")")/../lib/lib.sh"

mtu_of() { on "$1" cat "/sys/class/net/$2/mtu"; }

# A mesh.yaml of N nodes n0… on test0…, all peered: write_mesh N 4|6 [LINE…]
write_mesh() {
  local n=$1 family=$2 i at
  shift 2
  printf '%s\n' 'name: test' 'network: fd00:0:0:1::/64' "$@" 'nodes:'
  for ((i = 0; i < n; i++)); do
    at=$("$nodes" addr $i)
    [ "$family" = 4 ] || at="\"[$("$nodes" addr6 $i)]:51820\""
    printf '  n%d:\n    addr: %s/64\n    ssh: test%d\n    endpoint: %s\n' $i "$(inner $i)" $i "$at"
  done
}
remove() {
  mesh down -r
  expect_status 0
}

"$nodes" up 10 || exit 1

test_case 'ten nodes, all peered: 90 directed pairs'
write_mesh 10 4 'full: true' | sed 's/^  n9:/  a-node-of-long-name:/' >"$work/ten.yaml"
mesh_file=$work/ten.yaml
mesh up
expect_status 0
expect_out 'all 45 pairs forward'
ping_pairs 10 inner

test_case 'a link whose name is cut is found by its whole name as well'
expect 'the whole name' on 0 ip link show gt-test-a-node-of-long-name
expect 'the alias' on 0 sh -c 'cat /sys/class/net/gt-*/ifalias | grep -qx wgmesh:test:a-node-of-long-name'
remove

test_case 'an IPv4 underlay makes gretap links, with 20 bytes more'
write_mesh 4 4 'underlay: 10.20.0.0/16' >"$work/gretap.yaml"
mesh_file=$work/gretap.yaml
mesh up
expect_status 0
expect 'the link is a gretap' bash -c "'$nodes' in 0 ip -d link show gt-test-n1 | grep -q 'gretap remote 10.20'"
expect 'the MTU is 1500 - 60 - 38' test "$(mtu_of 0 br-test)" = 1402
ping_pairs 4 inner
remove

test_case 'IPv6 endpoints cost 20 bytes'
write_mesh 4 6 >"$work/six.yaml"
mesh_file=$work/six.yaml
mesh up
expect_status 0
expect 'they are used' bash -c "'$nodes' in 0 wg show wg-test endpoints | grep -qF '[fdfe:99::'"
expect 'the MTU is 1500 - 80 - 58' test "$(mtu_of 0 br-test)" = 1362
ping_pairs 4 inner
remove

test_case 'JSON on stdin, with nodes as a list'
json=$work/list.json
{
  printf '{"name": "test", "network": "fd00:0:0:1::/64", "nodes": ['
  for i in 0 1 2; do
    printf '%s{"name": "n%d", "addr": "%s/64", "ssh": "test%d", "endpoint": "%s"}' "$([ $i = 0 ] || echo ,)" $i "$(inner $i)" $i "$("$nodes" addr $i)"
  done
  printf ']}'
} >"$json"
mesh_of_stdin() { "$nodes" ctl "$mesh_program" -j -f - "$@" <"$json"; }
run mesh_of_stdin up --no-wait
expect_status 0
ping_pairs 3 inner 10
run mesh_of_stdin down -r
expect_status 0

test_case 'a ring: spanning tree blocks one link, and pings pass'
write_mesh 4 4 'full: false' |
  awk '{print} /^  n[0-3]:/ {peer = "n" (substr($1, 2, 1) + 1) % 4} /endpoint:/ {print "    peers: [" peer "]"}' >"$work/ring.yaml"
mesh_file=$work/ring.yaml
mesh up
expect_status 0
expect_out 'all 4 pairs forward'
blocked=$(for i in 0 1 2 3; do on $i sh -c 'cat /sys/class/net/gt-test-*/brport/state'; done | grep -c '^4$')
expect 'one port blocks' test "$blocked" = 1
ping_pairs 4 inner
remove

"$nodes" down
"$nodes" up 3 0:server=none 1:server=none 2:server=none || exit 1

test_case 'exec: three bare nodes without an SSH server'
write_mesh 3 4 | sed "s|ssh: test|exec: $nodes in |" >"$work/exec.yaml"
mesh_file=$work/exec.yaml
mesh_here() { run "$mesh_program" -f "$mesh_file" "$@"; }
mesh_here up
expect_status 0
ping_pairs 3 inner
mesh_here plan --detailed-exitcode
expect_status 0
mesh_here down -r
expect_status 0
expect 'no file is left' bash -c "! '$nodes' in 0 ls /var/lib/wgmesh"

finish
