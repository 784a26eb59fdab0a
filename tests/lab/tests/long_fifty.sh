#!/bin/bash
# kernel: --cpus 2 --mem 6144
# Fifty nodes, all peered, over exec: 2450 tunnels on one kernel. `up`, one edit under traffic, new keys, `check`, split
# horizon, `down`. What it took is told, and what the kernel said. COUNT=N takes another number of nodes.
#
# All nodes share one processor, which real ones do not. Where it is emulated, it is too slow for fifty: `up` commits them
# in 93 s, but a quarter of an hour later there are still 28 roots and the processor is busy. 2450 ends begin handshakes
# at the same time, and WireGuard begins each anew that has no answer within 5 s. With time by instructions (`vm
# --instructions`) 26 roots are left after 300 s. So thirty nodes are the default there.
# For their sake
# - spanning tree's hello time is 10 s: with the usual second each of 435 tunnels would carry a BPDU each second;
# - `up` does not wait until all pairs forward: it would ask all agents several times a second, and leave the kernel
#   no time to shake hands. The script looks at the bridges instead, and has `up` confirm it;
# - `check` may find probes without an answer, and nothing else: every pair asks within the same 3 s.
. "$(dirname "$(readlink -f "$0")")/../lib/lib.sh"
. "$lab_folder/lib/traffic.sh"

patient=(--confirm-timeout 120) # fifty agents share an emulated processor
is_emulated=$(grep -c 'QEMU TCG' /proc/cpuinfo)
if [ "$is_emulated" != 0 ]; then count=${COUNT:-30}; else count=${COUNT:-50}; fi
pairs_of_all=$((count * (count - 1) / 2)) final=$((count - 1))
slow_tree='stp: {hello_time: 10, max_age: 40, forward_delay: 30}'
write_mesh() { # write_mesh [LINE…]
  local i
  printf '%s\n' 'name: test' 'network: fd00:0:0:1::/64' "$@" 'nodes:'
  for ((i = 0; i < count; i++)); do # without the shell that `nodes in` is
    echo "  n$i: {addr: \"$(inner $i)/64\", endpoint: $("$nodes" addr $i), exec: nsenter -t ${pids[i]} -m -u -i -n -p -W / -- env HOME=/root}"
  done
}
timed() { # timed WHAT ARG…: runs mesh, tells the seconds
  local what=$1 begun=$SECONDS
  shift
  here "$@"
  echo "# $what: $((SECONDS - begun)) s"
}
# All bridges' word at once, as their nodes' sysfs has it: a program for each would take a minute.
bridges_say() { cat "${bridges[@]/%//$1}"; }
roots() { bridges_say bridge/root_id | sort -u; }
is_settled() { # every port forwards (3) or is blocked (4)
  sleep 5
  [ "$(roots | wc -l)" = 1 ] || return 1
  # shellcheck disable=SC2046,SC2068 # each is a pattern of files
  [ "$(cat ${bridges[@]/%//brif/gt-*/state} | grep -cvx '[34]')" = 0 ]
}
up_and_settle() { # up_and_settle WHAT
  local begun
  timed "$1" up --no-wait "${patient[@]}"
  begun=$SECONDS
  await 300 is_settled
  echo "# until all ports have settled: $((SECONDS - begun)) s; $(roots | wc -l) roots, load $(cut -d' ' -f1-3 /proc/loadavg)"
  timed "$1, again" up "${patient[@]}"
}
bare=()
for ((i = 0; i < count; i++)); do bare+=("$i:server=none"); done
"$nodes" up "$count" "${bare[@]}" || exit 1
pids=() bridges=()
for ((i = 0; i < count; i++)); do
  pids[i]=$("$nodes" pid $i)
  bridges[i]=/proc/${pids[i]}/root/sys/class/net/br-test
done
dmesg -C
write_mesh "$slow_tree" >"$work/mesh.yaml"
mesh_file=$work/mesh.yaml

test_case "$count nodes make one segment"
up_and_settle 'first up'
expect_status 0
expect_out "all $pairs_of_all pairs forward"
expect 'one root' test "$(roots | wc -l)" = 1
expect 'every other node has a port towards the root' test "$(bridges_say bridge/root_port | grep -vcx 0)" = $((count - 1))
run on 0 ping -q -c 3 -i 0.3 -W 5 "$(inner $final)"
expect_status 0
here plan --detailed-exitcode
expect_status 0

test_case 'an edit of one node leaves the pairs of others without a lost packet'
half=$((count / 2))
watch 1 2 3 $final
watch $half $((half + 1)) $((final - 1))
others=(1-2 1-3 "1-$final" "$half-$((half + 1))" "$half-$((final - 1))")
sleep 3
take_count
sed -i "s|^  n7: {|  n7: {listen_port: 51999, |; /^  n7: /s|endpoint: [0-9.]*|&:51999|" "$mesh_file"
timed 'one edit' up "${patient[@]}"
expect_status 0
sleep 2
count_losses "${others[@]}"

test_case 'new keys for all of them'
timed 'rotate' rotate "${patient[@]}"
expect_status 0
take_count
longest_hole "${others[@]}"
echo "# rotate: longest time without an answer $longest ms ($longest_pair)"
expect 'it is less than a spanning tree takes' test "$longest" -lt 8000
end_traffic

test_case 'check looks at every pair, and status finds every handshake'
timed 'check' -J check
expect_out "n$final"
if [ "$is_emulated" = 0 ]; then
  expect_status 0
else
  expect 'it finds nothing but probes without an answer' jq -e '[.findings[].id] - ["check-wireguard-silent",
    "check-wireguard-mtu-lost", "check-no-frames", "check-segment-mtu-lost"] == []' "$work/out"
fi
timed 'status' status
expect_status 0
expect_out "$count of $count nodes up, $pairs_of_all of $pairs_of_all pairs with a handshake"

test_case 'split horizon: every pair direct, nothing forwarded twice'
write_mesh 'loop_prevention: split-horizon' >"$mesh_file"
up_and_settle 'up with split horizon'
expect_status 0
expect 'every port is isolated' test "$(on 0 sh -c 'cat /sys/class/net/br-test/brif/gt-*/isolated' | sort | uniq -c | tr -s ' ')" = " $((count - 1)) 1"
run on 3 ping -q -c 3 -i 0.3 -W 5 "$(inner $((final - 1)))"
expect_status 0
run on 3 ping -q -c 3 -i 0.3 -W 5 "$(inner 0)"
expect_status 0

test_case 'it goes away'
timed 'down -r' down -r "${patient[@]}"
expect_status 0
expect 'no link is left' bash -c "! '$nodes' in 0 ip -br link | grep -E 'wg-|gt-|br-'"

test_case 'the kernel has nothing to complain of'
dmesg >"$work/dmesg"
expect 'no warning, no bug' bash -c "! grep -E 'WARNING|BUG|Oops|hung task|Call Trace' '$work/dmesg'"

finish
