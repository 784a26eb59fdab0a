#!/bin/bash
# A mesh of three nodes that wireguard-mesh, the tool before this one, has made is taken over: with its keys, or, if one
# node cannot, not at all. Its files are written by hand in that tool's form.
. "$(dirname "$(readlink -f "$0")")/../lib/lib.sh"
. "$(dirname "$(readlink -f "$0")")/../lib/traffic.sh"
. "$(dirname "$(readlink -f "$0")")/../lib/predecessor.sh"

spanning_tree=8000 # ms: listening and learning, 4 s each
at_most=5000       # … beside it. Where a processor is emulated, three agents share one that is 25 times slower
! grep -q TCG /proc/cpuinfo || at_most=15000
pairs=(0-1 0-2 1-2)

"$nodes" up 3 || exit 1
make_predecessor 3 || exit 1
for i in 0 1 2; do old_files $i >"$work/files.$i"; done

test_case 'plan says what is taken over and what goes, and changes nothing'
remember 0 1 2
mesh -v plan --detailed-exitcode
expect_status 2
expect_out 'adopt /etc/wireguard/wg-test0.conf: its private key and 2 preshared keys; rename the file to wg-test0.conf.wgmesh-adopted'
expect_out "disable wg-quick@wg-test0.service; br-test becomes wgmesh's; remove wg-test0, gt-test1, gt-test2"
expect_out "$(wg pubkey <"$work/key.1")"
expect_no_out 'new key'
expect_no_out "$(<"$work/key.0")"
expect_as_before 0 1 2
ends=$(sed -n 's/.*ip link add gt-test-n0 .* type ip6gretap \(local [^ ]* remote [^ ]*\).*/\1/p' <<<"$out" | tail -n 1)

test_case 'a node that is left out would be cut off, so its peers refuse'
sed 's/ssh: test1/ssh: {host: test1, port: 1}/' "$mesh_file" >"$work/skipping.yaml"
whole=$mesh_file mesh_file=$work/skipping.yaml
mesh --skip-unreachable up
mesh_file=$whole
expect_status 1
expect_err 'is not taken over without n1'
expect_as_before 0 1 2

test_case 'a failure on one node brings everything back on all'
# shellcheck disable=SC2086
on 2 ip link add taken type ip6gretap $ends # the kernel refuses a second one
remember 0 1 2
mesh up
expect_status 1
expect_err 'gt-test-n0'
expect_as_before 0 1 2
for i in 0 1 2; do
  expect "the files of node $i are as they were" diff "$work/files.$i" <(old_files $i)
  expect "node $i keeps nothing of ours" bash -c "! '$nodes' in $i ls /var/lib/wgmesh/test"
done
on 2 ip link del taken

test_case 'the mesh of before forwards, and up takes it over with its keys'
watch_pairs 3
mesh up
expect_status 0
expect_out '3 changed'
ping_pairs 3 inner 10
take_count
longest_hole "${pairs[@]}"
echo "# without traffic: $(for pair in "${pairs[@]}"; do echo "$pair ${hole[$pair]} ms, "; done | tr -d '\n')of which spanning tree takes $spanning_tree"
expect "$longest_pair was without traffic for at most $at_most ms beside spanning tree" test "$longest" -le $((at_most + spanning_tree))
end_traffic
for i in 0 1 2; do
  expect "node $i has its private key" test "$(on $i wg show wg-test private-key)" = "$(<"$work/key.$i")"
  expect "node $i has stored it" on $i grep -qF "$(<"$work/key.$i")" /var/lib/wgmesh/test/private_key
  for j in 0 1 2; do
    [ $i -lt $j ] || continue
    expect "$i and $j have their preshared key" grep -qF "$(<"$work/psk.$i.$j")" <(on $i wg show wg-test preshared-keys)
  done
  expect "node $i has no old interface" bash -c "! '$nodes' in $i ls /sys/class/net | grep -E '^(wg|gt)-test[0-9]'"
  expect "the file of node $i is set aside as it was" diff "$work/old.$i.conf" <(on $i cat "/etc/wireguard/wg-test$i.conf.wgmesh-adopted")
  expect "node $i has no other file of it" on $i test ! -e "/etc/wireguard/wg-test$i.conf"
  expect "its unit is disabled" on $i test ! -e "$(old_enabled $i)" -a ! -L "$(old_enabled $i)"
done

test_case 'a second plan is empty'
mesh plan --detailed-exitcode
expect_status 0
mesh up
expect_status 0
expect_out '3 unchanged'

finish
