# shellcheck shell=bash
# traffic.sh - packets between nodes while a mesh changes: `. tests/lab/lib/traffic.sh` after lib.sh, whose
# `inner I` is node I's address on the segment.
#
#   watch I J…           node I sends node J, and each further J, a packet every 50 ms from now on, until
#                        end_traffic; each is answered
#   watch_pairs COUNT    … every pair of nodes 0…COUNT-1, $pairs; waits until each has had an answer
#   count_losses PAIR…   the packets that each pair (I-J) lost since the last time are told; one is a failure
#   take_count           $asked, $lost, $hole and $silent by pair, since the last time: packets; of them without an
#                        answer; the longest time without one between two; how long the last one is ago (ms)
#   longest_hole PAIR…   $longest: the longest $hole of these, and $longest_pair
#   end_traffic

# shellcheck disable=SC2034,SC2154 # what the tests use; lib.sh's variables
declare -A asked=() lost=() hole=() silent=()

begin_traffic() { # one process for all nodes that there are: see exchange.cc
  local i count arguments=()
  count=$(<"$LAB/count")
  for ((i = 0; i < count; i++)); do arguments+=("$("$nodes" pid $i):$(inner $i)"); done
  coproc traffic { exec "$build/tests/lab/exchange" "${arguments[@]}"; }
}

watch() {
  [ -n "${traffic_PID:-}" ] || begin_traffic
  echo "watch $*" >&"${traffic[1]}"
}

watch_pairs() {
  local i j
  pairs=()
  for ((i = 0; i < $1 - 1; i++)); do
    watch $i $(seq $((i + 1)) $(($1 - 1)))
    for ((j = i + 1; j < $1; j++)); do pairs+=("$i-$j"); done
  done
  await 60 all_are_answered || fail 'not every pair exchanges packets'
}
all_are_answered() {
  local pair
  take_count
  for pair in "${pairs[@]}"; do [ "${silent[$pair]}" -ge 0 ] || return 1; done
}

take_count() {
  local pair words
  echo count >&"${traffic[1]}"
  while read -rt 30 -u "${traffic[0]}" pair words; do
    [ "$pair" != . ] || return 0
    read -r "asked[$pair]" "lost[$pair]" "hole[$pair]" "silent[$pair]" <<<"$words"
  done
  fail 'nobody counts the packets'
}

# A packet that is still on its way is not lost: what counts is a hole before the last answer.
count_losses() {
  local pair all=0
  take_count
  for pair in "$@"; do
    [ "${asked[$pair]}" -gt 0 ] || fail "$pair exchanges nothing"
    [ "${lost[$pair]}" = 0 ] || fail "$pair lost ${lost[$pair]} of ${asked[$pair]} packets"
    all=$((all + asked[$pair]))
  done
  echo "# $current: $# pairs, $all packets"
}

longest_hole() {
  local pair
  longest=0 longest_pair=''
  for pair in "$@"; do
    ((hole[$pair] < longest)) || { longest=${hole[$pair]} longest_pair=$pair; }
  done
}

end_traffic() { echo forget >&"${traffic[1]}"; }
