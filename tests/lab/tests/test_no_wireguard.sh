#!/bin/bash
# A kernel without WireGuard: said at hello, with the module's name and the cure, before anything changes.
# vm: --without-module wireguard
. "$(dirname "$(readlink -f "$0")")/../lib/lib.sh"

mesh_file=$work/mesh.yaml
"$nodes" up 2 1:server=none || exit 1
cat >"$mesh_file" <<MESH
name: test
network: fd00:0:0:1::/64
nodes:
  n0: {addr: "fd00:0:0:1::1/64", endpoint: $("$nodes" addr 0), exec: $nodes in 0}
  n1: {addr: "fd00:0:0:1::2/64", endpoint: $("$nodes" addr 1), exec: $nodes in 1}
MESH
remember 0 1

test_case 'the error names node, step, module and cure, and nothing has changed'
mesh up
expect_status 1
expect_err "mesh: n0 and n1: hello: the kernel $(uname -r) has no wireguard"
expect_err 'cure: load it there with `modprobe wireguard`'
expect_as_before 0 1

test_case 'so does plan, and down has nothing to miss'
mesh plan
expect_status 1
expect_err 'has no wireguard'
expect 'there is no plan' test -z "$out"
mesh down -r
expect_status 0
expect_as_before 0 1

test_case 'init says what the node lacks, and changes nothing'
run "$nodes" ctl "$mesh_program" init test0 --output -
expect_status 0
flat=$(sed -E 's/^ +# //' <<<"$out" | tr '\n' ' ')
expect 'the kernel, the module and the cure are in a comment' \
  grep -qF "Before \`mesh up\`: the kernel $(uname -r) has no wireguard" <<<"$flat"
expect 'so is the cure' grep -qF 'modprobe wireguard' <<<"$flat"
expect_as_before 0 1

finish
