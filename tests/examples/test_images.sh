#!/bin/bash
# vm: own
# packaging/images: both images on Debian, made in the virtual machine. mesh in its container logs in by SSH with the keys
# of the user, and the first process of a node does what its head says.
. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$(dirname "$(readlink -f "$0")")/images.sh"
if [ -z "${WGMESH_IN_VM:-}" ]; then
  prepare_packages
  fetch_debian_base
  "$lab_folder/tools/vm" --limit 900 --env WGMESH_BUILD="$build" "$0"
  exit
fi
. "$lab_folder/lib/podman.sh"
export DISABLE_HC_SYSTEMD=true # docs/labs.md: there is no systemd here
cd "$work" || exit
running() { [ "$(podman inspect -f '{{.State.Running}}' "$1")" = true ]; }
ended() { ! running "$1"; }
exit_code() { podman inspect -f '{{.State.ExitCode}}' "$1"; }

test_case 'both images are made on Debian without a network'
tar -C "$debian_base" -c . | podman import -q - docker.io/library/debian:12-slim >/dev/null
run "$source_folder/packaging/images/build"
expect_status 0
run podman image inspect localhost/wgmesh-node
expect_out 'wgmesh-agent status --check'
expect_out '/usr/local/sbin/wgmesh-node'

test_case 'mesh in its image logs in with the keys of ~/.ssh, which it cannot change'
mkdir -p ssh /run/sshd
chmod 700 ssh
ssh-keygen -q -t ed25519 -N '' -f ssh/id_ed25519
ssh-keygen -q -t ed25519 -N '' -f host
cp ssh/id_ed25519.pub authorized
chmod 600 authorized
/usr/sbin/sshd -p 2222 -h "$work/host" -o AuthorizedKeysFile="$work/authorized" -o StrictModes=no -o PidFile="$work/sshd.pid" -o UsePAM=no
echo "[127.0.0.1]:2222 $(cut -d ' ' -f 1,2 host.pub)" >ssh/known_hosts
printf '%s\n' 'name: one' 'network: 10.78.0.0/24' 'nodes:' '  vm: {addr: 10.78.0.1/24, ssh: root@127.0.0.1:2222}' >mesh.yaml
contained() { run podman run --rm --network host -v "$work/ssh:/root/.ssh:ro" -v "$work:/work" localhost/wgmesh "$@"; }
contained up
expect_status 0
expect_out '1 changed'
expect 'the bridge is there' ip link show br-one
contained down -r
expect_status 0
expect 'it is gone' bash -c '! ip link show br-one 2>/dev/null'
kill "$(<sshd.pid)"

node() { podman run -d --name n0 --cap-add NET_ADMIN localhost/wgmesh-node "$@" >/dev/null; }

test_case 'without systemd podman complains of health checks, as docs/labs.md says, and starts the container'
run env -u DISABLE_HC_SYSTEMD podman run -d --name n0 localhost/wgmesh-node
expect_status 0
expect_err 'unable to get systemd connection to add healthchecks'
podman rm -f -t 0 n0 >/dev/null 2>&1

test_case 'a container without NET_ADMIN, and one that does not run, are named with what to do'
podman run -d --name n0 localhost/wgmesh-node >/dev/null
printf '%s\n' 'name: one' 'network: 10.78.0.0/24' 'nodes:' '  n0: {addr: 10.78.0.1/24, exec: podman exec -i n0}' >mesh.yaml
run "$mesh_program" up
expect_status 1
expect_err 'n0: '
expect_err 'lacks the capability NET_ADMIN'
expect_err '--cap-add NET_ADMIN'
podman stop -t 10 n0 >/dev/null
run "$mesh_program" up
expect_status 4
expect_err 'the shell on the node ended before the agent ran: Error: can only create exec sessions on running containers'
podman rm -f -t 0 n0 >/dev/null 2>&1

test_case 'a node without a command runs until it is told to end, and its exit status is 0'
node
sleep 3
expect 'it runs' running n0
expect 'it names no mesh' podman exec n0 sh -c 'wgmesh-agent status; wgmesh-agent status --check; [ $? = 3 ] || [ $? = 2 ]'
began=$SECONDS
run podman stop -t 60 n0
expect 'it ends at once' test $((SECONDS - began)) -lt 30
expect 'exit status 0' test "$(exit_code n0)" = 0
podman rm -f -t 0 n0 >/dev/null

test_case 'a command gives the container its exit status, and gets the signals'
node sh -c 'exit 7'
expect 'it ends' await 60 ended n0
expect 'exit status 7' test "$(exit_code n0)" = 7
podman rm -f -t 0 n0 >/dev/null
node sh -c 'trap "echo told; exit 5" TERM; echo ready; while :; do sleep 0.2; done'
ready() { podman logs n0 2>&1 | grep -q ready; }
expect 'it is ready' await 60 ready
run podman stop -t 60 n0
expect 'exit status 5' test "$(exit_code n0)" = 5
run podman logs n0
expect_out told
podman rm -f -t 0 n0 >/dev/null

test_case 'the first process reaps what nobody waits for'
node
podman exec n0 sh -c 'for i in 1 2 3 4 5; do (sleep 1 &) ; done'
sleep 2
dead() { podman exec n0 sh -c 'grep -l "^State:.Z" /proc/[0-9]*/status'; }
no_dead() { ! dead; }
expect 'none is left' await 10 no_dead
# The look itself: the first process of this one reaps nothing.
podman run -d --name n1 --entrypoint perl localhost/wgmesh-node -e 'sleep 1 while 1' >/dev/null
podman exec n1 sh -c '(sleep 1 &)'
sleep 3
expect 'a zombie is found' podman exec n1 sh -c 'grep -l "^State:.Z" /proc/[0-9]*/status'
podman rm -f -t 0 n0 n1 >/dev/null
finish
