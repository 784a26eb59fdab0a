#!/bin/bash
# vm: own
# What mesh tells its caller: every exit code, with both streams open, closed, full, and without a reader; and limits
# of this machine that are too small. The nodes are played (play_agent), so no kernel is asked for, and the test runs on this
# machine. A change goes on to its end whoever listens; a command that only tells something fails when nobody takes its result.
. "$(dirname "$(readlink -f "$0")")/../lib/lib.sh"
export WGMESH_AGENT_DIR=$work/agents
mkdir -p "$work/agents" "$work/log"
for machine in x86_64 aarch64; do cp "$build/tests/lab/play_agent" "$work/agents/wgmesh-agent-$machine"; done

# A node of its own folders, where the agent stays from one run to the next.
cat >"$work/node" <<'EOF'
#!/bin/bash
# node NUMBER ROLE LOG COMMAND…
export PLAY_NUMBER=$1 PLAY=$2 PLAY_LOG=$3
here=$(dirname "$(readlink -f "$0")")
shift 3
mkdir -p "$here/var/$PLAY_NUMBER"
exec unshare --mount --propagation private bash -c '
  mount --bind "$0" /var/lib; for place in /run /opt /usr/local/lib /usr/local/sbin; do mount -t tmpfs none $place; done
  exec "$@"' "$here/var/$PLAY_NUMBER" "$@"
EOF
chmod +x "$work/node"

write_mesh() { # write_mesh NAME ROLE…: a mesh file; its nodes note in $work/log/NAME.I what became of them
  local name=$1 i=0 role
  shift
  printf '%s\n' 'name: demo' 'network: 10.77.0.0/24' 'nodes:'
  for role in "$@"; do
    case $role in
      unreachable) echo "  n$i: {addr: 10.77.0.$((i + 1))/24, endpoint: 192.0.2.$((i + 1)), exec: /bin/false n$i}" ;;
      *) echo "  n$i: {addr: 10.77.0.$((i + 1))/24, endpoint: 192.0.2.$((i + 1)), exec: $work/node $i $role $work/log/$name.$i}" ;;
    esac
    i=$((i + 1))
  done
}

# with STREAMS CMD…: runs CMD with its streams as STREAMS says; the exit status is its own
with() {
  local streams=$1
  shift
  case $streams in
    open) "$@" >"$work/out" 2>"$work/err" ;;
    'stderr closed') "$@" >"$work/out" 2>&- ;;
    'stderr full') "$@" >"$work/out" 2>/dev/full ;;
    'stderr without reader') "$@" 2>&1 >"$work/out" | true; return "${PIPESTATUS[0]}" ;;
    'stdout closed') "$@" >&- 2>"$work/err" ;;
    'stdout full') "$@" >/dev/full 2>"$work/err" ;;
    'stdout without reader') "$@" 2>"$work/err" | true; return "${PIPESTATUS[0]}" ;;
    'all closed') "$@" <&- >&- 2>&- ;;
    'all full') "$@" >/dev/full 2>&1 ;;
  esac
}
streams=('open' 'stderr closed' 'stderr full' 'stderr without reader' 'stdout closed' 'stdout full' 'stdout without reader' 'all closed' 'all full')

