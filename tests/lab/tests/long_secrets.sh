#!/bin/bash
# The private and preshared keys of a mesh are in the kernel, in the node's own files and, while it works, in its
# agent; and nowhere else: not in the controller's memory, in what any command prints, in the arguments and
# environments of processes, in a core dump, in other files. Every look is preceded by one that must find.
. "$(dirname "$(readlink -f "$0")")/../lib/lib.sh"

find_keys=$build/tests/lab/find_keys
core_pattern=$(</proc/sys/kernel/core_pattern)
trap 'echo "$core_pattern" >/proc/sys/kernel/core_pattern; clean_up' EXIT

# --- Looking ----------------------------------------------------------------------------------------

expect_no_key() { # expect_no_key WHAT PLACE…
  local what=$1
  shift
  run "$find_keys" "$work/keys" "$@"
  last="find_keys in $what" # the places may be thousands
  expect_status 1
  echo "# $what: $(tail -n 1 <<<"$out")"
  ! grep -q '^0 octets' <<<"$out" || fail "$what: nothing was looked at"
}
expect_key() { # expect_key WHAT PLACE…: a look that would not find is worth nothing
  local what=$1
  shift
  expect "a key is found in $what" "$find_keys" "$work/keys" "$@"
}

collect_keys() {
  local i
  for i in 0 1 2 3; do
    on "$i" wg show wg-test private-key
    on "$i" wg show wg-test preshared-keys | cut -f 2
  done | sort -u >"$work/keys"
  expect 'there are 4 private and 6 preshared keys' test "$(grep -Ec '^.{43}=$' "$work/keys")" = 10
  for i in 0 1 2 3; do on "$i" wg show wg-test public-key; done >"$work/public_keys"
}

# --- mesh, standing still -----------------------------------------------------------------------------

# start_mesh ARG…: in the background, under "${tracer[@]}"; it stands still at its first word on stdout, a pipe
# that is full.
tracer=()
start_mesh() {
  last="mesh $*" out='' err=''
  mkfifo "$work/stdout"
  exec {full}<>"$work/stdout"
  head -c 65536 /dev/zero >&"$full"
  # shellcheck disable=SC2016
  "$nodes" ctl sh -c 'echo $$ >"$0"; exec "$@"' "$work/mesh.pid" "${tracer[@]}" "$mesh_program" -f "$mesh_file" "$@" \
    >"$work/stdout" 2>"$work/mesh.err" </dev/null {full}>&- &
  job=$!
  await 30 test -s "$work/mesh.pid" || fail 'mesh has not started'
  mesh_pid=$(<"$work/mesh.pid")
}
stands_at_stdout() { [[ $(<"/proc/$mesh_pid/wchan") == *pipe_write* ]]; }
end_mesh() { # lets it go on, and leaves $status, $out and $err as `mesh` does
  exec {reader}<"$work/stdout"
  exec {full}>&-
  out=$(tr -d '\0' <&"$reader")
  exec {reader}<&-
  status=0
  wait "$job" || status=$?
  err=$(<"$work/mesh.err")
  rm "$work/stdout" "$work/mesh.pid"
}
is_committed() {
  local i folder
  for i in 0 1 2 3; do
    folder=$("$nodes" path "$i" /var/lib/wgmesh/test)
    [ -e "$folder/plan" ] && [ ! -e "$folder/down" ] && [ ! -e "$folder/journal.undo" ] &&
      [ ! -e "$folder/journal.commit" ] || return 1
  done
}

# All that was printed, by any command, is kept to be looked at.
keep_words() { printf '%s\n' "$out" "$err" >>"$work/words"; }
expect_quiet_mesh() { # expect_quiet_mesh STATUS ARG…
  local wanted=$1
  shift
  mesh "$@"
  expect_status "$wanted"
  keep_words
}

# --- The run ------------------------------------------------------------------------------------------

# The example, but the first node's shell and agent run under strace, which writes to /run/trace there. (sshd under
# strace would have every system call stopped, not only these, and so not be in time.) Later it is over SSH as the
# others, and strace looks at mesh: it cannot be under itself.
strace='strace -f --seccomp-bpf -qq -A -v -s 65536 -e trace=execve,open,openat,creat -o'
sed "s|ssh: test0|exec: '$nodes in 0 $strace /run/trace'|" \
  "$lab_folder/example.yaml" >"$work/traced.yaml"
