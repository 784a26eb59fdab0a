#!/bin/bash
# vm: --mem 2048
# Two nodes behind NAT have a learned link. It is found again without a controller when a router forgets it, when a
# router gets another address and when a node boots. Spanning tree carries the two meanwhile. And what a peer that lies,
# floods or asks from outside gets for it.
. "$(dirname "$(readlink -f "$0")")/../lib/lib.sh"
. "$lab_folder/lib/routers.sh"
. "$lab_folder/lib/units.sh"
. "$lab_folder/lib/traffic.sh"

# 135 s of silence, 30 s of timer, 5 s of its accuracy, a handshake's retry; and what emulation costs.
patience=210

talks_no_more() { ! talks_directly "$@"; }
key_of() { on "$1" wg show wg-test public-key; }
endpoint_at() { on "$1" wg show wg-test endpoints | awk -v key="$(key_of "$2")" '$1 == key { print $2 }'; } # endpoint_at I J

is_answered() {
  take_count
  [ "${silent[2-3]}" -ge 0 ]
}

finds_again() { # finds_again WHAT: within $patience, and tells how long it took
  local began=$SECONDS
  expect 'the link is lost' await 60 talks_no_more 2 3
  expect "the link is back within $patience s" await $((patience - (SECONDS - began))) talks_directly 2 3
  echo "# $1: direct again after $((SECONDS - began)) s"
  [ -z "$broken" ] || tail -n 4 "$work"/refresh.[23] "$work"/answers.*
}
carried() { # carried WHAT: how long the two did not hear each other over the segment
  take_count
  echo "# $1: longest hole over the segment ${hole[2-3]} ms"
  # STP's max_age and two forward delays, and what emulation costs.
  [ "${hole[2-3]}" -le 40000 ] || fail "spanning tree carried nothing for ${hole[2-3]} ms"
}

"$nodes" up 4 0:server=none 1:server=none 2:server=none 3:server=none || exit 1
public 0 1
behind nat 2
behind nat 3

test_case 'the two have a link, and each common peer answers where it sees them'
write_mesh '' 0 1 2 3
sed -i '/^  n2:/s/}$/, prio: 0}/' "$mesh_file" # the root, so the learned link is in the tree
here up
expect_status 0
expect 'they talk directly' talks_directly 2 3
answer 0 1
look_again 2 3
ask_from 2 "$(inner_of 2)" "$(inner_of 0)" "$(key_of 3)" 1 0
expect_out "asked 1, answered 1, seen $(router_addr 1):51820"
ask_from 3 "$(inner_of 3)" "$(inner_of 1)" "$(key_of 2)" 1 0
expect_out "asked 1, answered 1, seen $(router_addr 0):51820"
watch 2 3
await 60 is_answered || fail 'the two do not hear each other over the segment'

test_case 'a NAT that forgets its mappings, and gives other ports afterwards'
other_ports 0 40000-40100
finds_again 'router with other ports'
expect 'n3 sends to a port that it was told' grep -qE "^$(router_addr 0):40[01]" <<<"$(endpoint_at 3 2)"
carried 'router with other ports'

test_case 'a router that gets another public address'
other_address 1 203.0.113.77
finds_again 'router with another address'
expect 'n2 sends to the new address' grep -q '^203[.]0[.]113[.]77:' <<<"$(endpoint_at 2 3)"
carried 'router with another address'

test_case 'a node that reboots, while its router forgets it'
end_traffic
"$nodes" stop 3
other_ports 1 42000-42100
start_behind 3
began=$SECONDS
run on 3 wgmesh-agent restore test
expect_status 0
look_again 3
expect "the link is back within $patience s" await $patience talks_directly 2 3
echo "# node that reboots: direct again after $((SECONDS - began)) s"

test_case 'a second up sends no change'
here up
expect_status 0
expect_out ' unchanged'
expect_no_out ' changed'

test_case 'a question that does not come through the tunnel gets no answer'
in_0=$(inner_of 0) in_1=$(inner_of 1) key_2=$(key_of 2)
ask_from 1 "$in_1" "$in_0" "$key_2" 1 0
expect_out 'asked 1, answered 1'
on 1 ip -6 route add "$in_0/128" via "$("$nodes" addr6 0)" dev eth0
ask_from 1 "$in_1" "$in_0" "$key_2" 5 1
expect_out 'asked 5, answered 0'
on 1 ip -6 route del "$in_0/128" via "$("$nodes" addr6 0)" dev eth0
for outside in "$(public_addr 0)" "$("$nodes" addr6 0)"; do
  case $outside in *:*) own=$("$nodes" addr6 1) ;; *) own=$(public_addr 1) ;; esac
  ask_from 1 "$own" "$outside" "$key_2" 5 1
  expect_out 'asked 5, answered 0'
done

test_case 'nobody is told of, and nobody is told who is, no peer'
ask_from 1 "$in_1" "$in_0" "$(wg genkey | wg pubkey)" 3 1
expect_out 'asked 3, answered 0'
on 1 ip addr add "${in_1%:*}:dead/128" dev wg-test nodad
ask_from 1 "${in_1%:*}:dead" "$in_0" "$key_2" 3 1
expect_out 'asked 3, answered 0'
on 1 ip addr del "${in_1%:*}:dead/128" dev wg-test

test_case 'of a flood of questions ten are answered in a second'
ask_from 1 "$in_1" "$in_0" "$key_2" 2000 5
answered=$(sed 's/.*answered \([0-9]*\),.*/\1/' <<<"$out")
echo "# $out"
expect 'at most 10 in each second' test "$answered" -le 60
expect 'some are answered' test "$answered" -ge 10
sleep 2
ask_from 1 "$in_1" "$in_0" "$key_2" 1 0
expect_out 'asked 1, answered 1'

test_case 'a peer that lies costs that one link, and no more'
others() { for i in 2 3; do for j in 0 1; do endpoint_at "$i" "$j"; done; done; }
before=$(others)
hush 0 1
lie 0 203.0.113.200:9
other_ports 0 43000-43100
is_led_astray() { [ "$(endpoint_at 2 3) $(endpoint_at 3 2)" = '203.0.113.200:9 203.0.113.200:9' ]; }
expect 'both believe it' await $patience is_led_astray
expect 'the two have no link' talks_no_more 2 3
expect 'all other links are where they were' test "$(others)" = "$before"
expect 'and work' eval 'talks_directly 2 0 && talks_directly 2 1 && talks_directly 3 0 && talks_directly 3 1'
expect 'spanning tree carries the two' on 2 ping -q -c 3 -W 10 "$(inner 3)"

test_case 'and it ends with the lies'
hush 0
answer 0 1
expect 'the link is back' await 120 talks_directly 2 3
finish