# tell EXPECTED NAME ARG…: mesh on $work/NAME.yaml, once for each kind of streams. EXPECTED is the exit code, or two: 0/1 is 0,
# and 1 when the result is lost. What became of the nodes is compared with $ends, a word for each.
ends=''
tell() {
  local want=${1%/*} lost=${1#*/} name=$2 kind expected became
  shift 2
  for kind in "${streams[@]}"; do
    rm -f "$work/log/$name".*
    expected=$want
    [[ $kind != stdout* && $kind != all* ]] || expected=$lost
    out='' err='' status=0 last="mesh $* with $kind"
    with "$kind" timeout 120 "$mesh_program" -f "$work/$name.yaml" "$@" </dev/null || status=$?
    [ "$status" = "$expected" ] || { err=$(cat "$work/err" 2>/dev/null); fail "$kind: exit status $status instead of $expected"; }
    [ -n "$ends" ] || continue
    # An agent notes what it read before mesh goes, but perhaps a moment later.
    await 10 ended "$name" || { became=$(became "$name"); fail "$kind: the nodes are '$became', not '$ends'"; }
  done
  ends=''
  tell_programs "$want" "$name" "$@"
}
# The same with -J: what is printed is one document of the schema, whatever the outcome. Documents are looked at together,
# at the end. Verbs that only read have documents of their own.
mkdir "$work/documents"
tell_programs() { # tell_programs EXPECTED NAME ARG…
  local want=$1 name=$2 document
  shift 2
  case $1 in up | down | plan | frobnicate) ;; *) return 0 ;; esac
  document=$work/documents/$(find "$work/documents" -name "*.json" | wc -l).$want.json
  rm -f "$work/log/$name".*
  status=0 last="mesh -J $*"
  timeout 120 "$mesh_program" -f "$work/$name.yaml" -J --progress json "$@" >"$document" 2>"$work/err" </dev/null || status=$?
  [[ $1 == frobnicate || $* == *soon* ]] || cp "$work/err" "${document%.json}.events"
  [ "$status" = "$want" ] || { err=$(<"$work/err"); fail "with -J: exit status $status instead of $want"; }
}
became() {
  local file words=''
  for file in "$work/log/$1".*; do [ -e "$file" ] && words="$words $(<"$file")"; done
  echo "${words# }"
}
ended() { [ "$(became "$1")" = "$ends" ]; }

write_mesh sound well well well >"$work/sound.yaml"
write_mesh same unchanged unchanged >"$work/same.yaml"
write_mesh fails well well fails >"$work/fails.yaml"
write_mesh lost well well unreachable >"$work/lost.yaml"
write_mesh locked well locked >"$work/locked.yaml"
write_mesh dies well well dies >"$work/dies.yaml"
write_mesh waits well well >"$work/waits.yaml"
write_mesh slow well slow >"$work/slow.yaml"
sed 's/10.77.0.1/10.78.0.1/' "$work/sound.yaml" >"$work/bad.yaml"
# The agent is brought to each node once, before anything is timed.
run "$mesh_program" -f "$work/sound.yaml" plan

# exit 7 takes as long as spanning tree might: those runs go on meanwhile.
waiting=()
for i in "${!streams[@]}"; do
  (
    work=$work/wait.$i
    mkdir "$work"
    status=0
    with "${streams[i]}" timeout 120 "$mesh_program" -f "${work%/*}/waits.yaml" up </dev/null || status=$?
    echo $status >"$work/status"
  ) &
  waiting+=($!)
done

test_case '0: done, changed or not; and a command that only tells something fails if that is lost'
ends='committed committed committed'
tell 0 sound up --no-wait
tell 0 same up --no-wait
tell 0/1 sound conf
tell 0/1 same plan
tell 0/1 same up --dry-run

test_case '1: a node fails to apply, and every node is as it was'
ends='undone undone undone'
tell 1 fails up --no-wait

test_case 'without a terminal, up of twenty nodes is a line for each, and the result'
# shellcheck disable=SC2046
write_mesh twenty $(printf 'well %.0s' {1..20}) >"$work/twenty.yaml"
run "$mesh_program" -f "$work/twenty.yaml" up --no-wait
expect_status 0
expect 'at most 22 lines' test "$(cat "$work/out" "$work/err" | wc -l)" -le 22
expect 'a line for each node' test "$(grep -c '^n[0-9]*: done' "$work/err")" = 20

test_case '2: plan --detailed-exitcode'
tell 2/1 sound plan --detailed-exitcode

test_case '3: a node was skipped, by down -r without being told'
ends='committed committed'
tell 3 lost down -r
ends='committed committed'
tell 3 lost up --no-wait --skip-unreachable
with open "$mesh_program" -f "$work/lost.yaml" down -r </dev/null
out=$(<"$work/out") err=$(<"$work/err")
expect_out '3 nodes: 2 removed, 1 skipped (n2)'
expect_err 'n2: unreachable: '

