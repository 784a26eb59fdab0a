#!/bin/bash
# The kernel refuses one operation on one of four nodes, each operation in its turn: all four are as before, and
# the error names the node and the operation. By the agent that has faults built in; and once by the agent that is
# shipped, to which a foreign tunnel with the same ends is refusal enough.
. "$(dirname "$(readlink -f "$0")")/../lib/lib.sh"

# FAULT stands for the environment of n2's agent.
write_first() {
  cat <<MESH
name: test
network: fd00:0:0:1::/64
full: false
nodes:
  n0: {addr: "fd00:0:0:1::1/64", endpoint: $("$nodes" addr 0), peers: [n1, n2, n3], exec: $nodes in 0}
  n1: {addr: "fd00:0:0:1::2/64", endpoint: $("$nodes" addr 1), peers: [n2, n3], exec: $nodes in 1}
  n2: {addr: "fd00:0:0:1::3/64", endpoint: $("$nodes" addr 2), prio: 12288, exec: $nodes in 2 env FAULT}
  n3: {addr: "fd00:0:0:1::4/64", endpoint: $("$nodes" addr 3), peers: [n0], exec: $nodes in 3}
MESH
}

write_second() { # a peer more for n2, and a change of everything that can change in place
  write_first | sed 's/^full:/mtu: 1300\nfull:/; s/::3\/64/::c\/64/; s/peers: \[n0\]/peers: [n0, n2]/
    s/prio: 12288/prio: 100, listen_port: 51850, persistent_keepalive: 20/'
}

# What n2 shall do before anybody commits. Keys differ from run to run, so a peer's words are cut.
operations_of_n2() {
  mesh -J plan
  jq -r '.nodes.n2.changes[] | select(.at_commit | not) | .operation | sub(" (private-key|peer) .*"; "")' <<<"$out"
}

refuse_each() { # refuse_each FILE COUNT: until up gets through; COUNT operations at least
  local k operations
  mesh_file=$work/none.yaml
  sed 's/FAULT//' "$1" >"$mesh_file"
  mapfile -t operations < <(operations_of_n2)
  expect 'there is something to refuse' test ${#operations[@]} -ge "$2"
  remember 0 1 2 3
  mesh_file=$work/fault.yaml
  for ((k = 1; k <= ${#operations[@]}; k++)); do
    sed "s/FAULT/WGMESH_FAIL_AT=$k/" "$1" >"$mesh_file"
    mesh up --no-wait
    expect_status 1
    expect_err "mesh: n2: apply: ${operations[k - 1]}"
    expect_err 'a fault that a test asked for'
    expect_as_before 0 1 2 3
  done
  sed "s/FAULT/WGMESH_FAIL_AT=$k/" "$1" >"$mesh_file"
  mesh up --no-wait
  expect_status 0
  mesh plan --detailed-exitcode
  expect_status 0
  refused=$((refused + ${#operations[@]}))
}

"$nodes" up 4 {0..3}:server=none || exit 1
write_first >"$work/first.yaml"
write_second >"$work/second.yaml"
refused=0

test_case 'a foreign tunnel with the same ends stands in the way of the agent that is shipped'
sed 's/FAULT//' "$work/first.yaml" >"$work/plain.yaml"
mesh_file=$work/plain.yaml
mesh -J plan
ends=$(jq -r '.nodes.n2.changes[].operation | capture("gt-test-n1 .*type ip6gretap (?<ends>local \\S+ remote \\S+)").ends' <<<"$out")
# shellcheck disable=SC2086
expect 'it is there' on 2 ip link add foreign0 type ip6gretap $ends
remember 0 1 2 3
mesh up
expect_status 1
expect_err 'mesh: n2: apply: ip link add gt-test-n1'
expect_err 'File exists'
expect_as_before 0 1 2 3
on 2 ip link del foreign0

export WGMESH_AGENT_DIR=$build/agent/faults
test_case 'from nothing, every operation of one node refused in its turn'
refuse_each "$work/first.yaml" 12

test_case 'in a mesh that stands, every operation of a change refused in its turn'
refuse_each "$work/second.yaml" 8
echo "# $refused operations refused"

finish
