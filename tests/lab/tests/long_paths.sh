#!/bin/bash
# kernel: --cpus 2
# Six nodes at unequal distances: how much longer than the direct one is the way that frames take, with spanning
# tree as it comes, with path costs that follow round trips, and with split horizon. In every mode a multicast
# frame arrives exactly once at each node.
. "$(dirname "$(readlink -f "$0")")/../lib/lib.sh"

count=6
write_mesh() { # write_mesh LINE
  local i
  printf '%s\n' 'name: test' 'network: fd00:0:0:1::/64' "$1" 'nodes:'
  for ((i = 0; i < count; i++)); do
    echo "  n$i: {addr: \"$(inner $i)/64\", endpoint: $("$nodes" addr $i), exec: $nodes in $i}"
  done
}

# Mean and worst of (over the segment / inside WireGuard) of all pairs, by the least that three runs of `mesh
# check` have measured: an emulated processor adds what is not of the path.
stretch_of() { # stretch_of FILE…
  jq -rs 'map(.paths | [paths(objects) as $p | select($p | length == 2) | {pair: $p, way: getpath($p)}]) | add | group_by(.pair)
    | map((map(.way.segment.round_trip_ms) | min) / (map(.way.wireguard.round_trip_ms) | min))
    | "\(add / length * 100 | round / 100) \(max * 100 | round / 100)"' "$@"
}
measure() { # measure NAME LINE
  write_mesh "$2" >"$mesh_file"
  here down
  here up
  expect_status 0
  expect_out 'all 15 pairs forward'
  said=$err
  for run in 1 2 3; do
    here -J check
    expect_status 0
    echo "$out" >"$work/check.$run"
  done
  read -r mean worst <<<"$(stretch_of "$work"/check.*)"
  printf '# %-16s mean stretch %5s, worst %5s\n' "$1" "$mean" "$worst"
}
less() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a < b) }'; }
expect_once() { # every other node answers one multicast echo, and none of them twice
  local answers
  answers=$(on 0 ping -c 2 -i 4 -W 4 ff02::1%br-test | sed -n 's/.*from \([^ ]*\)[: ].*icmp_seq=1 .*/\1/p' | grep -v "$(on 0 ip -o -6 addr show dev br-test scope link | awk '{ sub("/.*", "", $4); print $4 }')" | sort)
  [ "$(sort -u <<<"$answers" | wc -l)" = $((count - 1)) ] || fail "not every node has the frame: $answers"
  [ -z "$(uniq -d <<<"$answers")" ] || fail "a frame came twice: $answers"
}

"$nodes" up $count --rtt 90 || exit 1
# Three near each other, two far from them and near each other, and one in the middle of nowhere.
for pair in '0 1 60' '0 2 67' '1 2 60' '3 4 60' '0 3 240' '1 3 225' '2 3 210' '0 4 255' '1 4 240' '2 4 225' '0 5 330' '1 5 135' '2 5 300' '3 5 150' '4 5 315'; do
  # shellcheck disable=SC2086
  "$nodes" pair $pair
done
mesh_file=$work/mesh.yaml

test_case 'spanning tree as it comes'
measure stp 'loop_prevention: stp'
plain=$mean
expect_once

test_case 'path costs that follow round trips'
measure 'stp, auto costs' 'path_cost: auto'
[[ $said == *'path costs follow what was measured'* ]] || fail 'nothing was chosen'
expect "it is better in the mean ($mean against $plain)" less "$mean" "$plain"
expect_once
here up
expect_status 0
expect_out '6 unchanged'

test_case 'split horizon'
measure split-horizon 'loop_prevention: split-horizon'
expect "the worst stretch is $worst" less "$worst" 1.1001
expect_once

finish
