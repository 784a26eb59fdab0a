#!/bin/bash
# A `down` of three nodes that one of them refuses, under traffic: the mesh is as before, and no pair is without an answer
# for longer than a spanning tree takes. Prints the longest hole.
. "$(dirname "$(readlink -f "$0")")/../lib/lib.sh"
. "$lab_folder/lib/traffic.sh"

export WGMESH_AGENT_DIR=${WGMESH_AGENT_DIR:-$build/agent/faults}
count=3
write_mesh() { # write_mesh [ENVIRONMENT-OF-THE-LAST]
  local i words
  printf '%s\n' 'name: test' 'network: fd00:0:0:1::/64' 'nodes:'
  for ((i = 0; i < count; i++)); do
    words=''
    ((i != count - 1)) || words=${1:+ env $1}
    echo "  n$i: {addr: \"$(inner $i)/64\", endpoint: $("$nodes" addr $i), exec: \"$nodes in $i$words\"}"
  done
}
addresses() { for ((i = 0; i < count; i++)); do on $i ip -br address show | grep -E '^(wg|br)-'; done; }

"$nodes" up $count || exit 1
write_mesh >"$work/mesh.yaml"
write_mesh WGMESH_FAIL_AT=1 >"$work/fault.yaml"
mesh_file=$work/mesh.yaml
here up
expect_status 0
watch_pairs $count
before=$(addresses)

for round in 1 2 3; do
  test_case "a down that n2 refuses, $round"
  sleep 2
  take_count
  mesh_file=$work/fault.yaml
  here down
  expect_status 1
  expect_err 'mesh: n2: '
  sleep 12
  expect 'addresses are the same' test "$(addresses)" = "$before"
  take_count
  longest_hole "${pairs[@]}"
  echo "# longest hole $longest ms ($longest_pair)"
  expect 'it is shorter than two forward delays' test "$longest" -lt 8000
  expect 'every pair talks' all_are_answered
done
end_traffic
mesh_file=$work/mesh.yaml
here plan --detailed-exitcode
expect_status 0

finish
