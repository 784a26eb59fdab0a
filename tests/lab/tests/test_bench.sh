#!/bin/bash
# `mesh bench` on a mesh that runs: what it says before and after, what it leaves behind, and when it is refused.
. "$(dirname "$(readlink -f "$0")")/../lib/lib.sh"

write_mesh() { # write_mesh N: nodes n0 to n(N-1)
  local i
  printf '%s\n' 'name: test' 'network: fd00:0:0:1::/64' 'nodes:'
  for ((i = 0; i < $1; i++)); do
    echo "  n$i: {addr: \"$(inner $i)/64\", endpoint: \"$("$nodes" addr $i)\", ssh: {host: test$i, connect_timeout: 20}}"
  done
}
schema=$source_folder/packaging/schema/bench.schema.json
fits() { "$lab_folder/tools/fits-schema" "$schema" "$work/out"; }
# What listens on node I, but for SSH and WireGuard.
listeners() { on "$1" ss -Hlntu | awk '{ print $1, $5 }' | grep -vE ':(22|51820)$' | sort; }
nothing_listens() { [ -z "$(listeners 0)$(listeners 1)" ]; }

"$nodes" up 2 || exit 1
mesh_file=$work/mesh.yaml
write_mesh 2 >"$mesh_file"
mesh up
expect_status 0
expect 'nothing listens before' nothing_listens

test_case 'both directions are measured over the mesh, and the bounds are told first'
mesh bench --seconds 1 --max-bytes 200M
expect_status 0
expect_err '1 pair, about 4 s, at most 200 MB per pair'
expect_out 'FROM  TO'
expect_no_out 'not measured'
expect 'a row for each direction' test "$(grep -cE '^n[01] +n[01] ' <<<"$out")" = 2
expect 'nothing listens any more' nothing_listens

test_case 'beside the mesh, too; the JSON is of its schema'
mesh -J bench n0 n1 --seconds 1 --max-bytes 200M --beside
expect_status 0
expect 'the schema' fits
expect 'figures of both paths' jq -e '.ok and ([.pairs[0].runs[] | .path] == ["mesh", "mesh", "beside", "beside"])
  and ([.pairs[0].runs[] | .tcp_bits_per_second > 1e5 and .udp_bits_per_second > 1e4 and .udp_loss < 1
  and .round_trip_ms.idle > 0 and .round_trip_ms.load > 0 and .cpu.from > 0] | all)' "$work/out"
expect 'nothing listens any more' nothing_listens

test_case 'while it runs, its sockets are at the segment address, on the bridge; Ctrl-C leaves nothing behind'
# shellcheck disable=SC2016
"$nodes" ctl bash -c '"$@" </dev/null & echo $! >"$0"; wait $!' "$work/pid" \
  "$mesh_program" -f "$mesh_file" bench --seconds 20 >"$work/out" 2>"$work/err" &
bench=$!
# Local addresses of all sockets of node 1, but for those of SSH and WireGuard. What waits in TIME-WAIT was closed by the
# bench before.
sockets() { on 1 ss -Hntua | awk '$2 != "TIME-WAIT" { print $5 }' | grep -vE ':(22|51820)$'; }
segment="[$(inner 1)]%br-test:"
has_socket() { sockets | grep -qF "$segment"; }
expect 'it receives' await 20 has_socket
expect 'nowhere else' test -z "$(sockets | grep -vF "$segment")"
expect 'it has taken its peer, and listens no more' test -z "$(on 1 ss -Hlnt | awk '{ print $4 }' | grep -v ':22$')"
kill -INT "$(<"$work/pid")"
status=0 last='mesh bench, interrupted'
wait "$bench" || status=$?
expect_status 130
expect 'nothing listens any more' await 5 nothing_listens

test_case 'refused while another controller changes the mesh'
on 1 sh -c 'exec 9>/run/wgmesh/test.lock; flock 9; echo "1 0 0 ann@desk" >&9; echo held
  until [ -e /tmp/enough ]; do sleep 0.2; done' >"$work/held" &
holder=$!
expect 'the lock is held' await 10 grep -q held "$work/held"
mesh bench --seconds 1
expect_status 1
expect_out 'n1: nothing is measured while a change of the mesh goes on here: locked by ann@desk since '
on 1 touch /tmp/enough
wait $holder
expect 'nothing listens' nothing_listens

test_case 'a pair without a link is skipped, and a node that is down is named'
run "$nodes" ctl "$mesh_program" -f "$mesh_file" down n1
mesh -J bench
expect_status 1
expect 'the schema' fits
expect 'the reason' jq -e '.ok == false and .pairs[0].skipped.id == "bench-node-down" and .pairs[0].runs == []' "$work/out"

finish
