# shellcheck shell=bash
# campaign.sh - for tests that break off a change of a mesh of four nodes, again and again, and look what
# is left: `. tests/lab/campaign.sh` (which has lib.sh in it), then `campaign_up`.
#
#   write_files NAME TRANSPORT [I:WORDS]  $work/NAME-a.yaml and $work/NAME-b.yaml: two meshes that differ in a
#                             pair, a priority, a port, a keepalive and the timers. TRANSPORT: exec or ssh.
#                             I:WORDS: node I's agent is started by them (VARIABLE=VALUE, strace …)
#   campaign_up               builds the nodes, both meshes once, and keeps what each node is in them:
#                             a, b, and none when the mesh is down
#   begin FILE ARG…           starts `mesh -f FILE ARG…` from ctl; its process is $controller
#   await_says TEXT           … until it has said a line with TEXT; false when it ends before
#   has_ended, end            whether it has; waits for it, and sets $status, $out and $err
#   settle SECONDS            waits for the end of every agent and journal; false when it takes longer.
#                             $settled: how long it took, in ms
#   look                      what each node is now, by name of the state: ${is[I]} is a, b, none or 'neither'
#   expect_old_or_new WHAT OLD NEW MAY-DIFFER   looks; each node is in one of the two, and all in the same unless
#                             MAY-DIFFER is yes. $mixed counts how often they were not
#   converge FILE STATE       one run of `mesh up`, or as $converge_with says, leads there from wherever it
#                             is, and a second one changes nothing
#   workers, watchers         processes of agents, as $pids
#   now                       $ms: milliseconds
#   draw N                    $drawn: a number below N. The seed is WGMESH_SEED, and is told
#   count_for SAMPLE FULL     $rounds: FULL where WGMESH_LONG is set
#
# A state is compared in all that `ip` and `wg` show but index, counters, timers, the tree (a bridge that is not
# the root shows the root's times, not its own), the link-local address that a bridge gets when it forwards,
# endpoints (a peer that answered from the other port is no difference) and preshared keys, of which both ends
# must have the same ones.

# shellcheck disable=SC2034 # what the tests use
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lib.sh"

campaign_nodes=4
mesh_name=k
agent_folder=${WGMESH_AGENT_DIR:-$build/agent/faults}
export WGMESH_AGENT_DIR=$agent_folder

RANDOM=${WGMESH_SEED:-1}
draw() { drawn=$(((RANDOM << 15 | RANDOM) % $1)); }
count_for() { rounds=$1; [ -z "${WGMESH_LONG:-}" ] || rounds=$2; }
now() { local t=${EPOCHREALTIME/[.,]/}; ms=$((t / 1000)); }
exec {never}<> <(:) # nothing is ever to be read here, so `read -t` waits without starting a program
pause() { read -rt "$(printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000)))" -u "$never" || true; }

enter() { # enter I [WORDS]: the words that run a command on node I; shorter than `nodes in`, which is a script
  echo "nsenter -t $("$nodes" pid "$1") -m -u -i -n -p -W / -- env HOME=/root ${2:-}"
}

