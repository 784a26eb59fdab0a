# shellcheck shell=bash
# duels.sh - for campaign.sh. `duels`: two controllers with different files at once: exactly one goes on, and its
# mesh stands on all nodes; the other exits 5 and says who holds the mesh. 40 rounds with WGMESH_LONG.

# shellcheck disable=SC2034,SC2154 # campaign.sh shares its variables
declare -A wins=([a]=0 [b]=0)

duel() { # duel TRANSPORT ORDER: false when they did not meet
  local transport=$1 state other
  local -A process=() code=()
  for state in $2; do
    in_ctl "$mesh_program" -f "$work/$transport-$state.yaml" --progress plain --no-wait up \
      </dev/null >"$work/out.$state" 2>"$work/err.$state" &
    process[$state]=$!
    draw 50
    pause "$drawn"
  done
  for state in a b; do
    code[$state]=0
    wait "${process[$state]}" || code[$state]=$?
  done
  last="two controllers over $transport" status="${code[*]}" out='' err=$(cat "$work/err.a" "$work/err.b")
  if [ "${code[a]} ${code[b]}" = '0 0' ]; then # one was through before the other one looked
    settle 20 || fail 'agents are left'
    look
    all_are a || all_are b || fail "both have changed all nodes, and these are ${is[*]}"
    at=${is[0]}
    return 1
  fi
  for state in a b; do
    other=b
    [ $state = a ] || other=a
    [ "${code[$state]}" = 0 ] || continue
    wins[$state]=$((wins[$state] + 1))
    at=$state
    [ "${code[$other]}" = 5 ] || fail "$state ended with 0 and $other with ${code[$other]}"
    grep -q 'locked by root@' "$work/err.$other" || fail "the loser does not say who holds it"
    settle 20 || fail 'agents are left'
    look
    all_are $state || { fail "$state has won, and nodes are ${is[*]}"; explain $state; }
    return 0
  done
  fail "nobody has won: a ended with ${code[a]}, b with ${code[b]}"
}

duels() {
  local round missed=0 transport order began
  now
  began=$ms
  count_for 2 40
  test_case "$rounds times two controllers at once"
  for ((round = 0; round < rounds; )); do
    mesh_file=$work/exec-a.yaml
    mesh down
    expect_status 0
    transport=exec order='a b'
    ((round % 4 != 1)) || transport=ssh
    ((round % 2 == 0)) || order='b a'
    if duel $transport "$order"; then round=$((round + 1)); else missed=$((missed + 1)); fi
    [ -z "$broken" ] || break
    ((missed < 3 + rounds / 4)) || { fail "they did not meet $missed times"; break; }
  done
  now
  echo "# $round rounds ($missed missed) in $(((ms - began) / 1000)) s: a won ${wins[a]} times, b ${wins[b]} times"
}
