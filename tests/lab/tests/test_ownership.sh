#!/bin/bash
# What is not ours stays as it was, what is ours is recognized, and a run that has nothing to do does nothing:
# counted from outside, on node 0 by strace and on all by what they receive and by the files' times.
. "$(dirname "$(readlink -f "$0")")/../lib/lib.sh"

# The example, but its first node is reached through strace, which writes to /run/trace there.
calls=sendmsg,sendto,read,/^open,/^creat,/rename,/unlink,/mkdir,/rmdir,/link,/symlink,/chmod,/chown,/truncate,/mknod
sed "s|ssh: test0|exec: '$nodes in 0 strace -f --seccomp-bpf -qq -y -x -s 64 -o /run/trace -e trace=$calls'|" \
  "$lab_folder/example.yaml" >"$work/traced.yaml"
mesh_file=$work/traced.yaml
"$nodes" up 4 || exit 1
"$nodes" example

take_trace() { on 0 cat /run/trace >"$work/trace"; }
# The netlink messages that node 0 sent and that do not only look, one a line. Of WireGuard's two commands the
# first octet behind the header tells GET_DEVICE (0) from SET_DEVICE (1). A link named a/b (in hexadecimal
# below) is never made: that is how the kernel is asked for the kinds it knows.
changing_messages() {
  grep -vF 'IFLA_IFNAME}, "\x61\x2f\x62\x00"' "$work/trace" | grep -Eo 'nlmsg_type=[^,]+, [^}]*\}(, "[^,]{0,4})?' |
    grep -Ev '^nlmsg_type=(RTM_GET|NFNL_SUBSYS_NFTABLES<<8\|NFT_MSG_GET|nlctrl|wireguard.*"\\x00)'
}
# The calls that changed a file or a folder, but for those in /run/wgmesh and what a process sets of itself.
changed_files() {
  grep -Ev '^[0-9]+ +(send|read|<|-)|O_RDONLY|O_PATH| = -1 ' "$work/trace" | grep -Ev '["<]/(run/wgmesh|dev/null|proc/self)[">/]'
}
# Each is of all interfaces, of which a large mesh has thousands.
interface_dumps() { grep -cE 'nlmsg_type=RTM_GETLINK, nlmsg_flags=[^,]*NLM_F_DUMP' "$work/trace"; }
count_of() { "$@" | grep -c .; }
# What came over the channel: stdin, where it is no file.
octets_read() { sed -n 's/.* read(0<[^/].* = \([0-9]*\)$/\1/p' "$work/trace" | awk '{ sum += $1 } END { print sum + 0 }'; }
received() { on "$1" cat /sys/class/net/eth0/statistics/rx_bytes; }
expect_nothing_done() {
  take_trace
  expect 'node 0 was looked at' grep -q nlmsg_type=RTM_GETLINK "$work/trace"
  expect "no message changes anything: $(changing_messages | head -n 5)" test "$(count_of changing_messages)" = 0
  expect "no file changes: $(changed_files | head -n 5)" test "$(count_of changed_files)" = 0
}

on 0 sh -c 'ip link add dummy7 type dummy && ip addr add 192.0.2.7/24 dev dummy7 && ip link set dummy7 up &&
  ip link add br-other type bridge && ip link add other0 type dummy && ip link set other0 master br-other' || exit 1
# Links, addresses and ports of others, without the kernel's own fallback links.
foreign() {
  on 0 sh -c 'ip -o link show; ip -o address show' | sed -E 's/^[0-9]+: //; s/valid_lft.*//' |
    grep -Ev '^(gre0|gretap0|erspan0|ip6tnl0|ip6gre0|wg-test|br-test|gt-test)' | sort
}
before=$(foreign)
foreign_is_the_same() { expect 'what is not ours is as it was' diff <(echo "$before") <(foreign); }

test_case 'plan names the changes and makes none'
before_plan=$(received 1)
mesh -v plan --detailed-exitcode
expect_status 2
take_trace
expect 'the agent was brought along' test "$(octets_read)" -gt 300000 -a $(($(received 1) - before_plan)) -gt 300000
expect 'that was seen in the files' test "$(count_of changed_files)" -gt 0
expect "no message changes anything: $(changing_messages | head -n 5)" test "$(count_of changing_messages)" = 0
expect_out 'type wireguard'
expect 'there is no device' bash -c "! '$nodes' in 0 ip link show wg-test"
foreign_is_the_same
expect_out '+ node mesh0: wg-test mtu'
expect_out '+ link mesh0–mesh1'
expect_out '(new key)'
once=$out
mesh -v plan
expect 'a second one prints the same' diff <(echo "$once" | grep -v 'install wgmesh-agent') <(echo "$out" | grep -v 'install wgmesh-agent')

test_case 'up leaves what is not ours alone'
mesh up
expect_status 0
take_trace
echo "# the first up: $(count_of changing_messages) messages that change something, $(changing_messages | grep -c wireguard) of them to WireGuard"
for type in RTM_NEWLINK RTM_NEWADDR wireguard; do
  expect "$type is seen by the count" grep -q "$type" <(changing_messages)
