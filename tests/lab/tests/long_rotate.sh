#!/bin/bash
# kernel: --cpus 2
# New keys for six nodes while every pair exchanges a packet every 50 ms: no pair is without one for longer than
# 250 ms and what lay between the switch of its two ends; nobody knows an old key afterwards. Where one node
# fails on the way all keep their old keys, which still work.
. "$(dirname "$(readlink -f "$0")")/../lib/lib.sh"
. "$lab_folder/lib/traffic.sh"

count=6
write_mesh() { # write_mesh [I:WORDS]: node I's agent is started by them
  local i special=${1:-}
  printf '%s\n' 'name: test' 'network: fd00:0:0:1::/64' 'nodes:'
  for ((i = 0; i < count; i++)); do
    echo "  n$i: {addr: \"$(inner $i)/64\", endpoint: $("$nodes" addr $i), exec: $nodes in $i $([ "${special%%:*}" != $i ] || echo "${special#*:}")}"
  done
}

public_keys() { local i; for ((i = 0; i < count; i++)); do on $i wg show wg-test public-key; done; }
all_preshared() { local i; for ((i = 0; i < count; i++)); do on $i wg show wg-test preshared-keys; done | cut -f 2 | sort -u; }
known_keys() { local i; for ((i = 0; i < count; i++)); do on $i wg show wg-test peers; done | sort -u; }

"$nodes" up $count || exit 1
write_mesh >"$work/mesh.yaml"
mesh_file=$work/mesh.yaml
here up
expect_status 0

test_case 'all six rotate under traffic'
old_public=$(public_keys | sort) old_preshared=$(all_preshared)
watch_pairs $count
sleep 5
take_count
longest_hole "${pairs[@]}"
usual=$longest
here --no-wait rotate
expect_status 0
skew=$(sed -n 's/.*switched to their new keys within \([0-9.]*\) ms.*/\1/p' <<<"$err")
sleep 5
take_count
end_traffic
longest_hole "${pairs[@]}"
echo "# rotation of $count nodes: skew $skew ms, longest hole $longest ms ($longest_pair); before it $usual ms"
expect 'all switch within 100 ms' test "${skew%.*}" -lt 100
expect 'no pair is silent for longer than 250 ms and the skew' test "$longest" -le "$((250 + ${skew%.*} + 1))"
expect 'every public key is new' test -z "$(comm -12 <(echo "$old_public") <(public_keys | sort))"
expect 'every preshared key is new' test -z "$(comm -12 <(echo "$old_preshared") <(all_preshared))"
expect 'nobody knows an old key' test -z "$(comm -12 <(echo "$old_public") <(known_keys))"
here plan --detailed-exitcode
expect_status 0

test_case 'one node alone'
before=$(on 0 wg show wg-test public-key) other=$(on 1 wg show wg-test public-key)
here --no-wait rotate n0
expect_status 0
expect 'n0 has a new key' test "$before" != "$(on 0 wg show wg-test public-key)"
expect 'n1 keeps its own' test "$other" = "$(on 1 wg show wg-test public-key)"

# The word to call comes through what is silent until somebody calls.
test_case 'SSH to a node runs through the mesh whose keys change'
"$nodes" inside inside1 1 "$(inner 1)"
sed "s,exec: $nodes in 1 ,ssh: inside1," "$work/mesh.yaml" >"$work/inside.yaml"
mesh_file=$work/inside.yaml
before=$(on 1 wg show wg-test public-key)
mesh rotate
expect_status 0
expect 'n1 has a new key' test "$before" != "$(on 1 wg show wg-test public-key)"
mesh_file=$work/mesh.yaml

test_case 'one node fails on the way: all keep their keys, and these work'
old_public=$(public_keys) old_preshared=$(all_preshared)
watch_pairs $count
export WGMESH_AGENT_DIR=$build/agent/faults
for k in 3 6; do # while it stages, and when it switches
  write_mesh "2:env WGMESH_FAIL_AT=$k" >"$work/fault.yaml"
  mesh_file=$work/fault.yaml
  here --no-wait rotate
  expect_status 1
  expect_err 'mesh: n2: '
  expect 'the public keys are the old ones' test "$old_public" = "$(public_keys)"
  expect 'the preshared keys, too' test "$old_preshared" = "$(all_preshared)"
done
take_count
longest_hole "${pairs[@]}"
echo "# rotations that failed: longest hole $longest ms ($longest_pair)"
sleep 3
count_losses "${pairs[@]}" # with the old keys
end_traffic
unset WGMESH_AGENT_DIR
mesh_file=$work/mesh.yaml
here plan --detailed-exitcode
expect_status 0

finish
