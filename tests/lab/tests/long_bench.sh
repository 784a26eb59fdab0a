#!/bin/bash
# `mesh bench` against iperf3 on the same path, in turn: the medians of five differ by at most a fifth, on the mesh and
# beside it. Prints the figures.
. "$(dirname "$(readlink -f "$0")")/../lib/lib.sh"

write_mesh() {
  local i
  printf '%s\n' 'name: test' 'network: fd00:0:0:1::/64' 'nodes:'
  for i in 0 1; do
    echo "  n$i: {addr: \"$(inner $i)/64\", endpoint: \"$("$nodes" addr $i)\", ssh: {host: test$i, connect_timeout: 20}}"
  done
}
median() { sort -n | sed -n 3p; } # of five
within_a_fifth() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a > 0.8 * b && a < 1.2 * b) }'; }
megabits() { awk -v rate="$1" 'BEGIN { printf "%.1f Mbit/s", rate / 1e6 }'; }

seconds=${BENCH_SECONDS:-4}
bench() { # bench RUN ARG…: bits per second of n0 to n1, of the run with that number
  local run=$1
  shift
  "$nodes" ctl "$mesh_program" -q -f "$mesh_file" -J bench --seconds "$seconds" "$@" >"$work/bench.json" 2>"$work/err" </dev/null ||
    { cat "$work/err" "$work/bench.json" >&2; return 1; }
  jq ".pairs[0].runs[$run].tcp_bits_per_second" "$work/bench.json"
}
iperf() { # iperf ADDRESS: bits per second of n0 to n1 there
  on 1 iperf3 --server --one-off --bind "$1" >/dev/null 2>&1 &
  local server=$!
  await 10 server_listens
  on 0 iperf3 --client "$1" --time "$seconds" --json 2>&1 | jq .end.sum_received.bits_per_second
  wait $server
}
server_listens() { on 1 ss -Hlnt | grep -q ':5201 '; }

compare() { # compare WHAT ADDRESS RUN ARG…
  local what=$1 address=$2 run=$3 i ours theirs
  shift 3
  : >"$work/ours"
  : >"$work/theirs"
  for i in 1 2 3 4 5; do
    bench "$run" "$@" >>"$work/ours"
    iperf "$address" >>"$work/theirs"
  done
  ours=$(median <"$work/ours") theirs=$(median <"$work/theirs")
  echo "# $what: bench $(megabits "$ours"), iperf3 $(megabits "$theirs") (medians of five)"
  echo "#   bench $(tr '\n' ' ' <"$work/ours"); iperf3 $(tr '\n' ' ' <"$work/theirs")"
  expect "bench $ours, iperf3 $theirs" within_a_fifth "$ours" "$theirs"
}

command -v iperf3 >/dev/null || { echo 'iperf3 is missing; packaging/install-build-deps lab installs it'; exit 1; }
"$nodes" up 2 || exit 1
mesh_file=$work/mesh.yaml
write_mesh >"$mesh_file"
mesh up
expect_status 0

test_case 'on the mesh'
compare 'on the mesh' "$(inner 1)" 0
jq -c '.pairs[0].runs[]' "$work/bench.json" | sed 's/^/# /'

test_case 'beside the mesh'
compare 'beside the mesh' "$("$nodes" addr 1)" 2 --beside
jq -c '.pairs[0].runs[]' "$work/bench.json" | sed 's/^/# /'

# An emulated processor is the bottleneck above. Here the path is.
test_case 'on the mesh, where the path carries 5 Mbit/s at 20 ms'
for i in 0 1; do on $i tc qdisc replace dev eth0 root netem rate 5mbit delay 10ms limit 50; done
compare 'on the mesh at 5 Mbit/s and 20 ms' "$(inner 1)" 0
jq -c '.pairs[0].runs[]' "$work/bench.json" | sed 's/^/# /'

finish
