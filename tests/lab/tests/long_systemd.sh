#!/bin/bash
# vm: --mem 2048
# A node with systemd, here as process 1 of a pid namespace: the first `up` installs and enables the unit,
# the unit brings the mesh up at the next boot from inside its sandbox, the timer finds a peer that moved, the socket
# answers questions of peers, and `down -r` takes them away. Then networkd takes a's place with what `export` wrote. No kernel module that the mesh
# needs is loaded beforehand: neither the agent, which keeps CAP_NET_ADMIN alone, nor the unit may be in the kernel's
# way when it loads them.
# It empties folders of /etc and /lib, so it only runs in a machine that forgets.
. "$(dirname "$(readlink -f "$0")")/../lib/lib.sh"
[ -n "${WGMESH_IN_VM:-}" ] || exec "$lab_folder/tools/vm" "$0"

place=/srv/wgmesh-boot
mesh_file=$work/mesh.yaml
declare -A pids

on_node() { nsenter -t "${pids[$1]}" -a -- "${@:2}"; }

# Only what a unit needs to be started: all else of this machine's boot would cost a minute here.
prepare_systemd() {
  local target
  mkdir -p $place/a $place/b $place/c /var/lib/wgmesh
  rm -rf /etc/systemd/system/*
  for target in sysinit basic; do
    printf '%s\n' '[Unit]' 'DefaultDependencies=no' >/etc/systemd/system/$target.target
  done
  printf 'Wants=timers.target sockets.target\n' >>/etc/systemd/system/basic.target
  for target in multi-user timers sockets; do
    [ ! -d /lib/systemd/system/$target.target.wants ] || mount -t tmpfs none /lib/systemd/system/$target.target.wants
  done
  echo 10.98.0.2 b.example >$place/hosts
  mkdir -p /sys/fs/cgroup
  mount -t cgroup2 cgroup2 /sys/fs/cgroup 2>/dev/null
}

start_a() {
  unshare --pid --fork --mount --net --uts --ipc --cgroup --propagation private bash -c "
    mount -t proc proc /proc && mount -t sysfs sysfs /sys && mount -t cgroup2 cgroup2 /sys/fs/cgroup &&
    mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /tmp && mount --bind $place/a /var/lib/wgmesh &&
    mount --bind $place/hosts /etc/hosts && mkdir -p /run/systemd/system/wgmesh@.service.d &&
    printf '[Service]\nStandardError=file:/run/restore.log\n' >/run/systemd/system/wgmesh@.service.d/lab.conf &&
    mkdir -p /run/systemd/system/wgmesh-locate@.service.d &&
    printf '[Service]\nStandardError=file:/run/locate.log\n' >/run/systemd/system/wgmesh-locate@.service.d/lab.conf &&
    exec env -i container=lab PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --unit=multi-user.target \
      --log-target=console --show-status=0" >"$work/systemd.log" 2>&1 &
  pids[a-outside]=$!
  await 60 child_of "${pids[a-outside]}"
  pids[a]=$child
  await 120 a_is_there || { echo '# systemd did not start:'; tail -n 20 "$work/systemd.log"; }
}
child_of() { read -r -d ' ' child <"/proc/$1/task/$1/children"; } # sets child
a_is_there() { [ "$(on_node a systemctl is-active multi-user.target)" = active ]; }

start_plain() { # start_plain b|c: without systemd
  unshare --pid --fork --mount --net --uts --ipc --cgroup --propagation private bash -c "
    mount -t proc proc /proc && mount -t sysfs sysfs /sys && mount -t tmpfs tmpfs /run &&
    mount --bind $place/$1 /var/lib/wgmesh && : >/run/ready && exec sleep infinity" &
  pids[$1-outside]=$!
  await 60 child_of "${pids[$1-outside]}"
  pids[$1]=$child
  await 60 test -e "/proc/$child/root/run/ready"
}
start_b() { start_plain b; }

join() {
  ip link add ua type veth peer name ub
  ip link set ua netns "${pids[a]}"
  ip link set ub netns "${pids[b]}"
  printf '%s\n' 'addr add 10.98.0.1/24 dev ua' 'link set ua up' 'link set lo up' | on_node a ip -batch -
  printf '%s\n' 'addr add 10.98.0.2/24 dev ub' 'link set ub up' 'link set lo up' | on_node b ip -batch -
  cat >"$mesh_file" <<MESH
name: boot
network: fd00:b::/64
nodes:
  a: {addr: fd00:b::1/64, endpoint: 10.98.0.1, exec: nsenter -t ${pids[a]} -a --}
  b: {addr: fd00:b::2/64, endpoint: b.example, exec: nsenter -t ${pids[b]} -a --}
MESH
}

stop() { # stop a|b
  kill -KILL "${pids[$1]}"
  wait "${pids[$1-outside]}" 2>/dev/null
}

modules='wireguard ip6_gre ip_gre gre bridge'
loaded() { grep -wE "^(${modules// /|})" /proc/modules; }
unload() { # shellcheck disable=SC2086
  modprobe -qr $modules
  ! loaded
}

prepare_systemd
test_case 'the kernel starts without the modules'
expect 'none is loaded' await 60 unload
start_a
start_b
join

test_case 'the first up installs and enables the unit, with no capability but CAP_NET_ADMIN'
here up
expect_status 0
expect 'the modules came by themselves' loaded
expect 'wgmesh@boot.service is enabled' on_node a systemctl is-enabled wgmesh@boot.service
expect 'wgmesh-refresh@boot.timer is enabled' on_node a systemctl is-enabled wgmesh-refresh@boot.timer
expect 'the timer runs' on_node a systemctl is-active wgmesh-refresh@boot.timer
expect 'the unit may be read' test "$(stat -c %a:%U /etc/systemd/system/wgmesh@.service)" = 644:root
! grep -E '(^|[^a-z])a: .*at boot' <<<"$err" || fail 'there is nothing to add on a'
expect_err 'let it run `/var/lib/wgmesh/bin/wgmesh-agent restore`'

test_case 'a second up changes nothing'
before=$(find /etc/systemd $place -type f -printf '%p %T@\n' | sort)
here up
expect_status 0
expect 'no file was written' test "$(find /etc/systemd $place -type f -printf '%p %T@\n' | sort)" = "$before"
key=$(on_node a wg show wg-boot public-key)

test_case 'at boot the unit brings the mesh up, from inside its sandbox'
stop a
stop b
expect 'the modules are unloaded' await 60 unload
start_a
expect 'the unit ran' test "$(on_node a systemctl is-active wgmesh@boot.service)" = active
expect 'the device is there, with its key' test "$(on_node a wg show wg-boot public-key)" = "$key"
expect 'its peer has the address that was stored' test "$(on_node a wg show wg-boot endpoints | cut -f 2)" = 10.98.0.2:51820
expect 'the tunnel is in the bridge' on_node a test -e /sys/class/net/br-boot/brif/gt-boot-b
expect 'the bridge takes no router advertisements' test "$(on_node a cat /proc/sys/net/ipv6/conf/br-boot/accept_ra)" = 0
[ -z "$broken" ] || on_node a cat /run/restore.log # there is no journal to look into

test_case 'the timer finds a peer whose name has got another address'
start_b
join
here up
expect_status 0
b_key=$(on_node b wg show wg-boot public-key)
on_node b ip link set ub down
on_node b wg set wg-boot peer "$key" endpoint 10.98.0.9:51820 # so it is not b that is heard of first
printf '%s\n' 'addr del 10.98.0.2/24 dev ub' 'addr add 10.98.0.3/24 dev ub' 'link set ub up' | on_node b ip -batch -
echo 10.98.0.3 b.example >$place/hosts
has_moved() { [ "$(on_node a wg show wg-boot endpoints)" = "$b_key"$'\t10.98.0.3:51820' ]; }
expect 'a sends to where b is now' await 300 has_moved
expect 'b answers' on_node a ping -q -c 1 -W 10 fd00:b::2
[ -z "$broken" ] || on_node a systemctl status wgmesh-refresh@boot.timer wgmesh-refresh@boot.service
echo 10.98.0.2 b.example >$place/hosts

test_case 'a mesh that was taken down stays down at boot'
stop b
start_b
join
here down
expect_status 0
stop a
start_a
expect 'the unit ran' test "$(on_node a systemctl is-active wgmesh@boot.service)" = active
expect 'there is no bridge' bash -c "! nsenter -t ${pids[a]} -a -- test -e /sys/class/net/br-boot"

test_case 'down -r takes the units away'
stop b
start_b
join
here down -r
expect_status 0
expect 'no file is left' bash -c "! find /etc/systemd $place -mindepth 1 -name '*wgmesh*' | grep ."
expect 'the timer has ended' bash -c "! nsenter -t ${pids[a]} -a -- systemctl is-active wgmesh-refresh@boot.timer"
expect 'systemd has forgotten it' bash -c "! nsenter -t ${pids[a]} -a -- systemctl is-enabled wgmesh@boot.service"

# b and c have no endpoint, and no way to each other but over a.
join_three() {
  join
  ip link add va type veth peer name vc
  ip link set va netns "${pids[a]}"
  ip link set vc netns "${pids[c]}"
  printf '%s\n' 'addr add 10.98.1.1/24 dev va' 'link set va up' | on_node a ip -batch -
  printf '%s\n' 'addr add 10.98.1.2/24 dev vc' 'link set vc up' 'link set lo up' \
    'route add 10.98.0.1/32 via 10.98.1.1' | on_node c ip -batch -
  cat >"$mesh_file" <<MESH
name: boot
network: fd00:b::/64
nodes:
  a: {addr: fd00:b::1/64, endpoint: 10.98.0.1, exec: nsenter -t ${pids[a]} -a --}
  b: {addr: fd00:b::2/64, exec: nsenter -t ${pids[b]} -a --}
  c: {addr: fd00:b::3/64, exec: nsenter -t ${pids[c]} -a --}
MESH
}
inner_of() { on_node "$1" ip -o -6 addr show dev wg-boot scope global | awk '{ sub("/.*", "", $4); print $4; exit }'; }
b_asks() { # b_asks COUNT SECONDS: a, where c is
  run nsenter -t "${pids[b]}" -n -- "$build/tests/lab/play_locate" ask "$(inner_of b)" "$(inner_of a)" \
    "$(on_node c wg show wg-boot public-key)" "$@"
}
socket_is() { [ "$(on_node a systemctl is-active wgmesh-locate@boot.socket)" = "$1" ]; }
service_is() { [ "$(on_node a systemctl is-active wgmesh-locate@boot.service)" = "$1" ]; }

test_case 'a node that two hidden ones dial answers their questions, from inside its sandbox'
stop b
start_b
start_plain c
join_three
here up
expect_status 0
expect 'the socket listens' socket_is active
expect 'and does so after a boot' on_node a systemctl is-enabled wgmesh-locate@boot.socket
expect 'nothing runs before a question comes' service_is inactive
expect 'b reaches a inside' await 60 on_node b ping -q -c 1 -W 5 "$(inner_of a)"
b_asks 1 0
expect_out 'asked 1, answered 1, seen 10.98.1.2:51820'
expect 'it runs' service_is active
expect 'and ends by itself' await 40 service_is inactive

test_case 'it is not switched off by many starts'
for i in 1 2 3 4 5 6 7; do
  b_asks 1 0
  expect_out 'asked 1, answered 1'
  on_node a systemctl stop wgmesh-locate@boot.service 2>/dev/null
done
expect 'the socket listens' socket_is active

test_case 'it says nothing to what came in by another interface'
local_a=$(on_node a ip -o -6 addr show dev ua scope link | awk '{ sub("/.*", "", $4); print $4; exit }')
on_node b ip -6 route add "$(inner_of a)/128" via "$local_a" dev ub
b_asks 5 1
expect_out 'asked 5, answered 0'
expect 'the question has started it' service_is active
on_node b ip -6 route del "$(inner_of a)/128" via "$local_a" dev ub

test_case 'the socket outlives the interface'
on_node a ip link del wg-boot
on_node a ip link del br-boot
here up
expect_status 0
expect 'b reaches a inside' await 60 on_node b ping -q -c 1 -W 5 "$(inner_of a)"
b_asks 1 0
expect_out 'asked 1, answered 1'

test_case 'at boot it listens before there is an interface'
for i in a b c; do stop $i; done
start_a
start_b
start_plain c
join_three
expect 'the socket listens' socket_is active
here up
expect_status 0
expect 'b reaches a inside' await 60 on_node b ping -q -c 1 -W 5 "$(inner_of a)"
b_asks 1 0
expect_out 'asked 1, answered 1'
[ -z "$broken" ] || on_node a sh -c 'cat /run/locate.log; systemctl status wgmesh-locate@boot.socket'

test_case 'down -r takes the socket away, too'
here down -r
expect_status 0
expect 'no file is left' bash -c "! find /etc/systemd $place -mindepth 1 -name '*wgmesh*' | grep ."
expect 'nothing listens' socket_is inactive
sed -i '/^  c: /d' "$mesh_file"
stop c

# networkd asks udev nothing where /sys is read-only, and there is no udev here.
start_networkd() {
  on_node a mount -o remount,ro /sys
  on_node a systemctl start systemd-networkd.service
}
full_frame() { on_node "$1" ping -q -c 1 -W 5 -M 'do' -s $(($(on_node b cat /sys/class/net/br-boot/mtu) - 48)) "$2"; }
test_case 'networkd takes the place of the agent: full frames in both directions'
here up
expect_status 0
here export a --format networkd --to /etc/systemd/network
expect_status 0
expect_out 'a: /etc/systemd/network/10-wg-boot.netdev'
keys=/etc/systemd/network/10-wg-boot.netdev
expect 'root alone may read the keys' test "$(stat -c %a:%U $keys)" = 600:root
expect_err "chgrp systemd-network $keys && chmod 640 $keys"
chgrp systemd-network $keys && chmod 640 $keys
mac=$(on_node a cat /sys/class/net/gt-boot-b/address)
here down a
expect_status 0
expect 'networkd starts' start_networkd
has_port() { on_node a test -e /sys/class/net/br-boot/brif/gt-boot-b; }
expect 'the tunnel is in the bridge' await 120 has_port
expect 'it has its MAC' test "$(on_node a cat /sys/class/net/gt-boot-b/address)" = "$mac"
expect 'its option costs nothing' bash -c "nsenter -t ${pids[a]} -a -- ip -d link show dev gt-boot-b | grep -q 'encaplimit none'"
expect 'a reaches b' await 180 full_frame a fd00:b::2
expect 'b reaches a' await 30 full_frame b fd00:b::1
expect 'the bridge is as planned' test "$(on_node a sh -c 'cd /sys/class/net/br-boot; cat mtu bridge/stp_state bridge/priority bridge/hello_time bridge/forward_delay bridge/max_age' | tr '\n' ' ')" = \
  "$(on_node b cat /sys/class/net/br-boot/mtu) 1 4096 100 400 600 "
[ -z "$broken" ] || on_node a systemctl status systemd-networkd.service
rm -f /etc/systemd/network/10-*
stop a
stop b
finish
