#!/bin/bash
# How soon a mesh carries frames, from the moment when its first link was created; and how soon it carries them
# again when a link of the tree is cut, or the root unplugged: within max_age + 2 forward_delay + 1 s. With split
# horizon there is no way around, and `check` names the pair.
. "$(dirname "$(readlink -f "$0")")/../lib/lib.sh"
. "$lab_folder/lib/traffic.sh"

count=4
mesh_file=$work/mesh.yaml
write_mesh() { # write_mesh LINE
  local i
  {
    printf '%s\n' 'name: test' 'network: fd00:0:0:1::/64' "$1" 'nodes:'
    for ((i = 0; i < count; i++)); do
      echo "  n$i: {addr: \"$(inner $i)/64\", endpoint: $("$nodes" addr $i), exec: $nodes in $i, prio: $(((i + 1) * 4096))}"
    done
  } >"$mesh_file"
}

# From the first creation, as the kernel's notifications have it, until `up` has seen every pair forward.
timed_up() { # timed_up NAME MS
  local i monitors=() created forwards
  for ((i = 0; i < count; i++)); do
    on $i ip -ts -o monitor link >"$work/links.$i" 2>&1 &
    monitors+=($!)
  done
  sleep 2
  here up
  forwards=${EPOCHREALTIME/[.,]/}
  expect_status 0
  for ((i = 0; i < count; i++)); do on $i pkill -x ip; done
  wait "${monitors[@]}"
  created=$(grep -h 'wg-test' "$work"/links.* | sed -n 's/^\[\([^]]*\)\].*/\1/p' | sort | head -n 1)
  took=$(((forwards - $(date -d "$created" +%s%6N)) / 1000))
  echo "# $1: every pair forwards $took ms after the first link was created"
  expect "that is at most $2 ms" test $took -le "$2"
}

cut_link() { # cut_link I J: in both directions at the same instant
  local other
  other=$("$nodes" addr "$2")
  printf '%s\n' 'table inet lab {' "chain input { type filter hook input priority 0; ip saddr $other udp dport 51820 drop; }" \
    "chain output { type filter hook output priority 0; ip daddr $other udp dport 51820 drop; }" '}' | on "$1" nft -f -
}
mend_link() { on "$1" nft delete table inet lab; }

expect_back() { # expect_back WHAT PAIR…: after it, which is $limit ms at most
  local what=$1 pair
  shift
  sleep $((limit / 1000 + 3))
  take_count
  for pair in "$@"; do
    ((silent[$pair] >= 0 && silent[$pair] < 2000)) || fail "$pair does not talk again"
  done
  longest_hole "$@"
  echo "# $what: longest hole $longest ms ($longest_pair)"
  expect "that is at most $limit ms" test "$longest" -le "$limit"
}

"$nodes" up $count || exit 1

test_case 'with spanning tree as it comes every pair forwards within 10 s'
write_mesh 'loop_prevention: stp'
timed_up 'spanning tree' 10000
limit=$(((6 + 2 * 4 + 1) * 1000)) # max_age and forward_delay as they come

test_case 'a link of the tree is cut'
watch_pairs $count
cut_link 3 0
expect_back 'a link of the tree is cut' "${pairs[@]}"
end_traffic
mend_link 3

test_case 'the root is unplugged'
expect 'node 0 is the root' test "$(bridge_root 1 br-test)" = "$(bridge_id 0 br-test)"
watch_pairs $count
"$nodes" cut 0
expect_back 'the root is unplugged' 1-2 1-3 2-3
end_traffic
"$nodes" mend 0
here down
expect_status 0

test_case 'with split horizon every pair forwards within 1.5 s'
write_mesh 'loop_prevention: split-horizon'
timed_up 'split horizon' 1500

test_case 'a link is cut, and check names the pair'
cut_link 1 2
check_names_it() { here check; [ "$status" = 1 ] && [[ $out == *'n1-n2: '* ]]; }
expect 'it does' await 240 check_names_it
expect_no_out 'n0-n'
mend_link 1

finish
