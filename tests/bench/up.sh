#!/bin/bash
# What a first `mesh up`, and one with nothing to do, cost against plain SSH on the same machine in the same run; and
# what they cost in things that a slow or emulated processor cannot distort: connections, channels, processes, octets
# and round trips. At last the same for nodes behind one jump host.
#
#   tests/lab/tools/with-kernel --limit 3000 -- tests/bench/up.sh [NODES [PART…]]
#
# With --instructions in front, the load of this machine does not count. But a single figure was 13 s too long there more
# than once, so take medians.
#
# PART is counts, times, trips or jump; without one it is all of them. Times are medians of $WGMESH_REPEATS runs (3).
# The yardstick is `ssh NODE true` to all nodes at once, with the key exchange that libssh uses. $WGMESH_BEFORE may name
# the build folder of another version: its first `up` through the jump host is measured beside ours.
. "$(dirname "$(readlink -f "$0")")/../lab/lib/lib.sh"

count=${1:-10} repeats=${WGMESH_REPEATS:-3}
parts=" ${*:2} "
[ -n "${parts// /}" ] || parts=' counts times trips jump '
wants() { [[ $parts == *" $1 "* ]]; }
write_mesh() { # write_mesh N [HOST [FIRST]]: the nodes FIRST… as Host HOST0…
  local i
  printf '%s\n' 'name: bench' 'network: fd00:0:0:1::/64' 'nodes:'
  for ((i = ${3:-0}; i < $1 + ${3:-0}; i++)); do
    printf '  n%d: {addr: "fd00:0:0:1::%x/64", ssh: %s%d, endpoint: %s}\n' $i $((i + 1)) "${2:-test}" $i "$("$nodes" addr $i)"
  done
}

ctl() { nsenter -t "$(<"$LAB/ctl.pid")" -m -n -W "$PWD" -- "$@"; } # as `nodes ctl`, without its shell
milliseconds() { # milliseconds CMD…: how long it took
  local from=${EPOCHREALTIME/./}
  "$@" >"$work/out" 2>"$work/err" </dev/null || { cat "$work/err" >&2; return 1; }
  echo $(((${EPOCHREALTIME/./} - from) / 1000))
}
ssh_to_all() { # ssh_to_all [HOST [FIRST]]
  # shellcheck disable=SC2016
  ctl bash -c 'for ((i = $2; i < $1 + $2; i++)); do
    ssh -o KexAlgorithms=curve25519-sha256 $3$i true & done; wait' _ "$count" "${2:-0}" "${1:-test}"
}
up() { ctl "${2:-$mesh_program}" -f "$work/$1.yaml" up --no-wait; }
# The node's end of the session before may still be there, and hold the lock.
down() { await 30 ctl "${2:-$mesh_program}" -f "$work/$1.yaml" down -r || fail 'down -r fails'; }
first_up() { milliseconds up "$@"; down "$@"; }
median() { sort -n | sed -n "$(((repeats + 1) / 2))p"; }
median_of() { for ((n = 0; n < repeats; n++)); do "$@"; done | median; } # median_of CMD…, which prints a number
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }
at_most() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a <= b) }'; }
# Of node 0's whole life: connections let in, and the highest process id given out.
# (The server also says which key it would accept.)
connections() { grep -c '^Accepted .* for ' "$("$nodes" path 0 /var/log/sshd.log)"; }
last_pid() { on 0 cut -d' ' -f5 /proc/loadavg; }
octets_in() { on 0 cat /sys/class/net/eth0/statistics/rx_bytes; }

# Processes: two are sshd's own, then the login shell, what it starts, subshells, and the agent's watcher.
count_costs() { # count_costs PROCESSES OCTETS: of one `up`
  local connected sessions octets pid
  connected=$(connections) sessions=$("$nodes" sessions 0) octets=$(octets_in) pid=$(last_pid)
  up "$count" >/dev/null 2>&1 || fail 'up fails'
  pid=$(($(last_pid) - pid - 1)) octets=$(($(octets_in) - octets))
  echo "# processes started on a node, with sshd's own: $pid; octets that it received: $octets"
  expect 'connections' test $(($(connections) - connected)) = 1
  expect 'channels' test $(($("$nodes" sessions 0) - sessions)) = 1
  expect 'processes' test "$pid" -le "$1"
  expect 'octets' test "$octets" -le "$2"
}
measure_counts() {
  "$nodes" rtt 0
  test_case 'a first up costs one connection, one channel, 20 processes and the packed agent'
  count_costs 20 1250000
  test_case 'a warm up costs one connection, one channel, 5 processes and 20 kB'
  count_costs 5 20000
  down "$count"
}

