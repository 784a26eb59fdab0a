#!/bin/bash
# How long `mesh up` takes against plain SSH on the same machine in the same run, and what it costs in things
# that a slow or emulated CPU cannot distort: connections, channels, processes, round trips.
#
#   tests/lab/tools/with-kernel --limit 1800 -- tests/bench/up.sh [NODES]
#
# The yardstick is `ssh NODE true` to all nodes at once, with the key exchange that libssh uses.
. "$(dirname "$(readlink -f "$0")")/../lab/lib/lib.sh"

count=${1:-10}
write_mesh() { # write_mesh N
  local i
  printf '%s\n' 'name: bench' 'network: fd00:0:0:1::/64' 'nodes:'
  for ((i = 0; i < $1; i++)); do
    printf '  n%d: {addr: "fd00:0:0:1::%x/64", ssh: test%d, endpoint: %s}\n' $i $((i + 1)) $i "$("$nodes" addr $i)"
  done
}
for n in 1 2 "$count"; do write_mesh "$n" >"$work/$n.yaml" 2>/dev/null; done

milliseconds() { # milliseconds CMD…: how long it took
  local from=${EPOCHREALTIME/./}
  "$@" >"$work/out" 2>"$work/err" </dev/null || { cat "$work/err" >&2; return 1; }
  echo $(((${EPOCHREALTIME/./} - from) / 1000))
}
ssh_to_all() {
  # shellcheck disable=SC2016
  "$nodes" ctl bash -c 'for ((i = 0; i < $1; i++)); do
    ssh -o KexAlgorithms=curve25519-sha256 test$i true & done; wait' _ "$count"
}
up() { "$nodes" ctl "$mesh_program" -f "$work/$1.yaml" up --no-wait; }
median() { sort -n | sed -n 2p; } # of three
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }
at_most() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a <= b) }'; }
# Of node 0's whole life: connections let in, commands run, and the highest process id given out.
# (The server also says which key it would accept.)
connections() { grep -c '^Accepted .* for ' "$("$nodes" path 0 /var/log/sshd.log)"; }
last_pid() { on 0 cut -d' ' -f5 /proc/loadavg; }

"$nodes" up "$count" --rtt 40 || exit 1

test_case "$count nodes at 40 ms: warm up takes at most twice, the first at most four times as long as ssh"
ssh_to_all >/dev/null 2>&1 # the page cache
plain=$(for _ in 1 2 3; do milliseconds ssh_to_all; done | median)
first=$(milliseconds up "$count")
warm=$(for _ in 1 2 3; do milliseconds up "$count"; done | median)
echo "ssh $plain ms; first up $first ms ($(ratio "$first" "$plain")x); warm up $warm ms ($(ratio "$warm" "$plain")x)"
expect 'the first up' at_most "$(ratio "$first" "$plain")" 4
expect 'a warm up' at_most "$(ratio "$warm" "$plain")" 2

test_case 'a warm up costs one connection and one channel on a node'
before=$(connections) sessions=$("$nodes" sessions 0)
up "$count" >/dev/null 2>&1
expect 'connections' test $(($(connections) - before)) = 1
expect 'channels' test $(($("$nodes" sessions 0) - sessions)) = 1
pid=$(last_pid)
up "$count" >/dev/null 2>&1
echo "processes started on a node, with sshd's own: $(($(last_pid) - pid - 1))"

test_case 'a warm up of one node waits for at most 16 round trips; two nodes take at most 1.2 times as long'
for n in 2 1; do up $n >/dev/null 2>&1; done
"$nodes" rtt 0
near=$(for _ in 1 2 3; do milliseconds up 1; done | median)
"$nodes" rtt 400
far=$(for _ in 1 2 3; do milliseconds up 1; done | median)
"$nodes" rtt 0
up 2 >/dev/null 2>&1
"$nodes" rtt 400
both=$(for _ in 1 2 3; do milliseconds up 2; done | median)
trips=$(awk -v far="$far" -v near="$near" 'BEGIN { printf "%.1f", (far - near) / 400 }')
echo "one node: $near ms at 0, $far ms at 400 ms: $trips round trips; two nodes $both ms ($(ratio "$both" "$far")x)"
expect 'round trips' at_most "$trips" 16
expect 'two nodes' at_most "$(ratio "$both" "$far")" 1.2

finish
