# shellcheck shell=bash
# stops.sh - for campaign.sh, and the last of its parts, for it makes new keys. `stops`: the controller is stopped
# (SIGSTOP: a laptop lid, Ctrl-Z) at random instants of `up`, `rotate` and `down -r`, for 0.4, 1.5 and 3 confirm
# timeouts; and the connection of one node goes half-open (packets are dropped both ways). Afterwards all nodes
# are in the same state, every time, and the exit status says which. 90 stops and 20 cuts with WGMESH_LONG.

# shellcheck disable=SC2034,SC2154 # campaign.sh shares its variables
stop_timeout=6
stopped=0 halves=0 promises=0 undisturbed=0 windows=()

# How many nodes are as they were when `keep old` was said.
count_old() {
  local state
  old=0
  look
  for state in "${is[@]}"; do [ "$state" != old ] || old=$((old + 1)); done
}

# A mesh that is up, as `old`, whatever the round before has left.
prepare_round() {
  mesh_file=$work/exec-a.yaml
  mesh --no-wait up
  expect_status 0
  keep old
}

note_window() {
  [[ $err =~ within\ ([0-9.]+)\ ms\ of\ the\ last\ promise ]] && windows+=("${BASH_REMATCH[1]}")
}

judge_round() { # judge_round WHAT: after `end`
  settle $((stop_timeout + 36)) || fail "$1: agents or journals are left"
  count_old
  case $status in
    0) ((old == 0)) || fail "$1: exit status 0, and $old nodes are as they were" ;;
    1 | 4 | 6) ((old == campaign_nodes)) || fail "$1: exit status $status, and $old of $campaign_nodes nodes are as they were" ;;
    *) fail "$1: exit status $status" ;;
  esac
  [ "$keys" = 'keys match' ] || fail "$1: $keys"
  note_window
}

stop_round() { # stop_round TENTHS VERB [OPTION]: false when it had ended before
  local tenths=$1 file=exec-a what
  shift
  prepare_round
  [ "$1" != up ] || file=exec-b
  [ "$1" = down ] || set -- --no-wait "$@"
  what="$* stopped for 0.$tenths timeouts"
  ((tenths < 10)) || what="$* stopped for $((tenths / 10)).$((tenths % 10)) timeouts"
  begin "$work/$file.yaml" -v --confirm-timeout $stop_timeout "$@"
  draw "$stop_span"
  pause "$drawn"
  if has_ended; then
    end
    return 1
  fi
  kill -STOP "$controller"
  pause $((tenths * stop_timeout * 100))
  kill -CONT "$controller"
  end
  judge_round "$what"
  stopped=$((stopped + 1))
}

half_open_round() {
  local whom
  prepare_round
  draw $campaign_nodes
  whom=$drawn
  begin "$work/ssh-b.yaml" --no-wait -v --confirm-timeout $stop_timeout up
  await_says ': applying' || { end; return 1; }
  draw 2500
  pause "$drawn"
  if has_ended; then
    end
    return 1
  fi
  link "$whom" down
  pause $((2 * stop_timeout * 1000))
  link "$whom" up
  end
  judge_round "a half-open connection of node $whom"
  halves=$((halves + 1))
}

# One node's agent after its promise: it dies, or hears nothing for three timeouts. If mesh notices before it commits,
# all nodes stay old. Else it runs once more by itself, with an agent that is sound by then, and all nodes are new.
promise_round() { # promise_round VARIABLE=VALUE
  prepare_round
  printf '#!/bin/sh\nif mkdir %s; then export %s; fi 2>/dev/null\nexec "$@"\n' "$work/sick" "$1" >"$work/once"
  chmod +x "$work/once"
  rm -rf "$work/sick"
  draw $campaign_nodes
  write_files promise exec "$drawn:$work/once"
  begin "$work/promise-b.yaml" --no-wait -v --confirm-timeout $stop_timeout up
  end
  [ -d "$work/sick" ] || fail "a promise with $1: the agent was not started by its way"
  judge_round "a promise with $1"
  promises=$((promises + 1))
}

stops() {
  local tenths began k
  # One name for each state: what was kept before is `old`, too.
  rm -f "$work"/states/*
  now
  began=$ms
  test_case 'undisturbed runs all commit'
  count_for 1 20
  stop_span=0
  for ((k = 0; k < rounds; k++)); do
    prepare_round
    now
    stop_span=$((stop_span - ms))
    begin "$work/exec-b.yaml" --no-wait -v --confirm-timeout $stop_timeout up
    end
    now
    stop_span=$((stop_span + ms))
    expect_status 0
    note_window
    undisturbed=$((undisturbed + 1))
  done
  stop_span=$((stop_span / rounds))

  test_case 'the controller is stopped'
  for tenths in 15 4 30; do
    count_for 1 10
    rounds_that_count "$rounds" stop_round "$tenths" up
    rounds_that_count "$rounds" stop_round "$tenths" rotate
    rounds_that_count "$rounds" stop_round "$tenths" down -r
    [ -n "${WGMESH_LONG:-}" ] || break
  done

  test_case 'an agent dies after its promise, or is deaf'
  count_for 1 5
  rounds_that_count "$rounds" promise_round WGMESH_DIE_AFTER_PROMISE=1
  rounds_that_count "$rounds" promise_round WGMESH_DEAF_AFTER_PROMISE=$((3 * stop_timeout * 1000))

  test_case 'one connection is half-open'
  count_for 1 20
  rounds_that_count "$rounds" half_open_round
  now
  echo "# $stopped stops, $halves half-open connections, $promises agents that died or were deaf after a promise, $undisturbed undisturbed runs in $(((ms - began) / 1000)) s;" \
    "from the last promise to the last commit: ${windows[*]:-none} ms"
}
