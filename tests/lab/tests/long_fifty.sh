#!/bin/bash
# kernel: --cpus 2 --mem 6144
# Fifty nodes, all peered, over exec: 2450 tunnels on one kernel. `up`, one edit under traffic, new keys, `check`, split
# horizon, `down`. What it took is told, and what the kernel said.
. "$(dirname "$(readlink -f "$0")")/../lib/lib.sh"
. "$lab_folder/lib/traffic.sh"

patient=(--confirm-timeout 120) # fifty agents share an emulated processor
count=50 pairs_of_all=1225
write_mesh() { # write_mesh [LINE…]
  local i
  printf '%s\n' 'name: test' 'network: fd00:0:0:1::/64' "$@" 'nodes:'
  for ((i = 0; i < count; i++)); do
    echo "  n$i: {addr: \"$(inner $i)/64\", endpoint: $("$nodes" addr $i), exec: $nodes in $i}"
  done
}
timed() { # timed WHAT ARG…: runs mesh, tells the seconds
  local what=$1 begun=$SECONDS
  shift
  here "$@"
  echo "# $what: $((SECONDS - begun)) s"
}
roots() { local i; for ((i = 0; i < count; i++)); do on $i cat /sys/class/net/br-test/bridge/root_id; done | sort -u; }
root_ports() { local i; for ((i = 0; i < count; i++)); do on $i cat /sys/class/net/br-test/bridge/root_port; done; }

bare=()
for ((i = 0; i < count; i++)); do bare+=("$i:server=none"); done
"$nodes" up $count "${bare[@]}" || exit 1
dmesg -C
write_mesh >"$work/mesh.yaml"
mesh_file=$work/mesh.yaml

test_case 'fifty nodes make one segment'
timed 'first up' up "${patient[@]}"
expect_status 0
expect_out "all $pairs_of_all pairs forward"
expect 'one root' test "$(roots | wc -l)" = 1
expect 'every other node has a port towards the root' test "$(root_ports | grep -vcx 0)" = $((count - 1))
run on 0 ping -q -c 3 -i 0.3 -W 5 "$(inner 49)"
expect_status 0
timed 'second up' up "${patient[@]}"
expect_status 0
here plan --detailed-exitcode
expect_status 0

test_case 'an edit of one node leaves the pairs of others without a lost packet'
watch 1 2 3 48
watch 20 21 40
others=(1-2 1-3 1-48 20-21 20-40)
sleep 3
take_count
sed -i "s|^  n7: {|  n7: {listen_port: 51999, |; /^  n7: /s|endpoint: [0-9.]*|&:51999|" "$mesh_file"
timed 'one edit' up "${patient[@]}"
expect_status 0
sleep 2
count_losses "${others[@]}"

test_case 'new keys for all fifty'
timed 'rotate' rotate "${patient[@]}"
expect_status 0
take_count
longest_hole "${others[@]}"
echo "# rotate: longest time without an answer $longest ms ($longest_pair)"
expect 'it is less than a spanning tree takes' test "$longest" -lt 8000
end_traffic

test_case 'check finds nothing'
timed 'check' check
expect_status 0
timed 'status' status
expect_status 0
expect_out "$count of $count nodes up, $pairs_of_all of $pairs_of_all pairs with a handshake"

test_case 'split horizon: every pair direct, nothing forwarded twice'
write_mesh 'loop_prevention: split-horizon' >"$mesh_file"
timed 'up with split horizon' up "${patient[@]}"
expect_status 0
expect 'every port is isolated' test "$(on 0 sh -c 'cat /sys/class/net/br-test/brif/gt-*/isolated' | sort | uniq -c | tr -s ' ')" = " $((count - 1)) 1"
run on 3 ping -q -c 3 -i 0.3 -W 5 "$(inner 44)"
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
