#!/bin/bash
# `mesh export` on a mesh that runs: what it prints and writes, and wg-quick that takes a node's place in the mesh.
. "$(dirname "$(readlink -f "$0")")/../lib/lib.sh"

schema=$source_folder/packaging/schema/export.schema.json
# Private and preshared keys of node I, a line each.
secrets() { { on "$1" wg show wg-test private-key; on "$1" wg show wg-test preshared-keys | cut -f 2; } | sort -u; }
says_secret() { grep -qFf "$work/secrets" "$work/out" "$work/err"; }
mtu_of() { on "$1" cat /sys/class/net/br-test/mtu; }
ping_full() { # ping_full I J: a packet as long as the segment's MTU
  on "$1" ping -q -c 1 -W 5 -M 'do' -s $(($(mtu_of 1) - 48)) "$(inner "$2")"
}
# What a port or bridge is, but for what changes by itself (the ageing time, too) and the mark of ownership.
shape() { # shape I LINK
  on "$1" ip -j -d link show dev "$2" | jq -S '.[0] | [.mtu, .address, .master, .inet6_addr_gen_mode, .altnames,
    (.linkinfo | [.info_kind, (.info_data | [.remote, .local, .ttl, .encap_limit, .pmtudisc, .ignore_df, .forward_delay,
      .hello_time, .max_age, .stp_state, .priority, .flags]), (.info_slave_data | [.isolated, .cost?])])]'
}
shapes() { shape 0 br-test; shape 0 gt-test-n1; on 0 ip -br address show dev wg-test; on 0 cat /proc/sys/net/ipv6/conf/br-test/accept_ra; }

"$nodes" up 2 || exit 1
mesh_file=$work/mesh.yaml
cat >"$mesh_file" <<MESH
name: test
network: fd00:0:0:1::/64
nodes:
  n0: {addr: "$(inner 0)/64", endpoint: "$("$nodes" addr 0)", ssh: {host: test0, connect_timeout: 20}}
  n1: {addr: "$(inner 1)/64", endpoint: "$("$nodes" addr 1)", ssh: {host: test1, connect_timeout: 20}}
MESH
mesh up
expect_status 0
secrets 0 >"$work/secrets"
expect 'there are two secrets' test "$(wc -l <"$work/secrets")" = 2
shapes >"$work/shapes"
expect 'the tunnel is seen' grep -q '"ip6gretap"' "$work/shapes"
expect 'the bridge is seen' grep -q '"bridge"' "$work/shapes"

test_case 'printed files have placeholders, as text and as JSON of its schema'
mesh export n0 --format wg-quick
expect_status 0
expect_out 'PrivateKey = (hidden)'
! says_secret || fail 'a secret came to the controller'
mesh -J export --format networkd
expect_status 0
! says_secret || fail 'a secret came to the controller'
expect 'the schema' "$lab_folder/tools/fits-schema" "$schema" "$work/out"
expect 'both nodes, six files each' jq -e '.ok and [.nodes[].files | length] == [6, 6]' "$work/out"

test_case 'files with secrets are written on the node, for root alone, and no secret is told'
mesh -v export n0 --format wg-quick --to /etc/wireguard
expect_status 0
expect_out 'n0: /etc/wireguard/wg-test.conf'
! says_secret || fail 'a secret came to the controller'
expect 'the file is of root' test "$(on 0 stat -c %a:%U /etc/wireguard/wg-test.conf /etc/wireguard | tr '\n' ' ')" = '600:root 700:root '
expect 'it has the secrets' test "$(on 0 grep -cFf - /etc/wireguard/wg-test.conf <"$work/secrets")" = 2
expect 'wg-quick reads it' bash -c "'$nodes' in 0 wg-quick strip /etc/wireguard/wg-test.conf | grep -q '^PresharedKey = '"
on 0 sh -c 'mkdir -m 777 /etc/open; mkdir /etc/taken; echo mine >/etc/taken/wg-test.conf'
mesh export n0 --format wg-quick --to /etc/open
expect_status 1
expect_err 'others may write to /etc/open'
mesh export n0 --format wg-quick --to /etc/taken
expect_status 1
expect_err '/etc/taken/wg-test.conf is no earlier export'
expect 'the file of somebody else stays' test "$(on 0 cat /etc/taken/wg-test.conf)" = mine

test_case 'wg-quick takes the place of the agent: full frames in both directions'
mesh down n0
expect_status 0
# shellcheck disable=SC2046
on 0 ip link add taken type ip6gretap $(on 0 sed -n 's/^PostUp = ip link add name gt-test-n1 .* \(local [^ ]* remote [^ ]*\).*/\1/p' /etc/wireguard/wg-test.conf)
expect 'a tunnel stands in the way of the file' on 0 test -e /sys/class/net/taken
expect 'wg-quick fails' bash -c "! '$nodes' in 0 wg-quick up wg-test"
expect 'and leaves the bridge' on 0 test -e /sys/class/net/br-test
on 0 ip link del taken
run on 0 wg-quick up wg-test
expect_status 0
shapes >"$work/shapes.wg-quick"
expect 'all is as the agent made it' diff "$work/shapes" "$work/shapes.wg-quick"
expect 'n0 reaches n1' await 60 ping_full 0 1
expect 'n1 reaches n0' ping_full 1 0

test_case 'wg-quick takes down what it made, and `up` brings the agent back'
on 0 ip link del gt-test-n1 # what is gone already does not keep the rest up
run on 0 wg-quick down wg-test
expect_status 0
expect 'no interface is left' bash -c "! '$nodes' in 0 ip -br link | grep test"
mesh up
expect_status 0
shapes >"$work/shapes.again"
expect 'all is as it was' diff "$work/shapes" "$work/shapes.again"

finish