measure_times() {
  local rtt plain first warm
  for rtt in 0 40; do
    test_case "$count nodes at $rtt ms: the first up takes at most 3.5 times as long as ssh, a warm one 1.6 times"
    "$nodes" rtt $rtt
    ssh_to_all >/dev/null 2>&1 # the page cache
    plain=$(median_of milliseconds ssh_to_all)
    first=$(median_of first_up "$count")
    up "$count" >/dev/null 2>&1
    warm=$(median_of milliseconds up "$count")
    down "$count"
    echo "# $rtt ms: ssh $plain ms; first up $first ms ($(ratio "$first" "$plain")x); warm up $warm ms ($(ratio "$warm" "$plain")x)"
    expect 'the first up' at_most "$(ratio "$first" "$plain")" 3.5
    expect 'a warm up' at_most "$(ratio "$warm" "$plain")" 1.6
  done
}

# Emulation takes what it takes at either distance: the difference is what travels.
ssh_to_one() { ctl ssh -o KexAlgorithms=curve25519-sha256 test0 true; }
warm_up() { up "$1" >/dev/null 2>&1; median_of milliseconds up "$1"; }
more() { awk -v a="$1" -v b="$2" 'BEGIN { print a + b }'; }
trips_between() { awk -v far="$2" -v near="$1" 'BEGIN { printf "%.1f", (far - near) / 1000 }'; }
measure_trips() {
  local near_ssh near_first near far_ssh far_first far both ssh first warm
  test_case 'one node: a first up waits for at most 11 round trips more than ssh, a warm one for none; two nodes take at most 1.1 times as long'
  "$nodes" rtt 0
  near_ssh=$(median_of milliseconds ssh_to_one) near_first=$(median_of first_up 1) near=$(warm_up 1)
  "$nodes" rtt 1000
  far_ssh=$(median_of milliseconds ssh_to_one) far=$(warm_up 1)
  down 1
  far_first=$(median_of first_up 1)
  both=$(warm_up 2)
  ssh=$(trips_between "$near_ssh" "$far_ssh") first=$(trips_between "$near_first" "$far_first")
  warm=$(trips_between "$near" "$far")
  echo "# round trips: ssh $ssh, first up $first, warm up $warm; two nodes $both ms ($(ratio "$both" "$far")x)"
  expect 'round trips of a first up' at_most "$first" "$(more "$ssh" 11)"
  expect 'round trips of a warm up' at_most "$warm" "$(more "$ssh" 0.5)"
  expect 'two nodes' at_most "$(ratio "$both" "$far")" 1.1
  "$nodes" rtt 0
  down 2
}

measure_jump() {
  local i plain first warm before
  test_case "$count nodes behind one jump host: the first up takes at most 3 times as long as ssh"
  "$nodes" rtt 0
  for ((i = 1; i <= count; i++)); do
    "$nodes" inside inner$i $i "$("$nodes" addr $i)"
    echo '  ConnectTimeout 180' >>"$LAB/ssh/config" # as the other hosts have it
  done
  write_mesh "$count" inner 1 >"$work/jump.yaml"
  ssh_to_all inner 1 >/dev/null 2>&1
  plain=$(median_of milliseconds ssh_to_all inner 1)
  first=$(median_of first_up jump)
  echo "# jump host: ssh $plain ms; first up $first ms ($(ratio "$first" "$plain")x)"
  expect 'the first up' at_most "$(ratio "$first" "$plain")" 3
  [ -n "${WGMESH_BEFORE:-}" ] || return 0
  test_case "$count nodes behind one jump host: the first up takes at most 1.1 times as long as before"
  before=$(median_of first_up jump "$WGMESH_BEFORE/controller/mesh")
  echo "# jump host, before: first up $before ms; ours takes $(ratio "$first" "$before") of it"
  expect 'the first up against before' at_most "$(ratio "$first" "$before")" 1.1
}

"$nodes" up $((count + 1)) || exit 1
for n in 1 2 "$count"; do write_mesh "$n" >"$work/$n.yaml" 2>/dev/null; done
for part in counts times trips jump; do ! wants $part || measure_$part; done
finish
