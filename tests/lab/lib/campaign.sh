# shellcheck shell=bash
# campaign.sh - for tests that break off a change of a mesh of four nodes, again and again, and look what
# is left: `. tests/lab/lib/campaign.sh` (which has lib.sh in it), then `campaign_up`.
#
#   write_files NAME TRANSPORT [I:WORDS]  $work/NAME-a.yaml and $work/NAME-b.yaml: two meshes that differ in a
#                             pair, a priority, a port, a keepalive and the timers. TRANSPORT: exec or ssh.
#                             I:WORDS: node I's agent is started by them (VARIABLE=VALUE, strace …)
#   campaign_up               builds the nodes, both meshes once, and keeps what each node is in them:
#                             a, b, and none when the mesh is down
#   begin FILE ARG…           starts `mesh -f FILE ARG…` from ctl; its process is $controller
#   await_says TEXT           … until it has said a line with TEXT, $said_line; false when it ends before
#   has_ended, end            whether it has; waits for it, and sets $status, $out and $err
#   settle SECONDS            waits for the end of every agent and journal; false when it takes longer.
#                             $settled: how long it took, in ms
#   look                      what each node is now, by name of the state: ${is[I]} is a, b, none or 'neither';
#                             $keys: 'keys match', or the pairs whose preshared keys do not
#   expect_old_or_new WHAT OLD NEW MAY-DIFFER   looks; each node is in one of the two, and all in the same unless
#                             MAY-DIFFER is yes. $mixed counts how often they were not
#   converge FILE STATE       one run of `mesh up`, or as $converge_with says, leads there from wherever it
#                             is, and a second one changes nothing
#   agents                    every process of an agent, as $pids; workers: that hold the lock of their mesh;
#                             watchers: that undo when these die
#   ${journal[I]}             the file that says that node I has an open transaction
#   mesh ARG…                 as lib.sh has it, without a program in between
#   now                       $ms: milliseconds
#   draw N                    $drawn: a number below N. The seed is WGMESH_SEED, or another in each run, and is told
#   has_sent_commit           whether the controller may have told a node to commit: from then on, it cannot know
#                             whether those that do not answer have. Before it, nodes that differ are a fault
#   count_for SAMPLE FULL     $rounds: FULL where WGMESH_LONG is set, or WGMESH_SHARE percent of it: five runs of 20
#                             with seeds of their own are a full one
#   rounds_that_count COUNT FUNCTION ARG…  calls FUNCTION until it has returned 0 COUNT times. Each round says what
#                             broke in it; after $bearable broken rounds (0 unless a campaign says otherwise) the
#                             next one ends the loop. $broken_rounds counts them. Breaks the test when FUNCTION
#                             returns something else too often
#
# A state is what see_nodes compares; both ends of a pair must have the same preshared key. The nodes are of
# busybox, and programs are started only where there is no way around it, busybox's own before others: it is
# static, and loading a program's libraries is most of what a round costs under emulation.

# shellcheck disable=SC2034 # what the tests use
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lib.sh"

campaign_nodes=4
mesh_name=k
at=a # the mesh that stands
agent_folder=${WGMESH_AGENT_DIR:-$build/agent/faults}
export WGMESH_AGENT_DIR=$agent_folder

seed=${WGMESH_SEED:-$((SRANDOM % 1000000))}
echo "# seed $seed (WGMESH_SEED=$seed repeats it)"
RANDOM=$seed
draw() { drawn=$(((RANDOM << 15 | RANDOM) % $1)); }
count_for() { rounds=$1; [ -z "${WGMESH_LONG:-}" ] || rounds=$((($2 * ${WGMESH_SHARE:-100} + 99) / 100)); }

bearable=0 broken_rounds=0
rounds_that_count() { # rounds_that_count COUNT FUNCTION ARG…
  local left=$1 tries=$((10 * $1 + 20)) broken_before=$broken bears=$bearable
  shift
  [ -z "$broken" ] || ((bears > 0)) || return 0
  while ((left > 0 && tries > 0 && bears >= 0)); do
    tries=$((tries - 1))
    broken='' # of this round
    ! "$@" || left=$((left - 1))
    [ -z "$broken" ] || bears=$((bears - 1)) broken_rounds=$((broken_rounds + 1)) broken_before=1
  done
  broken=$broken_before
  ((left == 0)) || [ -n "$broken" ] || fail "$left rounds did not come about: $*"
}

