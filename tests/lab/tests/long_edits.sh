#!/bin/bash
# kernel: --cpus 2
# Six nodes of which every pair exchanges a packet every 50 ms, while a seventh comes and goes, and while one
# node's endpoint, priority and keepalive change: no pair loses one.
. "$(dirname "$(readlink -f "$0")")/../lib/lib.sh"
. "$lab_folder/lib/traffic.sh"

count=6
mesh_file=$work/mesh.yaml
# write_mesh [LEAFS-KEYS [SEVENTHS-KEYS]]: with 'endpoint' as given there, or the node's own
write_mesh() {
  local i keys
  {
    printf '%s\n' 'name: test' 'network: fd00:0:0:1::/64' 'nodes:'
    for ((i = 0; i < count + ($# > 1); i++)); do
      keys="endpoint: $("$nodes" addr $i)"
      ((i != count - 1)) || keys=${1:-$keys}
      ((i != count)) || keys+=${2:+, $2}
      echo "  n$i: {addr: \"$(inner $i)/64\", exec: $nodes in $i, $keys}"
    done
  } >"$mesh_file"
}
sync() {
  here sync
  expect_status 0
  sleep 3
  count_losses "${pairs[@]}"
}

"$nodes" up $((count + 1)) || exit 1
write_mesh
here up
expect_status 0
watch_pairs $count

test_case 'a node comes'
write_mesh '' ''
sync
expect_out '7 changed'

test_case 'it goes'
write_mesh '' 'state: absent'
sync
expect_out '7 changed'
expect 'nothing is left on it' on $count test ! -e /var/lib/wgmesh

leaf=$((count - 1))
own="endpoint: $("$nodes" addr $leaf)"
new6=$("$nodes" addr6 $leaf)

test_case 'another priority of a leaf'
write_mesh "$own, prio: 50000"
sync
expect 'it has it' test "$(on $leaf cat /sys/class/net/br-test/bridge/priority)" = 50000

test_case 'another keepalive'
write_mesh "$own, prio: 50000, persistent_keepalive: 7"
sync
expect 'it has it' test "$(on $leaf wg show wg-test persistent-keepalive | cut -f 2 | sort -u)" = 7

test_case 'another endpoint'
write_mesh "endpoint: \"[$new6]:51820\", prio: 50000, persistent_keepalive: 7"
here plan
expect_out "endpoint ?$new6?:51820"
sync
expect_out '6 changed'
here plan --detailed-exitcode # where each of two live ends hears the other is not the plan's, but theirs
expect_status 0

end_traffic
finish
