#!/bin/bash
# The example mesh of four nodes comes up, forwards between every pair at once, has the properties that
# were asked for, does not change on a second run, and goes away again. Two of its nodes share a host
# name: they sit behind a router that forwards a port to each.
. "$(dirname "$(readlink -f "$0")")/../lib/lib.sh"

mesh_file=$lab_folder/example.yaml
mtu_of() { on "$1" cat "/sys/class/net/$2/mtu"; }

"$nodes" up 4 || exit 1
"$nodes" example

test_case 'up brings the example up, and every pair forwards when it returns'
mesh up
expect_status 0
ping_pairs 4 inner

test_case 'the lowest prio is the STP root, and its timers are the fast ones'
for i in 0 1 2 3; do
  expect "node $i sees mesh3 as the root" test "$(bridge_root "$i" br-test)" = "$(bridge_id 3 br-test)"
done
expect 'mesh3 has priority 100' test "$(on 3 cat /sys/class/net/br-test/bridge/priority)" = 100
expect 'forward delay is 4 s' test "$(on 3 cat /sys/class/net/br-test/bridge/forward_delay)" -ge 399

test_case 'every node has its peers, each with a preshared key and a handshake'
for i in 0 1 2 3; do
  dump=$(on "$i" wg show wg-test dump | tail -n +2)
  expect "node $i has all 3 peers" test "$(grep -c . <<<"$dump")" = 3
  expect "node $i has preshared keys" test "$(awk '$2 != "(none)"' <<<"$dump" | grep -c .)" = 3
  expect "node $i has handshakes" test "$(awk '$5 > 0' <<<"$dump" | grep -c .)" = 3
done
expect 'listen_port is heard' test "$(on 2 wg show wg-test listen-port)" = 51850

test_case 'links carry the mark of the mesh: group, alias and full name'
group=$(on 0 cat /sys/class/net/wg-test/netdev_group)
expect 'the group is not the default one' test "$group" != 0
for link in wg-test br-test gt-test-mesh1; do
  expect "$link is in the group" test "$(on 0 cat /sys/class/net/$link/netdev_group)" = "$group"
done
expect 'the alias of a tunnel' test "$(on 0 cat /sys/class/net/gt-test-mesh1/ifalias)" = wgmesh:test:mesh1
expect 'the alias of the bridge' test "$(on 0 cat /sys/class/net/br-test/ifalias)" = wgmesh:test

test_case 'the segment has one MTU, and exactly that much passes'
mtu=$(mtu_of 0 br-test)
for i in 1 2 3; do expect "node $i agrees" test "$(mtu_of $i br-test)" = "$mtu"; done
payload=$((mtu - 48)) # IPv6 40, ICMPv6 8
expect 'a full frame passes' on 1 ping -q -c 3 -W 3 -M 'do' -s $payload "$(inner 2)"
expect 'one byte more does not' bash -c "! '$nodes' in 1 ping -q -c 1 -W 2 -M do -s $((payload + 1)) $(inner 2)"

test_case 'a second up changes nothing and says so'
before=$(on 0 wg show wg-test dump | cut -f 1-4)
mesh up
expect_status 0
expect_out '4 unchanged'
expect 'keys are the same' test "$(on 0 wg show wg-test dump | cut -f 1-4)" = "$before"
mesh plan --detailed-exitcode
expect_status 0

test_case 'info is YAML and JSON, with every node up'
mesh -J info
expect_status 0
expect 'four nodes are up' test "$(jq '[.nodes[] | select(.is_up)] | length' <<<"$out")" = 4
mesh info
expect_status 0
expect_out 'mesh3'

test_case 'status has a line for each node, graph draws the links, and the agent answers monitors'
mesh status
expect_status 0
for i in 0 1 2 3; do expect "a line for mesh$i" grep -qE "^mesh$i +up +" <<<"$out"; done
expect_out '4 of 4 nodes up, 6 of 6 pairs with a handshake'
mesh graph
expect_status 0
expect_out 'mesh0'
on 0 ip link set br-test type bridge ageing_time 12345
mesh status mesh0
expect_status 0
expect_out 'changed by hand'
run on 0 wgmesh-agent status --check
expect_status 1
on 0 ip link set br-test type bridge ageing_time 1000
run on 0 wgmesh-agent status --check
expect_status 0
expect_out 'WGMESH OK'
run on 0 wgmesh-agent status --prometheus
expect_status 0
expect_out 'wgmesh_drift_operations{mesh="test"} 0'

test_case 'what each reading command prints for programs fits its schema'
fits() { # fits SCHEMA: what the last command has printed
  local document=$work/$1.json
  printf '%s\n' "$out" >"$document"
  run "$lab_folder/tools/fits-schema" "$source_folder/packaging/schema/$1.schema.json" "$document"
  expect_status 0
}
for verb in info status show check; do
  mesh -J $verb
  expect_status 0
  fits $verb
done
mesh -J conf
fits mesh
mesh conf --schema
expect 'the schema that is printed is the one that is shipped' diff <(printf '%s\n' "$out") "$source_folder/packaging/schema/mesh.schema.json"
run on 0 wgmesh-agent status -J
fits agent-status
mesh -J down mesh3 --dry-run
fits result

test_case 'metrics of a node have the values of its status'
run on 0 wgmesh-agent status -J
expect_status 0
cp "$work/out" "$work/before"
run on 0 wgmesh-agent status --prometheus
cp "$work/out" "$work/metrics"
run on 0 wgmesh-agent status -J
cp "$work/out" "$work/after"
run "$source_folder/tests/same-metrics" "$work/before" "$work/metrics" "$work/after"
expect_status 0
expect_out 'samples are as the status has them'

test_case 'a node tells by itself what was changed by hand'
on 0 ip link set br-test type bridge ageing_time 12345
run on 0 wgmesh-agent status
expect_out 'mesh: test (changed by hand)'
expect_out 'ageing_time 1000'
run on 0 wgmesh-agent status -J
fits agent-status
expect 'the state says so' test "$(jq -r '.meshes[0].state' "$work/agent-status.json")" = changed_by_hand
mesh -J status mesh0
expect 'so does the mesh' test "$(jq -r '.nodes.mesh0.state' <<<"$out")" = changed_by_hand
expect 'and they list the same' diff <(jq '.nodes.mesh0.drift' <<<"$out") <(jq '.meshes[0].drift' "$work/agent-status.json")
on 0 ip link set br-test type bridge ageing_time 1000

test_case 'down keeps keys: up again shows the same public keys'
mesh down
expect_status 0
expect 'nothing of ours is left' bash -c "! '$nodes' in 0 ls /sys/class/net | grep -E '^(wg|br|gt)-test'"
mesh up
expect_status 0
expect 'keys are the same' test "$(on 0 wg show wg-test public-key)" = "$(cut -f 2 <<<"$(head -n 1 <<<"$before")")"
ping_pairs 4 inner

test_case 'down -r leaves no link, file or process'
mesh down -r
expect_status 0
for i in 0 1 2 3; do
  expect "node $i has no link" bash -c "! '$nodes' in $i ls /sys/class/net | grep -E '^(wg|br|gt)-test'"
  expect "node $i has no file" bash -c "! '$nodes' in $i find /var/lib /run /usr/local/sbin /etc/systemd -name '*wgmesh*' | grep ."
  expect "node $i has no process" bash -c "! '$nodes' in $i ps -ef | grep '[w]gmesh-agent'"
done

finish