test_case '4: a node is unreachable, nothing changed, and nodes that were not begun say so'
ends='untouched untouched'
tell 4 lost up --no-wait
tell 4 lost info
tell 4 lost show
tell 4 lost check
for verb in info status show check; do
  run "$mesh_program" -f "$work/lost.yaml" -J $verb
  expect_status 4
  printf '%s\n' "$out" >"$work/$verb.document"
  run "$lab_folder/tools/fits-schema" "$source_folder/packaging/schema/$verb.schema.json" "$work/$verb.document"
  expect_status 0
done
with open "$mesh_program" -f "$work/lost.yaml" up </dev/null
err=$(<"$work/err") last='mesh up' status=4
expect_err 'n0: not started: n2 is unreachable'
expect_err 'n1: not started: n2 is unreachable'
expect 'no node is called done' test "$(grep -c ': done' <<<"$err")" = 0
expect 'the reason stands there once' test "$(grep -c 'exec: /bin/false\|shell on the node ended' <<<"$err")" = 1

test_case '5: locked by another controller'
tell 5 locked up --no-wait

test_case '6: a node is lost while it applies; the others undo'
tell 6 dies up --no-wait

# The containers of a lab that containerlab has made, as far as `docker exec` goes.
mkdir "$work/bin"
cat >"$work/bin/docker" <<EOF
#!/bin/bash
i=\${3#clab-demo-n}
[ "\$i" != 9 ] || { echo 'no such container' >&2; exit 1; }
exec "$work/node" "\$i" well "$work/log/init.\$i" "\${@:4}"
EOF
chmod +x "$work/bin/docker"
printf '%s\n' 'name: demo' 'topology:' '  defaults: {kind: linux}' '  nodes: {n0: {}, n1: {}, n9: {}}' >"$work/demo.clab.yml"
init() { # init ARG…: mesh init with the lab's containers
  run env PATH="$work/bin:$PATH" "$mesh_program" init --from "$work/demo.clab.yml" "$@"
}

test_case 'init: logs in to the hosts named, changes nothing there, and writes a file once'
init --output "$work/init.yaml" n0
expect_status 0
expect_err 'init.yaml has 3 nodes now'
expect 'the port that the node proposes' grep -q 'listen_port: 51821' "$work/init.yaml"
expect 'and why' grep -q 'UDP port 51820 is taken here (WireGuard device wg0)' "$work/init.yaml"
expect 'the node is untouched' await 10 grep -qx untouched "$work/log/init.0"
run "$mesh_program" -f "$work/init.yaml" conf
expect_status 0
init --output "$work/init.yaml" n0
expect_status 1
expect_err 'init.yaml exists already, and is not overwritten'

test_case 'init: a host that is unreachable is exit code 4, and nothing is written'
init --output "$work/never.yaml" n0 n9
expect_status 4
expect_err 'n9: connect: '
expect 'there is no file' test ! -e "$work/never.yaml"

test_case 'init: bad usage, a bad file, a result that is lost'
run "$mesh_program" init
expect_status 64
printf '{\n"all": {"hosts": ["-x"]}}' >"$work/hosts.json"
run "$mesh_program" init --from "$work/hosts.json" --output "$work/never.yaml"
expect_status 65
expect_err "$work/hosts.json:2:19: "
run bash -c '"$@" >/dev/full' bash "$mesh_program" init --from "$work/demo.clab.yml" --output -
expect_status 1

test_case '64 and 65: bad usage, a bad mesh file'
tell 64 sound frobnicate
tell 64 sound up --confirm-timeout soon
tell 64 sound info nobody
tell 65 bad up
tell 65 none conf

test_case '130: interrupted before anything has changed'
for kind in "${streams[@]}"; do
  rm -f "$work/log/slow".*
  status=0 last="mesh up with $kind, interrupted"
  with "$kind" bash -c '"$@" </dev/null & pid=$!
    for ((i = 0; i < 200; i++)); do [ -e "$0" ] && grep -q planning "$0" && break; sleep 0.05; done
    kill -INT $pid; wait $pid' "$work/log/slow.1" "$mesh_program" -f "$work/slow.yaml" up || status=$?
  [ "$status" = 130 ] || { err=$(cat "$work/err" 2>/dev/null); fail "$kind: exit status $status instead of 130"; }
done

many() { # many COUNT: a mesh file of so many nodes that do not answer
  local i
  printf '%s\n' 'name: demo' 'network: 10.77.0.0/16' 'nodes:'
  for ((i = 1; i <= $1; i++)); do
    echo "  n$i: {addr: 10.77.$((i / 250)).$((i % 250 + 1))/16, endpoint: 10.99.$((i / 250)).$((i % 250 + 1)), exec: sh -c 'exit 3' n$i}"
  done
}
limited() { # limited OPTION VALUE USER FILE ARG…: mesh under a limit; as root or nobody
  local option=$1 value=$2 user=$3 file=$4
  shift 4
  run timeout 60 setpriv --reuid "$user" --clear-groups bash -c 'ulimit "$0" "$1" || exit 99; shift; exec "$@"' \
    "$option" "$value" "$mesh_program" -f "$file" "$@"
}
many 100 >"$work/many.yaml"
chmod 755 "$work"

test_case 'open files: the soft limit is raised, and a hard one that is too small is refused with the number'
limited -Sn 64 root "$work/many.yaml" plan
expect_status 4
expect 'no node fails for want of descriptors' test "$(grep -c 'Too many open files' <<<"$err")" = 0
limited -n 64 root "$work/many.yaml" plan
expect_status 1
expect_err '424 open files'
expect_err 'ulimit -n'
limited -n 424 root "$work/many.yaml" plan
expect_status 4
expect 'that number suffices' test "$(grep -c 'Too many open files' <<<"$err")" = 0
limited -n 64 root "$work/sound.yaml" up --no-wait
expect_status 0

test_case 'processes: a limit that is too small is refused with its name, and nothing hangs'
for count in 5 20 100; do
  limited -u $count nobody "$work/many.yaml" plan
  expect_status 1
  expect_err 'ulimit -u'
done

test_case 'memory: whatever the limit, mesh ends with the documented code or names the limit'
good=0 named=0
for kilobytes in 40000 60000 80000 120000 200000 400000 8000000; do
  limited -v $kilobytes root "$work/many.yaml" plan
  case $status in
    4) good=$((good + 1)) ;;
    1) named=$((named + 1)); [[ $err == *'ulimit -v'* ]] || fail "ulimit -v $kilobytes: exit 1 without the limit's name" ;;
    127) ;; # the loader could not even map the program's libraries
    *) fail "ulimit -v $kilobytes: exit status $status" ;;
  esac