now() { local t=${EPOCHREALTIME/[.,]/}; ms=$((t / 1000)); }
exec {never}<> <(:) # nothing is ever to be read here, so `read -t` waits without starting a program
pause() { # pause MS
  local seconds
  printf -v seconds '%d.%03d' $(($1 / 1000)) $(($1 % 1000))
  read -rt "$seconds" -u "$never" || true
}

write_files() { # write_files NAME TRANSPORT [I:WORDS]
  local name=$1 transport=$2 special=${3:-} i version words
  for version in a b; do
    {
      printf 'name: %s\nnetwork: fd00:0:0:7::/64\nfull: false\n' $mesh_name
      [ $version = a ] || printf 'stp: {forward_delay: 5, hello_time: 1, max_age: 7}\npersistent_keepalive: 20\n'
      echo 'nodes:'
      for ((i = 0; i < campaign_nodes; i++)); do
        printf '  n%d:\n    addr: fd00:0:0:7::%d/64\n    endpoint: test%d\n' "$i" $((i + 1)) "$i"
        # a: 0-1 0-2 0-3 1-2; b: 0-1 0-2 0-3 2-3, another root, another port.
        case $version$i in
          a0 | b0) printf '    peers: [n1, n2, n3]\n' ;;&
          b0) printf '    listen_port: 51833\n' ;;
          a1) printf '    peers: [n2]\n' ;;
          b2) printf '    peers: [n3]\n    prio: 100\n' ;;
        esac
        words=''
        [ "${special%%:*}" != "$i" ] || words="${special#*:} "
        if [ "$transport" = ssh ]; then
          echo "    ssh: test$i"
        else
          echo "    exec: ${words}busybox nsenter -t ${init[i]} -m -u -i -n -p --"
        fi
      done
    } >"$work/$name-$version.yaml"
  done
}

keep() { # keep STATE: what the nodes are now has this name
  "$see_nodes" --keep "$1" $mesh_name "$work/states" "${seen[@]}" || fail "$1 cannot be seen"
}

look() {
  local said
  mapfile -t said < <("$see_nodes" $mesh_name "$work/states" "${seen[@]}")
  is=() keys='' differences=()
  [ ${#said[@]} -gt 1 ] || { fail 'the nodes cannot be seen'; return; }
  read -ra is <<<"${said[0]}"
  keys=${said[1]}
  differences=("${said[@]:2}")
}

all_are() { local state; for state in "${is[@]}"; do [ "$state" = "$1" ] || return 1; done; }

explain() { # how the nodes that are neither differ from state STATE
  local line
  for line in "${differences[@]}"; do [[ $line != *", not as $1: "* ]] || echo "#   ${line:0:400}"; done
}

mixed=0
expect_old_or_new() {
  local what=$1 old=$2 new=$3 may_differ=$4 state count=0
  look
  for state in "${is[@]}"; do
    case $state in
      "$old") count=$((count + 1)) ;;
      "$new") ;;
      *) fail "$what: nodes are ${is[*]}, neither $old nor $new"; explain "$old"; break ;;
    esac
  done
  ((count > 0 && count < campaign_nodes)) || return 0
  mixed=$((mixed + 1))
  [ "$may_differ" = yes ] || fail "$what: nodes differ (${is[*]}) with exit status $status"
}

in_ctl() { exec busybox nsenter -t "$(<"$LAB/ctl.pid")" -m -n -- "$@"; } # in the place of this process

begin() { # begin FILE ARG…
  local file=$1
  shift
  last="mesh -f ${file##*/} $*"
  : >"$work/err"
  in_ctl "$mesh_program" -f "$file" --progress plain "$@" </dev/null >"$work/out" 2>"$work/says" &
  controller=$!
}

await_says() {
  local line
  for (( ; ; )); do
    if read -rt 0.2 -u "$says" line; then
      echo "$line" >>"$work/err"
      said_line=$line
      [[ $line != *"$1"* ]] || return 0
    else
      ! has_ended || return 1
    fi
  done
}

