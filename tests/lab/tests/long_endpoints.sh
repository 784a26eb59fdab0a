#!/bin/bash
# Addresses that change under a mesh: `wgmesh-agent refresh` finds a peer whose name has got another address, once
# the peer is quiet and not before; a peer that was heard from another address stays there, through a sync too.
. "$(dirname "$(readlink -f "$0")")/../lib/lib.sh"

mesh_file=$work/mesh.yaml
write_mesh() { # write_mesh [KEYS-OF-N2]
  local i
  {
    printf '%s\n' 'name: test' 'network: fd00:0:0:1::/64' 'nodes:'
    for i in 0 1 2; do
      echo "  n$i: {addr: \"$(inner $i)/64\", endpoint: n$i.example, exec: $nodes in $i$([ $i != 2 ] || echo "${1:+, $1}")}"
    done
  } >"$mesh_file"
}
refresh() { run "$nodes" in "$1" wgmesh-agent refresh; }
moves() { # moves I: node I has another address, $moved_to, instead of its own
  moved_to=10.99.0.$((100 + $1))
  printf '%s\n' "addr del $("$nodes" addr "$1")/16 dev eth0" "addr add $moved_to/16 dev eth0" | on "$1" ip -batch -
}
key_of() { on "$1" wg show wg-test public-key; }
endpoint_at() { on "$1" wg show wg-test endpoints | awk -v key="$2" '$1 == key { print $2 }'; } # endpoint_at I KEY
is_at() { [ "$(endpoint_at "$1" "$2")" = "$3" ]; }
talk() { on "$1" ping -q -c 1 -W 5 "$(inner "$2")"; }

"$nodes" up 3 || exit 1
for i in 0 1 2; do "$nodes" name n$i.example $i; done
write_mesh
here up
expect_status 0
ping_pairs 3 inner

test_case 'nobody is quiet: refresh touches nothing'
refresh 0
expect_status 0
expect_out 'test: no peer is quiet'

test_case 'a peer that is heard from another address stays there, through a sync'
key=$(key_of 2)
moves 2
expect 'n0 hears it' await 60 is_at 0 "$key" "$moved_to:51820"
refresh 0
expect_out 'test: no peer is quiet'
write_mesh 'prio: 40000'
here sync
expect_status 0
expect 'n0 sends to where n2 is' is_at 0 "$key" "$moved_to:51820"
expect 'n0 and n2 talk' talk 0 2

test_case 'a peer that has gone quiet is looked up again'
key=$(key_of 1)
"$nodes" cut 1
moves 1
nobody=10.99.0.99:9
for i in 0 2; do # it shall not be n1 that is heard first
  expect "n1 forgets where n$i is" on 1 wg set wg-test peer "$(key_of $i)" endpoint $nobody
  expect "n1 does not know where n$i is" is_at 1 "$(key_of $i)" $nobody
done
"$nodes" mend 1
"$nodes" unname n1.example
echo "$moved_to n1.example" >>"$LAB/hosts"
refresh 0
expect_out 'test: no peer is quiet' # not yet
found() { refresh 0; is_at 0 "$key" "$moved_to:51820"; }
await 240 found || fail 'n0 does not send to where n1 is'
expect_status 0
expect_out 'at another address now'
expect 'n0 and n1 talk' await 30 talk 0 1
expect 'n1 has not heard n2' is_at 1 "$(key_of 2)" $nobody
expect 'n2 has not been asked to look' test "$(endpoint_at 2 "$key")" = "$("$nodes" addr 1):51820"
refresh 2
expect 'n2 sends there too' is_at 2 "$key" "$moved_to:51820"

test_case 'a name that does not resolve is named, and the peer stays where it was'
"$nodes" cut 1
"$nodes" unname n1.example
fails() { refresh 0; [ "$status" = 1 ]; }
await 240 fails || fail 'n1 is not missed'
expect_err 'endpoint of n1: '
expect 'n0 still sends there' is_at 0 "$key" "$moved_to:51820"

test_case 'two nodes without an endpoint have no link, and reach each other through the tree'
here down -r --skip-unreachable
"$nodes" mend 1
"$nodes" name n1.example 1
{
  printf '%s\n' 'name: free' 'network: fd00:0:0:1::/64' 'nodes:'
  echo "  n0: {addr: \"$(inner 0)/64\", endpoint: n0.example, exec: $nodes in 0}"
  for i in 1 2; do echo "  n$i: {addr: \"$(inner $i)/64\", exec: $nodes in $i}"; done
} >"$mesh_file"
here up
expect_status 0
expect_err 'no endpoint at either end'
expect 'n1 has one tunnel' test "$(on 1 ip -o link show type ip6gretap | grep -c 'gt-free-')" = 1
ping_pairs 3 inner

finish
