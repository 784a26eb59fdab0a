#!/bin/bash
# vm: own
# A mesh that an older version made (f94a83b, built from the history) is taken over by this one without a change to the
# kernel. The older version then either works on what this one has stored, or refuses and changes nothing.
. "$(dirname "$(readlink -f "$0")")/../lib/lib.sh"
old_commit=f94a83b
old=$source_folder/build/$old_commit

if [ -z "${WGMESH_OLD_BUILT:-}" ]; then
  [ -x "$old/build/controller/mesh" ] || {
    mkdir -p "$old"
    git -C "$source_folder" archive $old_commit | tar -x -C "$old" &&
      "$old/packaging/install-build-deps" build >"$old/log" 2>&1 &&
      cmake -S "$old" --preset release -B "$old/build" >>"$old/log" 2>&1 &&
      cmake --build "$old/build" -j "$(nproc)" --target all >>"$old/log" 2>&1 || { tail -n 20 "$old/log"; exit 1; }
  }
  WGMESH_OLD_BUILT=1 exec "$lab_folder/tools/with-kernel" --limit 900 --env WGMESH_OLD_BUILT=1 -- "$0"
fi

# What the kernel of each node has of the mesh, but what changes by itself. Numbers of interfaces are the same only
# where none was made anew.
snapshot() {
  local i
  for i in 0 1 2; do
    on "$i" wg show wg-test dump |
      awk 'NR == 1 { print $1, $2, $3, $4; next } { print $1, $2, $3, $4, $8 }' | sort
    on "$i" ip -j -d addr show | jq -S '[.[] | select(.ifname | test("^(wg|br|gt)-")) | {ifindex, ifname, mtu, address, group,
      ifalias, altnames, master, flags: (.flags | sort), kind: .linkinfo.info_kind, data: (.linkinfo.info_data // {} |
      {local, remote, stp_state, priority, forward_delay, hello_time, max_age}), slave: (.linkinfo.info_slave_data // {} |
      {cost, priority}), addresses: [.addr_info[] | "\(.local)/\(.prefixlen)"]}] | sort_by(.ifname)'
  done
}
old_mesh() { local mesh_program=$old/build/controller/mesh; mesh "$@"; }
expect_same() { expect 'the kernel of every node is as it was' diff "$work/kernel" <(snapshot); }

"$nodes" up 3 || exit 1
mesh_file=$work/mesh.yaml
{
  printf '%s\n' 'name: test' 'network: fd00:0:0:1::/64' 'mtu: 1300' 'nodes:'
  printf '  n0: {addr: "%s/64", ssh: test0, endpoint: %s, prio: 100}\n' "$(inner 0)" "$("$nodes" addr 0)"
  printf '  n1: {addr: "%s/64", ssh: test1, endpoint: %s, listen_port: 51830}\n' "$(inner 1)" "$("$nodes" addr 1)"
  printf '  n2: {addr: "%s/64", ssh: test2}\n' "$(inner 2)"
} >"$mesh_file"

test_case "$old_commit makes a mesh"
old_mesh up
expect_status 0
ping_pairs 3 inner 20
snapshot >"$work/kernel"
expect 'there is something to compare' grep -q gt-test-n0 "$work/kernel"

test_case 'this version takes the mesh over without a change to the kernel'
mesh plan --detailed-exitcode
expect_status 0
expect_same
mesh up
expect_status 0
expect_out '3 unchanged'
expect_same
for i in 0 1 2; do
  expect "node $i has this version's agent" test "$(on $i wgmesh-agent version)" = "$("$build/agent/wgmesh-agent" version)"
done

test_case "$old_commit works on it, or refuses and changes nothing"
old_mesh up
[ "$status" = 0 ] || expect_err 'newer'
expect_same

test_case 'this version goes on, and removes all of it'
mesh up
expect_status 0
expect_same
mesh down -r
expect_status 0
for i in 0 1 2; do
  expect "node $i has no link" bash -c "! '$nodes' in $i ls /sys/class/net | grep -E '^(wg|br|gt)-test'"
  expect "node $i has no file" bash -c "! '$nodes' in $i find /var/lib /usr/local/sbin /etc/systemd -name '*wgmesh*' | grep ."
done

finish