has_ended() { ! kill -0 "$controller" 2>/dev/null; }

end() {
  local line
  status=0
  wait "$controller" 2>/dev/null || status=$?
  while read -rt 0.01 -u "$says" line; do echo "$line" >>"$work/err"; done
  out=$(<"$work/out") err=$(<"$work/err")
}

mesh() { begin "$mesh_file" "$@"; end; }

has_sent_commit() { [[ $err == *': committing'* ]]; }

pids=()
# Every process of an agent, or of a watcher.
agents() {
  local pid
  pids=()
  while IFS=/ read -r _ _ pid _; do pids+=("$pid"); done < <(busybox grep -ls '^wgmesh-agent' /proc/[0-9]*/comm)
}
# Those of agents that hold the lock of their mesh; and their children. The time in which there are watchers is
# shorter than it takes to start a program.
workers() {
  local locks lock words name
  pids=()
  mapfile -t locks </proc/locks
  for lock in "${locks[@]}"; do
    read -ra words <<<"$lock"
    [ "${words[1]}" = FLOCK ] || continue
    name=''
    read -r name <"/proc/${words[4]}/comm"
    [[ $name != wgmesh-agent* ]] || pids+=("${words[4]}")
  done 2>/dev/null
}
watchers() {
  local pid children found=()
  workers
  for pid in "${pids[@]}"; do
    children=()
    read -ra children <"/proc/$pid/task/$pid/children" # a line without an end, so its status says nothing
    found+=("${children[@]}")
  done 2>/dev/null
  pids=("${found[@]}")
}

# journals [I]: node I, or any, has an open transaction.
# shellcheck disable=SC2120 # cuts.sh names one
journals() { compgen -G "$LAB/n/${1:-*}/upper/var/lib/wgmesh/$mesh_name/journal.*" >/dev/null; }
# The kernel's list of locks is sooner read than that of processes.
no_agent() {
  workers
  [ ${#pids[@]} = 0 ] || return 1
  agents
  [ ${#pids[@]} = 0 ]
}

settle() { # settle SECONDS
  local began
  now
  began=$ms
  until ! journals && no_agent; do
    now
    settled=$((ms - began))
    ((settled <= $1 * 1000)) || return 1
    pause 50
  done
  now
  settled=$((ms - began))
}

converge_with=(--no-wait up)
converge() { # converge FILE STATE
  mesh_file=$1
  mesh "${converge_with[@]}"
  expect_status 0
  look
  all_are "$2" || { fail "one run leads to ${is[*]} instead of $2"; explain "$2"; }
  [ "$keys" = 'keys match' ] || fail "$keys"
  mesh --no-wait up
  expect_status 0
  expect_out "$campaign_nodes unchanged"
}

campaign_up() {
  local state i settings=()
  mkfifo "$work/says"
  mkdir "$work/states"
  exec {says}<>"$work/says" # held open: a controller that ends is no end of the stream
  for ((i = 0; i < campaign_nodes; i++)); do settings+=("$i:root=busybox"); done
  "$nodes" up $campaign_nodes "${settings[@]}" || exit 1
  init=() seen=() journal=()
  for ((i = 0; i < campaign_nodes; i++)); do
    init[i]=$(<"$LAB/n/$i/pid")
    seen+=("${init[i]}:$LAB/n/$i/upper")
    journal[i]=$LAB/n/$i/upper/var/lib/wgmesh/$mesh_name/journal.undo
  done
  write_files exec exec
  write_files ssh ssh
  test_case 'two meshes, and what the nodes are in each'
  for state in b a; do
    mesh_file=$work/exec-$state.yaml
    mesh up
    expect_status 0
    keep $state
  done
  mesh down
  expect_status 0
  keep none
  expect 'they differ' bash -c "! cmp -s $work/states/a.0 $work/states/b.0 && ! cmp -s $work/states/a.0 $work/states/none.0"
  mesh --no-wait up
  expect_status 0
  look
  all_are a || { fail "a is ${is[*]}"; explain a; }
}
