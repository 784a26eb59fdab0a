#!/bin/bash
# What goes wrong on the way to a change: nodes that cannot be reached or entered, two controllers at once, an
# agent and a controller that are killed while they apply. Each error names the node, the step, the other party's
# words and the cure; the exit status is the documented one; every node is as it was.
. "$(dirname "$(readlink -f "$0")")/../lib/lib.sh"


# Four nodes, all peered. SSH is how n3 is reached, LINE is for the whole mesh.
write_mesh() { # write_mesh SSH [LINE]
  local i ssh
  printf '%s\n' 'name: test' 'network: fd00:0:0:1::/64' ${2:+"$2"} 'nodes:'
  for i in 0 1 2 3; do
    ssh=test$i
    [ $i != 3 ] || ssh=$1
    echo "  n$i: {addr: \"$(inner $i)/64\", endpoint: $("$nodes" addr $i), ssh: $ssh}"
  done
}

# `up` of a mesh that differs on every node, with n3 reached as SSH says, fails with STATUS and says each TEXT.
refused() { # refused SSH STATUS TEXT…
  local text
  mesh_file=$work/changed.yaml
  write_mesh "$1" 'mtu: 1300' >"$mesh_file"
  mesh up
  expect_status "$2"
  shift 2
  for text in "$@"; do expect_err "$text"; done
  expect_as_before 0 1 2 3
}

# `up` of FILE on a terminal of its own, as far as its question; $keys answers it.
ask() { # ask USER FILE
  rm -f "$work/keys"
  mkfifo "$work/keys"
  : >"$work/terminal"
  script -qfec "$nodes ctl env USER=$1 sh -c 'echo \$\$ >$work/pid; exec $mesh_program -f $2 up --no-wait --interactive'" \
    "$work/terminal" <"$work/keys" >/dev/null &
  asking=$!
  exec {keys}>"$work/keys"
  expect "$1 is asked" await 120 grep -qF 'Make these changes?' "$work/terminal"
}

"$nodes" up 4 3:user=ops,become=sudo-password || exit 1
on 3 sh -c 'umask 077 && mkdir -p /root/.ssh && cp /home/ops/.ssh/authorized_keys /root/.ssh' || exit 1
write_mesh root@test3 >"$work/base.yaml"
mesh_file=$work/base.yaml
test_case 'the mesh that shall stay as it is'
mesh up --no-wait
expect_status 0
remember 0 1 2 3

at3=$("$nodes" addr 3)
test_case 'a node that is unplugged'
"$nodes" cut 3
began=$SECONDS
refused '{host: test3, user: root, connect_timeout: 2}' 4 "mesh: n3: connect to $at3 port 22: no answer"
took=$((SECONDS - began))
expect "it is said long before TCP gives up, not after $took s" test $took -lt 90
"$nodes" mend 3

for mode in ${WGMESH_LONG:+unknown} changed ${WGMESH_LONG:+revoked}; do # the layer ssh has them, too
  test_case "a host key that is $mode"
  "$nodes" known 3 $mode
  case $mode in
    unknown) refused root@test3 4 "mesh: n3: connect: the host key of $at3 is unknown: ssh-ed25519 SHA256:" --accept-new-host-keys ;;
    changed) refused root@test3 4 "mesh: n3: connect: the host key of $at3 has changed" /root/.ssh/known_hosts: "ssh-keygen -R '$at3'" ;;
    revoked) refused root@test3 4 "mesh: n3: connect: the host key of $at3 is revoked" /root/.ssh/known_hosts: ;;
  esac
done
"$nodes" known 3 good

test_case 'a login that is not let in'
refused stranger@test3 4 'mesh: n3: connect: login as stranger refused (the server takes: publickey' 'tried: ' 'make `ssh test3 true` work'

test_case 'sudo that wants a password'
refused test3 4 'mesh: n3: connect: sudo wants a password: sudo: a password is required' 'pass -K'