done
expect 'so are stored files' grep -q '"/var/lib/wgmesh/test/private_key.next"' <(changed_files)
foreign_is_the_same
expect 'the bridge takes no router advertisements' test "$(on 0 cat /proc/sys/net/ipv6/conf/br-test/accept_ra)" = 0
expect 'tunnel ports have no IPv6 address' bash -c "! '$nodes' in 0 ip -6 -o addr show dev gt-test-mesh1 | grep ."

test_case 'a second up sends no change to the kernel, writes no file and uploads nothing'
files_of() { on "$1" find /var/lib/wgmesh /usr/local/sbin -printf '%p %T@ %i\n' | sort; }
octets=()
for i in 0 1 2 3; do
  files_of $i >"$work/files.$i"
  octets[i]=$(received $i)
done
mesh up
expect_status 0
expect_out '4 unchanged'
expect_nothing_done
expect 'nothing is uploaded' test "$(octets_read)" -lt 100000
for i in 0 1 2 3; do
  expect "node $i has files" test -s "$work/files.$i"
  expect "they are the same" diff "$work/files.$i" <(files_of $i)
  expect "node $i has received no agent" test $(($(received $i) - octets[i])) -lt 200000
done

test_case 'an endpoint name with two addresses is no change either'
"$nodes" name two.example.com 1 46
sed 's/lan1.example.com:51821/two.example.com:51820/' "$work/traced.yaml" >"$work/two.yaml"
mesh_file=$work/two.yaml
mesh up --no-wait
expect_status 0
for _ in 1 ${WGMESH_LONG:+2}; do
  mesh up
  expect_status 0
  expect_out '4 unchanged'
  expect_nothing_done
  mesh plan --detailed-exitcode
  expect_status 0
  take_trace
  expect "interfaces are dumped once: $(interface_dumps)" test "$(interface_dumps)" = 1
done
mesh_file=$lab_folder/example.yaml

# Node 1 has its file as containers have it, a mount that no other file can take the place of; so has node 2, read-only.
for i in 0 1 2 3; do
  on $i sh -c 'cp /etc/hosts /run/hosts && printf "192.0.2.9 printer" >>/run/hosts && umount /etc/hosts &&
    cat /run/hosts >/etc/hosts && chmod 640 /etc/hosts'
done
on 1 sh -c 'cp -p /etc/hosts /run/mounted && mount --bind /run/mounted /etc/hosts'
on 2 sh -c 'mount --bind /etc/hosts /etc/hosts && mount -o remount,ro,bind /etc/hosts'
sed 's/^nodes:/hosts: true\n&/' "$mesh_file" >"$work/named.yaml"
other_hosts_are_the_same() {
  local i
  for i in 0 1 2 3; do
    expect "the lines of others are there on node $i" on $i sh -c \
      '{ cat /run/hosts; echo; } >/run/ended && grep -v "^#.* wgmesh test" /etc/hosts | grep -v "[.]test$" |
        diff /run/ended - && [ "$(stat -c %a /etc/hosts)" = 640 ]'
  done
}

test_case 'hosts: true is refused where /etc/hosts is read-only, before anything changes'
mesh_file=$work/named.yaml
mesh up --no-wait
expect_status 1
expect_err 'mesh2: '
expect_err '/etc/hosts cannot be changed: Read-only file system'
expect 'no node has the names' bash -c "! '$nodes' in 0 grep mesh1 /etc/hosts"
on 2 umount /etc/hosts

test_case 'hosts: true keeps the names of the nodes, and nothing else of /etc/hosts changes'
mesh plan
expect_out '~ node mesh0: /etc/hosts 4 lines added'
mesh up --no-wait
expect_status 0
mesh hosts
for i in 0 1 2 3; do
  names=$(on $i cat /etc/hosts)
  [[ $names == *"$out"* ]] || fail "node $i lacks the lines of mesh hosts: $names"
done
expect 'a node knows another by name' on 3 ping -q -c 1 -W 10 mesh1.test
other_hosts_are_the_same
mesh plan --detailed-exitcode
expect_status 0
mesh_file=$lab_folder/example.yaml

test_case 'down twice, then down -r: nothing is left but what was there'
group=$(on 2 cat /sys/class/net/br-test/netdev_group)
mesh down
expect_status 0
mesh down
expect_status 0
mesh down -r
expect_status 0
foreign_is_the_same
for i in 0 1 2 3; do expect "/etc/hosts is as it was on node $i" on $i cmp /run/hosts /etc/hosts; done
expect 'no file is left' on 0 sh -c '[ ! -e /var/lib/wgmesh ] && [ ! -e /run/wgmesh ] && [ ! -e /usr/local/sbin/wgmesh-agent ]'

test_case 'an interface with our name but without our mark is refused, by name'
on 2 ip link add br-test type dummy
mesh up
expect_status 1
expect_err 'mesh2'
expect_err 'br-test'
expect 'nobody else has changed' bash -c "! '$nodes' in 0 ip link show wg-test"
on 2 ip link del br-test

test_case 'a link that has our group but no alias yet is ours'
on 2 ip link add br-test group "$((group))" type bridge
mesh up --no-wait
expect_status 0
expect 'it has its alias now' test "$(on 2 cat /sys/class/net/br-test/ifalias)" = wgmesh:test

finish
