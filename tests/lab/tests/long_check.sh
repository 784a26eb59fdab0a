#!/bin/bash
# `mesh check` on meshes with one fault each: it names the fault, where it is, and why; and says that nothing
# is wrong before and after.
. "$(dirname "$(readlink -f "$0")")/../lib/lib.sh"

write_mesh() { # write_mesh ENDPOINT…: of nodes 0, 1, …
  local i=0 endpoint
  printf '%s\n' 'name: test' 'network: fd00:0:0:1::/64' 'nodes:'
  for endpoint in "$@"; do
    echo "  n$i: {addr: \"$(inner $i)/64\", endpoint: \"$endpoint\", ssh: {host: test$i, connect_timeout: 20}}"
    i=$((i + 1))
  done
}
plain() { write_mesh "$("$nodes" addr 0)" "$("$nodes" addr 1)" "$("$nodes" addr 2)" "$("$nodes" addr 3)"; }

# drop I RULE…: node I drops incoming packets that match
drop() {
  local i=$1
  shift
  printf 'table inet lab {\n chain input {\n type filter hook input priority 0;\n %s\n }\n}\n' "$*" | on "$i" nft -f -
}
drop_nothing() { on "$1" nft delete table inet lab; }

check() { # check STATUS TEXT…
  local text
  mesh check
  expect_status "$1"
  shift
  for text in "$@"; do expect_out "$text"; done
}
mended() { [ "$(in_ctl_mesh check)" = 0 ]; }
in_ctl_mesh() { "$nodes" ctl "$mesh_program" -q -f "$mesh_file" "$@" >/dev/null 2>&1; echo $?; }
expect_mended() { expect 'it is mended' await 60 mended; }

"$nodes" up 4 || exit 1
mesh_file=$work/mesh.yaml
plain >"$mesh_file"
mesh up
expect_status 0

test_case 'a mesh that is whole'
check 0 'Nothing is wrong'
mesh -J check
expect_status 0
expect 'every pair is measured' jq -e '.ok and ([.paths[][] | .segment.reachable and .segment.mtu_passes] | all and length == 12)' <<<"$out"

test_case 'GRE is dropped on input'
drop 1 'iifname "wg-test" meta l4proto 47 drop'
sleep 8 # until spanning tree has noticed
check 1 'n0-n1: the link works, but no frame passes' 'n1-n2: the link works' 'GRE (protocol 47) is dropped inside wg-test'
drop_nothing 1
expect_mended

test_case 'the wrong port'
mesh down
write_mesh "$("$nodes" addr 0):9" "$("$nodes" addr 1):9" "$("$nodes" addr 2)" "$("$nodes" addr 3)" >"$mesh_file"
mesh --no-wait up
expect_status 0
sleep 15
check 1 'n0-n1: no handshake' 'sends to port 9 of' 'which listens on 51820'
plain >"$mesh_file"
mesh up
expect_status 0
expect_mended
key=$(on 1 wg show wg-test public-key)

test_case 'UDP is blocked one way'
drop 1 "ip saddr $("$nodes" addr 0) udp dport 51820 drop"
check 1 'n0-n1: ' 'one way only: what n1 sends reaches n0, and nothing of n0 reaches n1'
drop_nothing 1
expect_mended

test_case 'another key on one side'
inner=$(on 1 ip -o -6 address show dev wg-test | awk '{ sub("/.*", "", $4); print $4; exit }')
on 0 wg set wg-test peer "$key" remove
on 0 sh -c "wg set wg-test peer \$(wg genkey | wg pubkey) allowed-ips $inner/128 endpoint $("$nodes" addr 1):51820"
check 1 'n0-n1: n0 has another public key for n1 than that node uses'
mesh up
expect_status 0
expect_mended

test_case 'a path that swallows large packets'
drop 1 "ip saddr $("$nodes" addr 0) meta length gt 1300 drop"
check 1 'n0-n1: small packets pass, those of WireGuard'
drop_nothing 1
expect_mended

test_case 'two islands'
plain | sed 's/^nodes:/full: false\nnodes:/; s/n0: {/&peers: [n1, n2], /; s/n1: {/&peers: [n2], /; s/n3: {/&peers: [n2], /' >"$mesh_file"
mesh up
expect_status 0
drop 3 'udp dport 51820 drop'
drop 2 "ip saddr $("$nodes" addr 3) drop"
sleep 8
check 1 'n0-n3: no frame passes between them' 'they are on two islands' 'n2-n3: '
drop_nothing 2
drop_nothing 3
plain >"$mesh_file"
mesh up
expect_status 0
expect_mended

test_case 'a name that does not resolve'
"$nodes" name n1.example 1
write_mesh "$("$nodes" addr 0)" n1.example "$("$nodes" addr 2)" "$("$nodes" addr 3)" >"$mesh_file"
mesh up
expect_status 0
"$nodes" unname n1.example
check 1 'n0: endpoint of n1: ' 'correct the endpoint in mesh.yaml'
plain >"$mesh_file"
mesh up

test_case 'two endpoints that are swapped'
mesh down
write_mesh "$("$nodes" addr 0)" "$("$nodes" addr 2)" "$("$nodes" addr 1)" "$("$nodes" addr 3)" >"$mesh_file"
mesh --no-wait up
expect_status 0
sleep 15
check 1 'n1-n2: no handshake' 'are the two swapped in mesh.yaml?'
plain >"$mesh_file"
mesh up
expect_mended

test_case 'a node that is down'
"$nodes" cut 3
check 4 'n3: cannot be asked: connect to'
"$nodes" mend 3

finish