test_case 'one is asked while another changes the mesh: what was agreed to is no longer so'
write_mesh root@test3 'mtu: 1310' >"$work/anna.yaml"
write_mesh root@test3 'mtu: 1320' >"$work/bert.yaml"
ask anna "$work/anna.yaml"
mesh_file=$work/bert.yaml
mesh up --no-wait
expect_status 0
echo yes >&$keys
status=0
wait $asking || status=$?
exec {keys}>&-
out='' err=$(<"$work/terminal") last='mesh up of anna'
expect_status 1
expect_err 'has changed since its plan was shown'
for i in 0 1 2 3; do
  expect "node $i is as bert wants it" test "$(on $i cat /sys/class/net/br-test/mtu)" = 1320
done
mesh_file=$work/base.yaml
mesh up --no-wait
expect_status 0
remember 0 1 2 3

test_case 'the controller is killed while nodes apply, behind a jump: nothing of it is left, and all undo'
jumps() { pgrep -fc -- '-W \[10\.99\.'; } # ssh, and the shell that guards it
no_jumps() { [ "$(jumps)" = 0 ]; }
write_mesh root@test3 'mtu: 1300' | sed -E 's/ssh: (root@)?(test[1-3])/ssh: {host: \2, user: root, proxy_jump: test0, connect_timeout: 60}/' >"$work/jump.yaml"
export WGMESH_AGENT_DIR=$build/agent/faults
on 3 sh -c 'echo export WGMESH_PROMISE_AFTER=5000 >>/root/.bashrc' # so the others wait, with their change applied
"$nodes" ctl sh -c "echo \$\$ >$work/pid; exec $mesh_program -f $work/jump.yaml up --no-wait" \
  </dev/null >"$work/terminal" 2>&1 &
changing=$!
expect 'n1 applies' await 120 test -e "$("$nodes" path 1 /var/lib/wgmesh/test/journal.undo)"
expect 'three jump' test "$(jumps)" -ge 3
kill -KILL "$(<"$work/pid")"
expect 'no ssh is left after 2 s' await 2 no_jumps
wait $changing
expect_as_before 0 1 2 3
on 3 rm /root/.bashrc

test_case 'an agent is killed while it applies: its watcher undoes, the others undo, and the next up works'
on 2 sh -c 'echo export WGMESH_DIE_AT=3 >>/root/.bashrc'
refused root@test3 6 'mesh: n2: apply: the agent ended without a word' 'mesh: n2: outcome: nobody has told'
on 2 rm /root/.bashrc
mesh up
expect_status 0
expect_out 'all 6 pairs forward'
ping_pairs 4 inner

# The agent keeps no capability that opens files of others: only a real one shows that.
test_case 'stored files that are no files, or that others can reach: status names them, up mends them'
agent=/var/lib/wgmesh/bin/wgmesh-agent
on 1 sh -c 'cd /var/lib/wgmesh/test && rm plan && mkfifo plan && mv endpoints /root/kept && ln -s /root/kept endpoints &&
  chmod 666 preshared_keys && chown 1000 private_key && echo nonsense >journal.undo'
run on 1 timeout 20 $agent status
expect_status 0
expect_err 'test/plan: is a FIFO, not a file'
expect_err 'test/endpoints: is a symbolic link, not a file'
expect_err 'test/private_key: cannot be read: it belongs to user 1000'
expect_err 'test/preshared_keys could be read or changed by others (mode 0666)'
expect_err 'test/journal.undo: does not match its checksum'
run on 1 timeout 20 $agent restore
expect_status 1
mesh up
expect_status 0
expect_out 'all 6 pairs forward'
expect 'all stored files are files of root, mode 0600' \
  test -z "$(on 1 find /var/lib/wgmesh/test ! -name '*.damaged' ! \( -type d -o -type f -perm 0600 -user root \))"
run on 1 timeout 20 $agent status
expect_status 0
expect_out 'last change: committed, generation 1, '

test_case 'a plan of a newer format is not overwritten, and down -r removes it all the same'
on 1 sed -i '1s/wgmesh 1 /wgmesh 9 /' /var/lib/wgmesh/test/plan
mesh down
expect_status 1
expect_err 'test/plan: has format 9'
mesh down -r
expect_status 0
for i in 0 1 2 3; do expect "nothing is left on node $i" on $i test ! -e /var/lib/wgmesh; done

finish
