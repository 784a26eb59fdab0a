#!/bin/bash
# What is not ours stays as it was, what is ours is recognized, and a run that has nothing to do does nothing:
# counted from outside, by the kernel's own notifications and by the files' times.
. "$(dirname "$(readlink -f "$0")")/lib.sh"

mesh_file=$lab_folder/example.yaml
"$nodes" up 4 || exit 1
"$nodes" example

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
mesh plan --detailed-exitcode
expect_status 2
expect_out 'type wireguard'
expect 'there is no device' bash -c "! '$nodes' in 0 ip link show wg-test"
foreign_is_the_same

test_case 'up leaves what is not ours alone'
mesh up
expect_status 0
foreign_is_the_same
expect 'the bridge takes no router advertisements' test "$(on 0 cat /proc/sys/net/ipv6/conf/br-test/accept_ra)" = 0
expect 'tunnel ports have no IPv6 address' bash -c "! '$nodes' in 0 ip -6 -o addr show dev gt-test-mesh1 | grep ."

test_case 'a second up sends no change to the kernel and writes no file'
on 0 sh -c 'ip monitor link address route >/run/monitor 2>&1 & echo $! >/run/monitor.pid'
files=$(on 0 find /var/lib/wgmesh -printf '%p %T@ %i\n' | sort)
mesh up
expect_status 0
expect_out '4 unchanged'
on 0 sh -c 'kill $(cat /run/monitor.pid)'
expect 'there are files' test -n "$files"
expect 'they are the same' diff <(echo "$files") <(on 0 find /var/lib/wgmesh -printf '%p %T@ %i\n' | sort)
expect 'no notification names our links' bash -c "! '$nodes' in 0 grep -E '(wg|br|gt)-test' /run/monitor"

test_case 'an endpoint name with two addresses is no change either'
"$nodes" name two.example.com 1 46
sed 's/lan1.example.com:51821/two.example.com:51820/' "$lab_folder/example.yaml" >"$work/two.yaml"
mesh_file=$work/two.yaml
mesh up
expect_status 0
for _ in 1 2; do
  mesh plan --detailed-exitcode
  expect_status 0
done
mesh_file=$lab_folder/example.yaml

test_case 'down twice, then down -r: nothing is left but what was there'
mesh down
expect_status 0
mesh down
expect_status 0
mesh down -r
expect_status 0
foreign_is_the_same
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
mesh up --no-wait
expect_status 0
group=$(on 2 cat /sys/class/net/br-test/netdev_group)
mesh down
on 2 ip link add br-test group "$((group))" type bridge
mesh up
expect_status 0
expect 'it has its alias now' test "$(on 2 cat /sys/class/net/br-test/ifalias)" = wgmesh:test

finish