write_files() { # write_files NAME TRANSPORT [I:WORDS]
  local name=$1 transport=$2 special=${3:-} i version word
  for version in a b; do
    {
      printf 'name: %s\nnetwork: fd00:0:0:7::/64\nfull: false\n' $mesh_name
      [ $version = a ] || printf 'stp: {forward_delay: 5, hello_time: 1, max_age: 7}\npersistent_keepalive: 20\n'
      echo 'nodes:'
      for ((i = 0; i < campaign_nodes; i++)); do
        printf '  n%d:\n    addr: fd00:0:0:7::%d/64\n    endpoint: test%d\n' "$i" $((i + 1)) "$i"
        word=''
        [ "${special%%:*}" != "$i" ] || word=${special#*:}
        if [ "$transport" = exec ]; then echo "    exec: $(enter "$i" "$word")"; else echo "    ssh: test$i"; fi
      done
    } >"$work/$name-$version.yaml"
  done
  # a: 0-1 0-2 0-3 1-2; b: 0-1 0-2 0-3 2-3, another root, another port.
  sed -i "s/^  n0:/&\n    peers: [n1, n2, n3]/; s/^  n1:/&\n    peers: [n2]/" "$work/$name-a.yaml"
  sed -i "s/^  n0:/&\n    peers: [n1, n2, n3]\n    listen_port: 51833/; s/^  n2:/&\n    peers: [n3]\n    prio: 100/" \
    "$work/$name-b.yaml"
}

view() { # view I: what node I is
  # shellcheck disable=SC2046
  $(enter "$1") sh -c 'ip -d -o link; ip -o addr; wg show all dump; echo files $(ls /var/lib/wgmesh/'$mesh_name' 2>/dev/null)' |
    sed -nE "s/^[0-9]+: //; /^[a-z]*-$mesh_name|^files/!d; / inet6 fe80:/d
      s/ [a-z_]+_timer +[0-9.]+//g; s/ (designated_[a-z]+|root_port|root_path_cost|root_id|forward_delay|hello_time|max_age|ageing_time|port_id|port_no) [^ ]+//g
      s/ (topology_change[a-z_]*|config_pending) [01]//g; s/ state [A-Za-z]+//g; s/NO-CARRIER,|,LOWER_UP//g
      s/^(wg-[^\t]*\t[^\t]*\t)[^\t]*\t[^\t]*\t([^\t]*\t)[0-9]+\t[0-9]+\t[0-9]+\t/\1\2/; p" | sort
}

views() { # views PREFIX: of all nodes at once, to $work/PREFIX.I
  local i waiting=()
  for ((i = 0; i < campaign_nodes; i++)); do view "$i" >"$work/$1.$i" & waiting+=($!); done
  wait "${waiting[@]}"
}

look() {
  local i state
  is=()
  views now
  for ((i = 0; i < campaign_nodes; i++)); do
    is[i]=neither
    for state in a b none; do
      ! cmp -s "$work/now.$i" "$work/$state.$i" || is[i]=$state
    done
  done
}

all_are() { local state; for state in "${is[@]}"; do [ "$state" = "$1" ] || return 1; done; }

explain() { # how the nodes that are neither differ from state STATE
  local i
  for ((i = 0; i < campaign_nodes; i++)); do
    [ "${is[i]}" != neither ] || diff "$work/$1.$i" "$work/now.$i" | sed "s/^/#   n$i: /" | cut -c 1-400
  done
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

same_keys() { # every preshared key at exactly two places
  local i keys
  keys=$(for ((i = 0; i < campaign_nodes; i++)); do $(enter "$i") wg show wg-$mesh_name preshared-keys; done |
    cut -f 2 | sort | uniq -c | awk '$1 != 2')
  [ -z "$keys" ]
}

in_ctl() { exec nsenter -t "$(<"$LAB/ctl.pid")" -m -n -W "$PWD" -- "$@"; } # in the place of this process

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

# Processes of agents, by whether their parent is one.
pids=()
agents() {
  mapfile -t pids < <(ps -e -o pid=,ppid=,comm= | awk -v watchers="$1" '$3 ~ /^wgmesh-agent/ { parent[$1] = $2 }
    END { for (pid in parent) if ((parent[pid] in parent) == watchers) print pid }')
}
workers() { agents 0; }
watchers() { agents 1; }

journals() { compgen -G "$LAB/n/*/upper/var/lib/wgmesh/$mesh_name/journal.*" >/dev/null; }

settle() { # settle SECONDS
  local began
  now
  began=$ms
  until ! journals && ! pgrep ^wgmesh-agent >/dev/null; do
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
  mesh --no-wait up
  expect_status 0
  expect_out "$campaign_nodes unchanged"
  expect 'both ends of each pair have one preshared key' same_keys
}

campaign_up() {
  mkfifo "$work/says"
  exec {says}<>"$work/says" # held open: a controller that ends is no end of the stream
  "$nodes" up $campaign_nodes || exit 1
  write_files exec exec
  write_files ssh ssh
  test_case 'two meshes, and what the nodes are in each'
  local state
  for state in b a; do
    mesh_file=$work/exec-$state.yaml
    mesh up
    expect_status 0
    views $state
  done
  mesh down
  expect_status 0
  views none
  expect 'they differ' bash -c "! cmp -s $work/a.0 $work/b.0 && ! cmp -s $work/a.0 $work/none.0"
  mesh --no-wait up
  expect_status 0
  look
  all_are a || { fail "a is ${is[*]}"; explain a; }
}
