#!/bin/bash
# vm: own
# examples/lxc, in the virtual machine, for lxc changes the firewall.
. "$(dirname "$(readlink -f "$0")")/lib.sh"
if [ -z "${WGMESH_IN_VM:-}" ]; then
  # Without AppArmor: its profiles are loaded by a service, and none runs there.
  "$lab_folder/tools/vm" --limit 900 --append apparmor=0 --env WGMESH_BUILD="$build" "$0"
  exit
fi
mountpoint -q /sys/fs/cgroup || mount -t cgroup2 none /sys/fs/cgroup
example lxc
mesh_file=$example/mesh.yaml

inside() { echo "10.77.0.$((1 + $1))"; }
inits=()
learn_inits() { for i in 0 1; do inits[i]=$(lxc-info -n mesh$((i + 1)) -p -H); done; }
on() { nsenter -t "${inits[$1]}" -n -- "${@:2}"; }

test_case 'two containers start, and up makes a mesh of them'
follow 'The bridge lxcbr0'
expect_followed
follow 'Start'
expect_followed
expect_out 'the pair forwards'
expect_no_err 'router advertisements'
learn_inits
ping_pairs 2 inside

test_case 'the mesh is seen from here and from there'
follow 'Look at it'
expect_followed
expect_out '2 of 2 nodes up'
expect_out 'mesh: lxc'

test_case 'containers that start again bring it back by themselves'
follow 'Stop and start'
expect_followed
learn_inits
ping_pairs 2 inside 120
here plan --detailed-exitcode
expect_status 0

test_case 'nothing is left'
follow 'Leave nothing'
expect_followed
run lxc-ls
expect 'no container' test -z "$out"

/usr/libexec/lxc/lxc-net stop >/dev/null 2>&1
finish_example
