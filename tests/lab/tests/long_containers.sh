#!/bin/bash
# vm: own
# Containers of podman with the capability NET_ADMIN and nothing else: two of a static busybox alone, one of
# Debian. mesh reaches them by `podman exec`, they stand on a network of podman's, and what is asserted of
# them is what the README promises. It always runs in the virtual machine, for podman changes the firewall.
. "$(dirname "$(readlink -f "$0")")/../lib/lib.sh"

# The VM has no network: Debian's files are fetched here, once, and are a root file system there.
debian=$source_folder/build/lab/debian
if [ -z "${WGMESH_IN_VM:-}" ]; then
  if [ ! -e "$debian/usr" ]; then
    rm -rf "$debian.new"
    mkdir -p "${debian%/*}"
    debootstrap --variant=minbase bookworm "$debian.new" >"$work/debootstrap" 2>&1 ||
      { tail -n 20 "$work/debootstrap"; echo '0 passed, 1 failed'; exit 1; }
    mv "$debian.new" "$debian"
  fi
  "$lab_folder/tools/vm" --limit 900 --env WGMESH_BUILD="$build" "$0"
  exit
fi

. "$lab_folder/lib/podman.sh"

address() { echo "10.199.0.$((11 + $1))"; }
inside() { echo "10.77.0.$((1 + $1))"; }
init_of() { podman inspect -f '{{.State.Pid}}' "n$1"; }
# Without podman, which takes seconds to start under emulation.
on() { nsenter -t "${inits[$1]}" -n -- "${@:2}"; }
setting() { on "$1" cat "/proc/sys/net/ipv6/conf/$2"; }
learn_inits() { for i in 0 1 2; do inits[i]=$(init_of $i); done; }
inits=()

# What the README says: a container that brings back, by itself, what is stored.
bring_back='/var/lib/wgmesh/bin/wgmesh-agent restore; exec sleep 100000'
start() { # start I PODMAN-WORD…: the last of them are image (or root) and nothing else
  local i=$1
  shift
  podman run -d --name "n$i" --network lab --ip "$(address "$i")" "$@" sh -c "$bring_back"
}

mesh_file=$work/mesh.yaml
{
  printf '%s\n' 'name: test' 'network: 10.77.0.0/24' 'nodes:'
  for i in 0 1 2; do
    echo "  n$i: {addr: $(inside $i)/24, exec: podman exec -i n$i, endpoint: $(address $i)}"
  done
} >"$mesh_file"

test_case 'podman starts three containers with NET_ADMIN only, one of them of Debian'
run busybox_root
expect_status 0
run podman network create --subnet 10.199.0.0/24 --disable-dns lab
expect_status 0
run start 0 --cap-add NET_ADMIN busy:latest
expect_status 0
run start 1 --cap-add NET_ADMIN --rootfs "$debian:O"
expect_status 0
run start 2 --cap-add NET_ADMIN --sysctl net.ipv6.conf.default.accept_ra=0 busy:latest
expect_status 0
learn_inits
expect '/proc/sys is read-only there' grep -q ' /proc/sys ro,' "/proc/${inits[0]}/mountinfo"

test_case 'up works, with one warning for those two whose bridge takes router advertisements'
here up
expect_status 0
expect_err 'n0 and n1: the bridge takes router advertisements'
expect_err '--security-opt unmask=ALL'
expect 'it is said once' test "$(grep -c 'router advertisements' <<<"$err")" = 1
expect 'n0 does take them' test "$(setting 0 br-test/accept_ra)" = 1
expect 'n2 takes none' test "$(setting 2 br-test/accept_ra)" = 0
ping_pairs 3 inside

test_case 'check finds nothing wrong, and a second up changes nothing'
here check
expect_status 0
here up
expect_status 0
expect_out '3 unchanged'

test_case 'wgmesh-agent is found on the PATH of each container'
for i in 0 1; do
  run podman exec n$i wgmesh-agent status
  expect_status 0
  expect_out 'mesh: test'
done
expect 'busybox has no /usr/local, so the link is in /bin' test -L "/proc/${inits[0]}/root/bin/wgmesh-agent"

test_case 'containers that start again bring the mesh back without a controller'
run podman restart -t 0 n0 n1 n2
expect_status 0
learn_inits
for i in 0 1 2; do expect "n$i has its bridge" await 60 on $i ip link show br-test; done
ping_pairs 3 inside 120
here plan --detailed-exitcode
expect_status 0

test_case 'a mesh that was taken down stays down there'
here down
expect_status 0
run podman exec n0 wgmesh-agent restore
expect_out 'stays down'

test_case 'down -r leaves nothing, and a container goes on'
here down -r
expect_status 0
for i in 0 1 2; do
  expect "n$i has no interface" bash -c "! nsenter -t ${inits[$i]} -n ip -o link | grep -E '(wg|br|gt)-test'"
  expect "n$i has no file" bash -c "! find /proc/${inits[$i]}/root/{bin,usr,var/lib,run} -xdev -name '*wgmesh*' | grep ."
done

test_case 'without NET_ADMIN it is refused at hello, with the flag to add'
run podman rm -f -t 0 n2
run start 2 busy:latest
expect_status 0
printf '%s\n' 'name: test' 'network: 10.77.0.0/24' 'nodes:' '  n2: {addr: 10.77.0.3/24, exec: podman exec -i n2}' >"$mesh_file"
here up
expect_status 1
expect_err 'n2: '
expect_err 'lacks the capability NET_ADMIN'
expect_err '--cap-add NET_ADMIN'

podman rm -f -t 0 -a >/dev/null 2>&1
finish
