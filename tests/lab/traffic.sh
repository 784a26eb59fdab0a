# shellcheck shell=bash
# traffic.sh - packets between nodes while a mesh changes: `. tests/lab/traffic.sh` after lib.sh, whose
# `inner I` is node I's address on the segment.
#
#   watch I J             node I sends node J a packet every 50 ms from now on, until end_traffic
#   watch_pairs COUNT     … every pair of nodes 0…COUNT-1; waits until each has had a reply
#   count_losses PAIR…    the packets that each pair (I-J) lost since the last time are told; one is a failure
#   pairs_of COUNT        $pairs: all of nodes 0…COUNT-1
#   longest_hole PAIR…    prints the longest time without a reply between two, in ms, and the pair that had it
#   end_traffic

# shellcheck disable=SC2154 # work is lib.sh's
declare -A counted_to=() # the last reply that was counted, by pair
pings=()

watch() {
  on "$1" ping -D -i 0.05 "$(inner "$2")" >"$work/ping-$1-$2" 2>&1 &
  pings+=($!)
  counted_to[$1-$2]=0
}

pairs_of() {
  local i j
  pairs=()
  for ((i = 0; i < $1; i++)); do
    for ((j = i + 1; j < $1; j++)); do pairs+=("$i-$j"); done
  done
}

watch_pairs() {
  local pair
  pairs_of "$1"
  for pair in "${pairs[@]}"; do watch "${pair%-*}" "${pair#*-}"; done
  await 60 replies_everywhere || fail 'not every pair pings'
}
replies_everywhere() { local file; for file in "$work"/ping-*; do grep -q 'time=' "$file" || return 1; done; }

# A reply that is still on its way is no loss: what counts is a hole before the last reply.
count_losses() {
  local pair last lost all=0
  for pair in "$@"; do
    read -r last lost <<<"$(sed -n 's/.*icmp_seq=\([0-9]*\) .*time=.*/\1/p' "$work/ping-$pair" |
      awk -v from="${counted_to[$pair]}" '$1 > from { n++; last = $1 } END { print last + 0, last - from - n }')"
    if ((last > counted_to[$pair])); then
      all=$((all + last - counted_to[$pair]))
      ((lost == 0)) || fail "$pair lost $lost of $((last - counted_to[$pair])) packets"
      counted_to[$pair]=$last
    else
      fail "$pair exchanges nothing"
    fi
  done
  echo "# $current: $# pairs, $all packets"
}

longest_hole() {
  local pair
  for pair in "$@"; do
    sed -n 's/^\[\([0-9.]*\)\].*time=.*/\1/p' "$work/ping-$pair" |
      awk -v pair="$pair" 'NR > 1 && $1 - last > hole { hole = $1 - last } { last = $1 } END { printf "%d %s\n", hole * 1000, pair }'
  done | sort -n | tail -n 1
}

end_traffic() {
  local pair
  for pair in "${!counted_to[@]}"; do echo "${pair%-*}"; done | sort -u | while read -r i; do on "$i" pkill -INT -x ping; done
  wait "${pings[@]}"
  pings=()
}
