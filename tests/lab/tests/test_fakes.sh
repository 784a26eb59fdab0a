#!/bin/bash
# vm: own
# One node of three is hostile: at one step it is silent, floods, counts progress for ever, sends frames that are none, or
# goes. Whatever it does and whatever mesh was asked to do, mesh ends within its bound, with a documented exit code and less
# than 100 MB, and the other two nodes are as that exit code says. The nodes are played (play_agent, misbehave.h), so no
# kernel is asked for, and the test runs on this machine. A sample of the cases, or all of them with WGMESH_LONG.
. "$(dirname "$(readlink -f "$0")")/../lib/lib.sh"
export WGMESH_AGENT_DIR=$work/agents
mkdir -p "$work/agents"
for machine in x86_64 aarch64; do cp "$build/tests/lab/play_agent" "$work/agents/wgmesh-agent-$machine"; done
at_once=14     # cases that run beside each other
confirm=4      # seconds
silence=60     # how long a node may say nothing while it has changed nothing
slack=30       # for a machine that runs all of them at once
most_memory=100000 # kB

kinds=(silence ends progress standing alive wrong noise huge empty trickle lines)
# STEP VERB…: where the hostile node can be asked for that step
steps='open up rotate down plan info check
secrets up rotate
propose up rotate down plan
apply up rotate down
switch rotate
call rotate
hold up rotate down
commit up rotate down
undo up rotate down
status info check'

# A node with folders of its own, so that agents of other cases are not in its way.
cat >"$work/node" <<'EOF'
#!/bin/bash
# node NUMBER ROLE LOG COMMAND…
export PLAY_NUMBER=$1 PLAY=$2 PLAY_LOG=$3
shift 3
exec unshare --mount --propagation private bash -c '
  for place in /var/lib /run /opt /usr/local/lib /usr/local/sbin; do mount -t tmpfs none $place; done; exec "$@"' node "$@"
EOF
chmod +x "$work/node"

# What is due: exit codes, what became of the other two nodes, and the most seconds.
due() { # due STEP
  case $1 in
    # It has changed nothing, and neither has anybody else.
    open | secrets | propose) codes='1 4' others=untouched seconds=$silence ;;
    status) codes='1 4' others=untouched seconds=$silence ;;
    # Whether it undoes is not known, so mesh waits for its confirm timeout, and tries once more.
    apply | switch | call | hold) codes='1 6' others=undone seconds=$((8 * confirm)) ;;
    undo) codes='1 6' others=undone seconds=$((8 * confirm)) ;;
    commit) codes=6 others=committed seconds=$((2 * silence + 4 * confirm)) ;;
  esac
}

play() { # play CASE STEP KIND VERB: leaves status, seconds, memory, and the nodes' logs in $work/CASE
  local place=$work/$1 role=$2:$3 verb=$4 third=well options=() i began
  mkdir "$place"
  [ "$2" != undo ] || third=fails
  case $verb in up | rotate) options=(--no-wait --confirm-timeout "$confirm") ;; down) options=(--confirm-timeout "$confirm") ;; esac
  {
    printf '%s\n' 'name: demo' 'network: 10.77.0.0/24' 'nodes:'
    i=0
    for role in well "$role" $third; do
      echo "  n$i: {addr: 10.77.0.$((i + 1))/24, endpoint: 192.0.2.$((i + 1)), exec: $work/node $i $role $place/log.$i}"
      i=$((i + 1))
    done
  } >"$place/mesh.yaml"
  began=$SECONDS
  timeout -s KILL 300 time -f '%M' -o "$place/memory" "$mesh_program" -f "$place/mesh.yaml" "$verb" "${options[@]}" \
    >"$place/out" 2>"$place/err" </dev/null
  echo $? >"$place/status"
  echo $((SECONDS - began)) >"$place/seconds"
}

as_due() { # as_due CASE STEP KIND VERB: prints what is not as it is due
  local place=$work/$1 codes others seconds status took memory node
  due "$2"
  status=$(<"$place/status") took=$(<"$place/seconds") memory=$(tail -n 1 "$place/memory")
  [[ " $codes " == *" $status "* ]] || echo "exit status $status, where $codes was due"
  ((took <= seconds + slack)) || echo "took $took s, where at most $seconds was due"
  ((memory <= most_memory)) || echo "took $memory kB"
  [ "$(cat "$place/log.1" 2>/dev/null)" = misbehaves ] || echo 'the hostile node was not asked for that step'
  for node in 0 2; do
    [ "$2 $node" != 'undo 2' ] || continue # the one that fails, so that there is something to undo
    # An agent notes what it read before mesh goes, but perhaps a moment later.
    await 10 grep -qx "$others" "$place/log.$node" || echo "n$node is '$(cat "$place/log.$node" 2>/dev/null)', not '$others'"
  done
}

cases=()
while read -r step verbs; do
  for verb in $verbs; do
    for kind in "${kinds[@]}"; do cases+=("$step $kind $verb"); done
  done
done <<<"$steps"
if [ -z "${WGMESH_LONG:-}" ]; then
  # One that takes a whole silence, for each kind one case, and each step at least once.
  RANDOM=$((${WGMESH_SEED:-0} % 32768))
  chosen=('open silence info')
  for kind in "${kinds[@]}"; do
    mapfile -t of_kind < <(printf '%s\n' "${cases[@]}" | grep -E "^(apply|switch|call|hold|undo) $kind ")
    chosen+=("${of_kind[RANDOM % ${#of_kind[@]}]}")
  done
  chosen+=('commit ends up' 'propose noise plan' 'secrets wrong rotate' 'status alive check')
  cases=("${chosen[@]}")
fi

number=0 running=0
for case in "${cases[@]}"; do
  # shellcheck disable=SC2086
  play $number $case &
  number=$((number + 1))
  ((++running < at_once)) || { wait -n; running=$((running - 1)); }
done
wait

number=0 slowest=0 largest=0
for case in "${cases[@]}"; do
  test_case "a node that misbehaves: $case"
  # shellcheck disable=SC2086
  wrong=$(as_due $number $case)
  if [ -n "$wrong" ]; then
    out=$wrong err=$(tail -n 12 "$work/$number/err") last="mesh ${case##* }" status=$(<"$work/$number/status")
    fail 'it is not as it is due'
  fi
  took=$(<"$work/$number/seconds") memory=$(tail -n 1 "$work/$number/memory")
  ((took <= slowest)) || slowest=$took
  ((memory <= largest)) || largest=$memory
  number=$((number + 1))
done
echo "# ${#cases[@]} cases: the slowest took $slowest s, the largest $largest kB"
finish
