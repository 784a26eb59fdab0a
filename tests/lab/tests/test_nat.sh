#!/bin/bash
# Two nodes behind routers, neither with an endpoint, get a direct link all the same: their peers see where they are.
# Where that cannot be, `up` says why, tries it once, and never again before something else is seen.
. "$(dirname "$(readlink -f "$0")")/../lib/lib.sh"
. "$lab_folder/lib/routers.sh"

has_tunnel() { on "$1" ip link show "gt-test-n$2"; } # has_tunnel I J
again_changes_nothing() {
  local began=$SECONDS
  here up
  expect_status 0
  expect_out ' unchanged'
  expect_no_out ' changed'
  expect 'it waits for nothing' test $((SECONDS - began)) -lt 25
}

"$nodes" up 4 0:server=none 1:server=none 2:server=none 3:server=none || exit 1
public 0 1
behind nat 2
behind nat 3

test_case 'two nodes behind two NATs have a direct link when up returns'
write_mesh '' 0 2 3
here up
expect_status 0
expect_err 'n2-n3: found each other'
expect 'n2 has a tunnel to n3' has_tunnel 2 3
expect 'they talk directly' talks_directly 2 3
expect 'n2 sends to the router of n3' test "$(on 2 wg show wg-test endpoints | grep -c "$(router_addr 1):51820")" = 1

test_case 'status, info and the stored plan know that it was learned'
here status
expect_out '3 of 3 pairs with a handshake (1 learned)'
here -J info
expect_out '"learned_peers"'

test_case 'a second up changes nothing and waits for nothing'
again_changes_nothing

test_case 'what the file switches off is refused with the names of the pair, if nobody else would carry it'
write_mesh $'loop_prevention: split-horizon\nlearn_endpoints: false' 0 2 3
here up
expect_status 65
expect_err 'n2-n3 have no endpoint at either end'

# A call takes longer than a commit here, so the two ends of each pair call before either hears the other, and neither is
# answered. WireGuard's own second calls, five seconds later, do the same.
test_case 'calls that cross are made again, by one end'
write_mesh '' 0 2 3
here down -r
for i in 0 1; do
  forget "$i"
  far_router "$i" 700
  far_node "$i" 700
done
write_mesh '' 0 1 2 3
here up
expect_status 0
expect_err 'n2-n3: found each other'
expect_no_err 'no handshake'
here down -r
write_mesh '' 0 1
here up
expect_status 0
here down -r
for i in 0 1; do
  far_router "$i" 20
  far_node "$i" 0
done

test_case 'a NAT that gives each peer another port is named, and nothing is tried'
behind random 3
write_mesh '' 0 1 2 3
here up
expect_status 0
expect_err "n2-n3: no direct link: n3's NAT gives each peer another port; forward UDP port 51820 on n3's router"
expect 'n2 has no tunnel to n3' test -z "$(on 2 ip -o link show type ip6gretap | grep gt-test-n3)"
for round in second third; do
  again_changes_nothing
  [[ $err == *"n3's NAT gives each peer another port"* ]] || fail "the $round up does not say why there is no link"
done

test_case 'behind one router the two talk without it'
here down -r
behind nat 2 3
write_mesh '' 0 2 3
here up
expect_status 0
expect 'they talk directly' talks_directly 2 3
expect 'n2 sends to the local address of n3' test "$(on 2 wg show wg-test endpoints | grep -c '192.168.1.13:51820')" = 1

finish