mesh_file=$work/traced.yaml
"$nodes" up 4 || exit 1
"$nodes" example

test_case 'what looks for keys finds them, as octets, base64 and hexadecimal'
key=$(head -c 31 /dev/urandom | { cat; printf '\n'; } | base64)
echo "$key" >"$work/keys"
base64 -d <<<"$key" >"$work/octets"
base64 -d <<<"$key" | od -An -v -tx1 | tr -d ' \n' >"$work/hexadecimal"
tail -c 16 "$work/octets" | { head -c 4194299 /dev/zero; cat; } >"$work/half"
for form in keys octets hexadecimal half; do expect_key "$form" "$work/$form"; done
expect_no_key 'the folder of the test' "$lab_folder"
rm "$work"/{keys,octets,hexadecimal,half}

# What all processes were started with, as often as it can be looked at; strace has all of node 0 and of mesh.
sample_processes() {
  while [ ! -e "$work/sampled" ]; do
    cat /proc/[0-9]*/{cmdline,environ} 2>/dev/null
    sleep 1
  done >>"$work/processes"
}
sample_processes &
sampling=$!

test_case 'the controller has relayed everything and knows no key'
start_mesh up -v --confirm-timeout 600
await 120 is_committed || fail "nothing was committed: $(<"$work/mesh.err")"
kill -STOP "$mesh_pid"
collect_keys
expect 'its memory can be searched: the public keys are there' "$find_keys" "$work/public_keys" "pid:$mesh_pid"
expect_no_key "the controller's memory, its sessions open" "pid:$mesh_pid"
kill -CONT "$mesh_pid"
await 120 stands_at_stdout || fail 'mesh does not come to its end'
expect_no_key "the controller's memory, before its end" "pid:$mesh_pid"
end_mesh
expect_status 0
keep_words

test_case "a node's files with secrets are its own from the first octet"
trace=$work/node.trace
on 0 cat /run/trace >"$trace"
created=$(grep -E '"/var/lib/wgmesh/test/[^"]*", [A-Z_|]*O_CREAT' "$trace")
for file in journal.undo.tmp private_key.next preshared_keys.next; do
  expect "$file was seen" grep -q "/$file\"" <<<"$created"
done
expect 'all are created with mode 0600' test -z "$(grep -v 'O_EXCL.*, 0600[) ]' <<<"$created")"
for i in 0 1 2 3; do
  folder=$("$nodes" path "$i" /var/lib/wgmesh/test)
  expect "node $i has files of mode 0600 only" test -z "$(find "$folder" -type f ! \( -perm 0600 -user root \))"
  expect "node $i lets nobody look into the folder" test "$(stat -c %a%u "$folder")" = 7000
  expect_key "node $i's private_key" "$folder/private_key"
  expect_key "node $i's preshared_keys" "$folder/preshared_keys"
done

test_case 'nothing that is printed has a key in it'
peer=$(on 0 wg show wg-test peers | head -n 1)
on 0 wg set wg-test peer "$peer" preshared-key /dev/null
on 1 sh -c 'umask 077 && wg genkey >/run/other && wg set wg-test private-key /run/other && rm /run/other'
expect_quiet_mesh 2 -v plan --detailed-exitcode
expect_out preshared-key
expect_out private-key
expect_quiet_mesh 2 -v -J plan --detailed-exitcode
expect_quiet_mesh 0 -v up
on 0 wg show wg-test preshared-keys | grep -F "$peer" | cut -f 2 >"$work/back" # not as an argument: those are looked at
expect "the preshared key is back" grep -qxFf "$work/back" "$work/keys"
for verb in show 'show --dump' '-J show' info '-J info' conf; do
  # shellcheck disable=SC2086
  expect_quiet_mesh 0 -v $verb
done
for i in 0 1 2 3; do
  run on "$i" /var/lib/wgmesh/bin/wgmesh-agent status
  expect_status 0
  keep_words
  run on "$i" /var/lib/wgmesh/bin/wgmesh-agent status --json
  keep_words
done
expect_quiet_mesh 0 -v down
expect_quiet_mesh 2 -v plan --detailed-exitcode

