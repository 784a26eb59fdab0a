# shellcheck shell=bash
# kills.sh - for campaign.sh. `kills`: SIGKILL at random instants for agent, watcher or controller, over `exec` and
# over SSH; before a chosen operation of an agent, among them between creating a link and marking it; for the
# controller between two commit frames. Within the confirm timeout and 2 s every node is in the old state or the
# new one, whole; one run leads to the new one and a second changes nothing. Nodes may differ only when the
# kill came when a first commit may have been sent; the controller's exit status is no excuse. 500 kills with
# WGMESH_LONG.

# shellcheck disable=SC2034,SC2154 # campaign.sh shares its variables
timeout=2
slowest=0 span=2500
bearable=4 # a campaign that breaks shows more than one instance
declare -A kills=()

# What was killed is $1; the mesh was to become $2 and was $from.
judge() {
  local kind=$1 to=$2 may_mix=no is_late=no
  kills[$kind]=$((${kills[$kind]:-0} + 1))
  settle $((timeout + 2)) || is_late=yes
  ((settled <= slowest)) || slowest=$settled
  end # first: a fault is told with what this controller said
  if [ $is_late = yes ]; then
    fail "a kill of $kind: agents or journals are there after $((timeout + 2)) s"
    settle 60 || fail "… and after 60 s more"
  fi
  ! has_sent_commit || may_mix=yes
  expect_old_or_new "a kill of $kind" "$from" "$to" "$may_mix"
  converge "$work/exec-$to.yaml" "$to"
  at=$to
}

# One that is not there at that instant is no kill, and the round is none.
round() { # round TRANSPORT KIND
  local transport=$1 kind=$2 to=b from=$at
  [ "$at" = a ] || to=a
  begin "$work/$transport-$to.yaml" --no-wait --confirm-timeout $timeout up
  draw $span
  [ "$kind" = watcher ] || pause "$drawn"
  case $kind in
    controller) pids=("$controller") ;;
    agent) agents ;;
    watcher)
      until watchers; [ ${#pids[@]} -gt 0 ] || has_ended; do pause 10; done
      draw 200
      pause "$drawn"
      watchers
      ;;
  esac
  if [ ${#pids[@]} -gt 0 ]; then
    draw ${#pids[@]}
    if kill -KILL "${pids[drawn]}" 2>/dev/null; then
      judge "$kind" $to
      return
    fi
  fi
  end
  settle 60
  look
  at=${is[0]}
  all_are "$at" || fail "without a kill the nodes are ${is[*]} (exit status $status)"
  return 1
}

# Before the K-th operation of one node's agent; with few, that is between creation and mark.
die_round() { # die_round exec FROM
  local to=b from=$2
  if [ "$from" = none ]; then
    mesh_file=$work/exec-$at.yaml
    mesh down
    expect_status 0
  else
    from=$at
    [ "$at" = a ] || to=a
  fi
  draw $campaign_nodes
  local victim=$drawn
  draw 8
  write_files die exec "$victim:env WGMESH_DIE_AT=$((drawn + 1))"
  begin "$work/die-$to.yaml" --no-wait --confirm-timeout $timeout up
  end
  if [ "$status" != 0 ]; then
    judge "operation" $to
    return
  fi
  at=$to
  return 1
}

# Node 3's agent is asked to hold, and hears nothing any more before it answers; the controller dies when the
# others have committed.
frames_round() {
  local to=b from=$at i
  [ "$at" = a ] || to=a
  write_files held exec '3:env WGMESH_PROMISE_AFTER=3000'
  sed "s|exec: \(.*-t ${init[3]} \)|exec: $lab_folder/tools/held $work/held \1|" "$work/held-$to.yaml" >"$work/held.yaml"
  begin "$work/held.yaml" --no-wait --confirm-timeout 20 up
  await_says 'n3: holding' || fail "the controller ended before it asked to hold"
  pause 1500
  kill -STOP "$(<"$work/held")"
  await_says committing || fail "the controller ended before it committed"
  for i in 0 1 2; do
    until [ ! -e "${journal[i]}" ] || has_ended; do pause 10; done
  done
  kill -KILL "$controller"
  kill -KILL "$(<"$work/held")"
  judge 'controller between commits' $to
}

# A whole send of one node's agent fails, from outside: strace does it to the program as it is shipped. WHEN is
# as strace has it: 7, or 7+ for "from then on".
send_round() { # send_round WHEN ERRNO
  local to=b from=$at code
  [ "$at" = a ] || to=a
  write_files sent exec "0:strace -f -qq -o /dev/null -e trace=sendmsg -e inject=sendmsg:error=$2:when=$1"
  begin "$work/sent-$to.yaml" --no-wait up
  end
  code=$status
  # What could not even be undone waits for the next command of an agent.
  mesh_file=$work/exec-$from.yaml
  [ $code = 0 ] || mesh info
  settle 30 || fail "send $1: agents or journals are left"
  look
  [ $code != 0 ] || from=$to
  all_are $from || { fail "send $1 fails with $2, exit status $code: nodes are ${is[*]} instead of $from"; explain $from; }
  at=$from
  sends=$((sends + 1))
}

kills() {
  local k kind when errnos mixed_before total=0 began
  test_case 'kills over exec'
  mixed=0
  now
  began=$ms
  count_for 1 110
  rounds_that_count "$rounds" round exec agent
  count_for 1 60
  rounds_that_count "$rounds" round exec watcher
  count_for 1 110
  rounds_that_count "$rounds" round exec controller
  count_for 1 50
  rounds_that_count "$rounds" die_round exec ''
  count_for 1 40
  rounds_that_count "$rounds" die_round exec none
  mixed_before=$mixed
  count_for 1 30
  rounds_that_count "$rounds" frames_round
  ((mixed > mixed_before)) || fail 'no controller died between two commit frames'

  test_case 'kills over SSH'
  mesh_file=$work/ssh-$at.yaml
  mesh --no-wait up
  expect_status 0
  span=8000
  count_for 0 35
  rounds_that_count "$rounds" round ssh agent
  count_for 0 25
  rounds_that_count "$rounds" round ssh watcher
  count_for 1 40
  rounds_that_count "$rounds" round ssh controller

  test_case 'sends fail with strace'
  sends=0 WGMESH_AGENT_DIR='' # the program as it is shipped
  count_for 2 60
  for ((k = 0; k < rounds; k++)); do
    errnos=(ENOBUFS ENOMEM EPERM EINVAL EBUSY ENOSPC)
    when=$((rounds < 20 ? 5 + 12 * k : 1 + k / 2))
    ((k % 2 == 0)) || when+=+
    send_round $when "${errnos[k % 6]}"
  done
  echo "# $sends failed sends"
  export WGMESH_AGENT_DIR=$agent_folder

  now
  total=0
  for kind in "${!kills[@]}"; do
    total=$((total + kills[$kind]))
    echo "# ${kills[$kind]} kills of $kind"
  done
  echo "# $total kills in $(((ms - began) / 1000)) s: slowest to settle after $slowest ms, nodes differed $mixed times, $broken_rounds rounds failed"
}
