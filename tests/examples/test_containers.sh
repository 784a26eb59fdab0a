#!/bin/bash
# vm: own
# docs/labs.md and examples/containers in podman, in the virtual machine: there is no network, so busybox of Debian stands for the image
# docker.io/library/busybox:1.
. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$(dirname "$(readlink -f "$0")")/images.sh"
if [ -z "${WGMESH_IN_VM:-}" ]; then
  prepare_packages
  "$lab_folder/tools/vm" --limit 1200 --env WGMESH_BUILD="$build" "$0"
  exit
fi
. "$lab_folder/lib/podman.sh"
export DISABLE_HC_SYSTEMD=true # the README: there is no systemd here
example containers
mesh_file=$example/mesh.yaml

inside() { echo "10.77.0.$((1 + $1))"; }
names=(demo-web demo-store demo-watch)
learn_inits() { for i in 0 1 2; do inits[i]=$(podman inspect -f '{{.State.Pid}}' "${names[i]}"); done; }
inits=()
on() { nsenter -t "${inits[$1]}" -n -- "${@:2}"; }

test_case 'docs/labs.md goes from nothing to a ping'
run busybox_root
expect_status 0
podman tag busy:latest docker.io/library/busybox:1
follow_page docs/labs.md 'From nothing to a ping'
expect_followed
expect_out 'all 3 pairs forward'
expect_out ' 0% packet loss'
expect_no_err 'is not wgmesh'
expect_no_err 'router advertisements'

test_case 'the README begins with the same, and changes nothing of it'
follow 'Make the image'
expect_followed
follow 'Start'
expect_followed
expect_out '3 unchanged'
learn_inits
ping_pairs 3 inside

test_case 'they talk over the segment'
follow 'Look at it'
expect_followed
expect_out '3 of 3 nodes up'
expect_out '3 apples'
said() { podman logs --tail 3 demo-watch >"$work/watch" 2>&1; grep 'web says the page, store says 3 apples' "$work/watch"; }
expect 'watch says so' await 30 said
sed 's/^/# watch: /' "$work/watch" | tail -n 1

test_case 'each is healthy'
follow 'Is it well?'
expect_followed

before=$(podman inspect -f '{{.Id}}' demo-web)
test_case 'down and up: other containers restore the mesh without a controller'
follow 'Take the containers down and up'
expect_followed
learn_inits
expect 'it is another container' test "$before" != "$(podman inspect -f '{{.Id}}' demo-web)"
began=$SECONDS
ping_pairs 3 inside 120
echo "# $((SECONDS - began)) s until all pairs ping"
run "$mesh_program" -f "$mesh_file" plan --detailed-exitcode
expect_status 0

test_case 'a container that was killed and started is back by itself'
follow 'Kill one'
expect_followed
learn_inits
ping_pairs 3 inside 120

test_case 'podman starts one again that died, and the mesh is back'
died=${inits[1]}
kill -KILL "$died"
answers() { on 0 ping -c 1 -W 2 "$(inside 1)"; }
expect 'it answers again' await 120 answers
learn_inits
expect 'it is another process' test "${inits[1]}" != "$died"
ping_pairs 3 inside
echo "# it was started again $(podman inspect -f '{{.RestartCount}}' demo-store) times"

test_case 'the first process reaps what nobody waits for'
podman exec demo-web sh -c '(sleep 0.1 & exec true) & wait' >/dev/null
zombies() { grep -l '^State:.Z' "/proc/${inits[0]}"/root/proc/[0-9]*/status 2>/dev/null; }
no_zombies() { ! zombies; }
expect 'no zombie is left' await 10 no_zombies

test_case 'nothing is left'
follow 'Leave nothing'
expect_followed
run podman ps -a -q
expect 'no container' test -z "$out"
run podman volume ls -q
expect 'no volume' test -z "$out"
only_podmans() { [ "$(podman network ls -q --format '{{.Name}}')" = podman ]; }
expect 'no network' only_podmans

test_case 'the same without compose'
follow 'Without compose'
expect_followed
expect_out 'all 3 pairs forward'
run podman ps -a -q
expect 'no container' test -z "$out"
expect 'no network' only_podmans

finish_example