test_case 'the second up, with keys that are stored: neither the controller nor a core dump has one'
mesh_file=$lab_folder/example.yaml
# shellcheck disable=SC2206
tracer=($strace "$work/controller.trace" -D)
start_mesh up -v --confirm-timeout 600 # a controller that is stopped is silent, and a search takes its time
await 120 is_committed || fail "nothing was committed: $(<"$work/mesh.err")"
kill -STOP "$mesh_pid"
agent=$(pgrep --ns "$("$nodes" pid 1)" --nslist pid -f 'wgmesh-agent-[^ ]* serve$')
[ -n "$agent" ] || fail 'there is no agent any more: mesh has come to its end'
expect_no_key "the controller's memory, its sessions open" "pid:$mesh_pid"
expect_key "the agent's memory" "pid:$agent"
mkdir "$work/cores"
printf '#!/bin/sh\nexec cat >"%s/$1"\n' "$work/cores" >"$work/take-core"
chmod 755 "$work/take-core"
# A program that takes core dumps gets them whatever the limit is, so it is the harder test.
echo "|$work/take-core %P" >/proc/sys/kernel/core_pattern
sleep infinity &
other=$!
await 30 grep -qx sleep "/proc/$other/comm" # until then it is this shell, which would clean up as it dies
kill -ABRT "$other"
expect "a process that does not forbid it leaves a core dump" await 30 test -s "$work/cores/$other"
kill -ABRT "$agent"
await 30 test ! -e "/proc/$agent" || fail 'the agent has not ended'
expect 'an agent leaves none' test ! -e "$work/cores/$agent"
kill -CONT "$mesh_pid"
await 120 stands_at_stdout || fail 'mesh does not come to its end'
expect_no_key "the controller's memory, before its end" "pid:$mesh_pid"
end_mesh
expect_err 'can no longer be asked'
keep_words
start_mesh conf
await 30 stands_at_stdout || fail 'mesh does not come to its end'
kill -ABRT "$mesh_pid"
await 30 test ! -e "/proc/$mesh_pid" || fail 'mesh has not ended'
expect 'the controller leaves none' test ! -e "$work/cores/$mesh_pid"
end_mesh
echo "$core_pattern" >/proc/sys/kernel/core_pattern
expect_key 'a list of the keys, printed' "$work/keys"
expect_no_key 'all that was printed' "$work/words"

test_case 'no process has a key in its arguments or its environment'
marker=$(head -n 1 "$work/keys")
env MARKER="$marker" sleep infinity &
other=$!
await 30 grep -qaF "MARKER=$marker" "$work/processes" || fail 'what the environment had was not seen'
kill "$other"
touch "$work/sampled"
wait "$sampling"
for seen in 'wgmesh-agent-' "$mesh_program"; do
  expect "$seen was seen" grep -qaF "$seen" "$work/processes"
done
on 0 cat /run/trace >"$trace"
expect 'node 0 was traced' grep -q 'execve("/var/lib/wgmesh/bin/wgmesh-agent-' "$trace"
LC_ALL=C sed -i "s/MARKER=.\{44\}//g" "$work/processes"
expect_no_key 'all arguments and environments' "$work/processes" "$trace" "$work/controller.trace"

test_case 'no file has a key but the 0600 ones of its node'
written=$(sed -n 's/.*open[a-z]*(.*"\(\/[^"]*\)", [A-Z_|]*O_\(WRONLY\|RDWR\).*/\1/p' "$work/controller.trace" | grep -v ^/dev/ | sort -u)
expect "the controller writes no file: $written" test -z "$written"
places=("$work/mesh.err" "$work/words")
mapfile -d '' -O 2 -t places < <(find "$LAB" -xdev -type f ! \( -path '*/var/lib/wgmesh/test/*' -perm 0600 -user root \) -print0
  for i in 0 1 2 3; do
    at=/proc/$("$nodes" pid "$i")/root
    find "$at/run" "$at/tmp" "$at/dev/shm" -xdev -type f -print0
  done)
expect_no_key 'all files' "${places[@]}"

test_case 'down -r leaves no file with a key at all'
expect_quiet_mesh 0 -v down -r
mapfile -d '' -t places < <(find "$LAB" -xdev -type f -print0)
expect_no_key 'all files' "${places[@]}"

finish
