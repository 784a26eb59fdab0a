#!/bin/bash
# A `down` of three nodes that one of them refuses, under traffic: the mesh is as before, no frame of the segment leaves a
# node in plain meanwhile, and no pair is without an answer for longer than a spanning tree takes. Prints the longest hole.
. "$(dirname "$(readlink -f "$0")")/../lib/lib.sh"
. "$lab_folder/lib/traffic.sh"

export WGMESH_AGENT_DIR=${WGMESH_AGENT_DIR:-$build/agent/faults}
count=3
write_mesh() { # write_mesh LINE [ENVIRONMENT-OF-THE-LAST]
  local i words
  printf '%s\n' 'name: test' 'network: fd00:0:0:1::/64' "$1" 'nodes:'
  for ((i = 0; i < count; i++)); do
    words=''
    ((i != count - 1)) || words=${2:+ env $2}
    echo "  n$i: {addr: \"$(inner $i)/64\", endpoint: $("$nodes" addr $i), exec: \"$nodes in $i$words\"}"
  done
}
addresses() { for ((i = 0; i < count; i++)); do on $i ip -br address show | grep -E '^(wg|br)-'; done; }
# Counts the packets of GRE that a node sends without WireGuard. A node that loses the route to a tunnel's end has another.
count_plain() {
  local i
  for ((i = 0; i < count; i++)); do
    on $i ip route replace default via "$("$nodes" addr $(((i + 1) % count)))"
    on $i nft -f - <<'RULES'
table inet plain {
  chain sent { type filter hook output priority 0; oifname "eth0" meta l4proto gre counter; }
}
RULES
  done
}
all_plain() { for ((i = 0; i < count; i++)); do on $i nft list table inet plain; done | grep -o 'packets [0-9]*'; }

"$nodes" up $count || exit 1
count_plain
mesh_file=$work/mesh.yaml
for line in 'hosts: false' 'mtu: 1500'; do
  write_mesh "$line" >"$work/mesh.yaml"
  write_mesh "$line" WGMESH_FAIL_AT=1 >"$work/fault.yaml"
  here up
  expect_status 0
  watch_pairs $count
  before=$(addresses)
  for round in 1 2; do
    test_case "$line: a down that n2 refuses, $round"
    sleep 2
    take_count
    mesh_file=$work/fault.yaml
    here down
    expect_status 1
    expect_err 'mesh: n2: '
    mesh_file=$work/mesh.yaml
    sleep 12
    expect 'addresses are the same' test "$(addresses)" = "$before"
    take_count
    longest_hole "${pairs[@]}"
    echo "# longest hole $longest ms ($longest_pair)"
    expect 'it is shorter than two forward delays and three seconds' test "$longest" -lt 11000
    expect 'every pair talks' all_are_answered
    expect 'nothing has left in plain' test "$(all_plain | sort -u)" = 'packets 0'
  done
  end_traffic
  here plan --detailed-exitcode
  expect_status 0
  here down -r
  expect_status 0
done

finish