done
expect 'some limits suffice' test $good -gt 0
expect 'some are too small' test $named -gt 0

test_case '7: everything stands as planned, but the pair does not forward in time'
wait "${waiting[@]}"
for i in "${!streams[@]}"; do
  status=$(<"$work/wait.$i/status") last="mesh up with ${streams[i]}" err=$(cat "$work/wait.$i/err" 2>/dev/null)
  expect_status 7
done
tell_programs 7 waits up

test_case 'each result is one document of its schema, and says why'
tell_programs 130 slow up & interrupted=$!
await 20 grep -q planning "$work/log/slow.1"
pkill -INT -f "^$mesh_program -f $work/slow.yaml -J --progress json up" || fail 'there was nobody to interrupt'
wait $interrupted
run "$lab_folder/tools/fits-schema" "$source_folder/packaging/schema/result.schema.json" "$work/documents"/*.json
expect_status 0
run "$lab_folder/tools/fits-schema" --lines "$source_folder/packaging/schema/event.schema.json" "$work/documents"/*.events
expect_status 0
for code in 0 1 2 3 4 5 6 7 64 65 130; do
  expect "there is one for exit code $code" compgen -G "$work/documents/*.$code.json"
  for document in "$work/documents"/*.$code.json; do
    expect "$document: exit code $code" test "$(jq .exit_code "$document")" = $code
    case $code in 0 | 2 | 3 | 7 | 130) ;; *) expect "$document: an error" jq -e '.errors[0].message' "$document" ;; esac
  done
done
expect 'the document of 7 says which pairs' jq -e '.warnings[0].message | contains("n0")' "$work/documents"/*.7.json
expect 'the document of 4 says which node' jq -e '.nodes.n2.error.message' "$work/documents"/*.4.json
finish
