#!/bin/bash
# Which two of a public node, NAT, firewall, NAT with random ports and double NAT get a direct link, how long after the
# commit that adds it, and why the others get none; two homes behind one carrier; NAT and NAT twenty times; that such a link
# outlives a rotation and a restore; and six nodes in split horizon.
. "$(dirname "$(readlink -f "$0")")/../lib/lib.sh"
. "$lab_folder/lib/routers.sh"

table=()
note() { # note LINE…: a line of the table
  table+=("$*")
  echo "# $*"
}

# `up`, and $link: what became of the pair n2-n3. $after: how many seconds after the commit that added the link it had a
# handshake, and $after_first: after the first commit, to the second as WireGuard tells it.
up_with_time() {
  local began commits handshake
  began=$(date +%s)
  here --progress json up
  expect_status 0
  mapfile -t commits < <(sed -n '/"activity": *"committing"/s/.*"elapsed_s": *\([0-9]*\).*/\1/p' <<<"$err")
  [ ${#commits[@]} -gt 0 ] || fail 'no event tells the commit'
  link=$(grep -o 'n2-n3[^"]*' <<<"$err" | tail -n 1)
  handshake=$(handshake_of 2 3) after='' after_first=''
  [ -n "$handshake" ] || return 0
  after=$((handshake - began - ${commits[-1]:-0})) after_first=$((handshake - began - ${commits[0]:-0}))
}
handshake_of() { # handshake_of I J: by I, in seconds since the epoch; nothing where there is no such peer
  on "$1" wg show wg-test latest-handshakes | awk -v key="$(on "$2" wg show wg-test public-key)" '$1 == key { print $2 }'
}
expect_link() { # expect_link WHAT
  expect "$1: they talk directly" talks_directly 2 3
  expect "$1: within 15 s of the commit" test "${after:-99}" -le 15
  note "$1: a link, ${after:-?} s after the commit that adds it, ${after_first:-?} s after the first"
}
expect_no_link() { # expect_no_link WHAT WHY
  expect "$1: n2 has no tunnel to n3" eval '! on 2 ip link show gt-test-n3'
  [[ $link == *$2* ]] || fail "$1: '$link' lacks '$2'"
  note "$1: $link"
}

"$nodes" up 6 0:server=none 1:server=none 2:server=none 3:server=none 4:server=none 5:server=none || exit 1
public 0 1
kinds=(nat firewall random double)

for kind in "${kinds[@]}"; do
  test_case "public and $kind"
  behind "$kind" 2
  write_mesh '' 0 1 2
  here up
  expect_status 0
  expect 'they talk directly' eval 'talks_directly 2 0 && talks_directly 0 2 && talks_directly 2 1'
  note "public and $kind: a link, as ever"
  here down -r
done

write_mesh '' 0 1 2 3
for ((a = 0; a < ${#kinds[@]}; a++)); do
  for ((b = a; b < ${#kinds[@]}; b++)); do
    what="${kinds[a]} and ${kinds[b]}"
    test_case "$what"
    behind "${kinds[a]}" 2
    behind "${kinds[b]}" 3
    up_with_time
    if [[ $what == *random* ]]; then
      expect_no_link "$what" 'NAT gives each peer another port'
    else
      expect_link "$what"
    fi
    here down -r
  done
done

test_case 'behind one NAT, whose other side they do not need'
behind nat 2 3
up_with_time
expect_link 'behind one NAT'
expect 'n2 sends to the local address of n3' grep -q '192[.]168[.]1[.]13:51820' <<<"$(on 2 wg show wg-test endpoints)"
here down -r

test_case 'two homes behind one carrier, which lets them reach each other from outside'
behind_carrier hairpin 2 3
up_with_time
expect_link 'behind one carrier with hairpin'
here down -r

test_case 'two homes behind one carrier, which does not: it is tried, told and not tried again'
behind_carrier plain 2 3
up_with_time
expect_no_link 'behind one carrier without hairpin' 'no direct link'
began=$SECONDS
here up
expect_status 0
expect_out ' unchanged'
expect_no_out ' changed'
expect 'it waits for nothing' test $((SECONDS - began)) -lt 25
here down -r

test_case 'NAT and NAT, 20 times of 20'
behind nat 2
behind nat 3
times=()
for ((k = 1; k <= 20; k++)); do
  # Routers that still know the flows of the mesh before would let the first calls in.
  forget "$((routers - 2))"
  forget "$((routers - 1))"
  up_with_time
  expect "they talk directly the ${k}th time" talks_directly 2 3
  expect "within 15 s the ${k}th time" test "${after:-99}" -le 15
  times+=("${after:-none}/${after_first:-none}")
  here down -r
done
note "NAT and NAT, 20 times: ${times[*]} s after the commit that adds it, and after the first"

test_case 'rotation keeps the link'
here up
expect_status 0
here rotate
expect_status 0
expect 'they talk directly' await 30 talks_directly 2 3

test_case 'restore brings it back'
on 3 ip link del br-test
on 3 ip link del wg-test
run "$nodes" in 3 wgmesh-agent restore test
expect_status 0
expect 'they talk directly' await 60 talks_directly 2 3
here down -r

test_case 'six nodes in split horizon, four of them behind four NATs: without learning the pairs are named'
behind nat 4
behind nat 5
write_mesh $'loop_prevention: split-horizon\nlearn_endpoints: false' 0 1 2 3 4 5
here up
expect_status 65
for pair in n2-n3 n2-n4 n2-n5 n3-n4 n3-n5 n4-n5; do expect_err "$pair"; done

test_case 'and with learning every frame takes the direct path'
# By way of a public node a frame and its answer would take 20 ms more each way.
for i in 0 1; do on "$i" tc qdisc add dev eth0 root netem delay 20ms; done
write_mesh 'loop_prevention: split-horizon' 0 1 2 3 4 5
here up
expect_status 0
ping_pairs 6 inner
round_trip() { on "$1" ping -q -c 20 -i 0.2 -W 5 "$2" | sed -n 's|^rtt[^=]*= \([0-9.]*\)/.*|\1|p'; } # the least, in ms
for ((i = 2; i < 6; i++)); do
  for ((j = i + 1; j < 6; j++)); do
    direct=$(round_trip "$i" "$(inner_of "$j")") segment=$(round_trip "$i" "$(inner "$j")")
    stretch=$(awk -v d="$direct" -v s="$segment" 'BEGIN { print s / d }')
    echo "# n$i-n$j: $direct ms between them, $segment ms over the segment, stretch $stretch"
    expect "the stretch of n$i-n$j is at most 1.1" awk -v s="$stretch" 'BEGIN { exit !(s > 0 && s <= 1.1) }'
  done
done

echo '# who gets a link:'
printf '#   %s\n' "${table[@]}"
finish
