# shellcheck shell=bash
# cuts.sh - for campaign.sh. `cuts`: SSH is cut, packets dropped without a word, at each step of the protocol: for
# one node, and for all at once at the controller; and by the very change that is made, where SSH to a node runs
# through the mesh. Within the confirm timeout and 2 s each node that was cut off has healed by itself, and all
# are in the old state or the new one, whole (nodes may differ when a first commit may have been sent). 60 cuts
# with WGMESH_LONG.

# shellcheck disable=SC2034,SC2154 # campaign.sh shares its variables
cut_timeout=3
slowest_heal=0 cuts=0 early=0
steps=(connecting looking 'making keys' planning applying committing)

link() { nsenter -t "$(<"$LAB/switch.pid")" -n -- ip link set "u$1" "$2"; }

await_healing() { # await_healing WHAT WHOM: until the nodes that were cut off have no open transaction
  local cut_at cut_off=${2/ctl/}
  now
  cut_at=$ms
  while journals "$cut_off"; do
    now
    if ((ms - cut_at > (cut_timeout + 2) * 1000)); then
      fail "$1: not healed after $((cut_timeout + 2)) s"
      return
    fi
    pause 50
  done
  now
  ((ms - cut_at <= slowest_heal)) || slowest_heal=$((ms - cut_at))
}

# The confirm timeout is short. On a busy machine a node may be silent for so long, and that ends the command before it
# is cut. No node may have the change then.
ended_before() {
  end
  early=$((early + 1))
  settle 30 || fail 'agents are left'
  expect_old_or_new 'a command that ended before it was cut' "$at" "$at" no
}

cut() { # cut STEP WHOM: false when the command ended before its cut
  local step=$1 whom=$2 to=b what="a cut of $2 while $1" may_mix=no
  [ "$at" = a ] || to=a
  begin "$work/ssh-$to.yaml" --no-wait --confirm-timeout $cut_timeout up
  if [ "$whom" = ctl ] || [ "$step" = 'making keys' ]; then # not every node makes one
    await_says ": $step"
  else
    await_says "n$whom: $step"
  fi || { ended_before; return 1; }
  [ "$whom" = ctl ] || { whom=${said_line%%:*} && whom=${whom#n}; }
  link "$whom" down
  cuts=$((cuts + 1))
  await_healing "$what" "$whom"
  kill -KILL "$controller" 2>/dev/null
  end
  link "$whom" up
  settle 30 || fail "$what: agents are left"
  ! has_sent_commit || may_mix=yes
  expect_old_or_new "$what" "$at" $to $may_mix
  converge "$work/exec-$to.yaml" $to
  at=$to
}

# SSH to node 1 goes through node 0 and the mesh. With the new mark, WireGuard of node 1 has no way out. (Endpoints
# that are wrong at both ends would not do: whoever applies last is heard at the right one, and heals the other.)
write_inner_mesh() {
  "$nodes" inside inside1 1 fd00:0:0:7::2
  sed 's/ssh: test1$/ssh: inside1/; s/^nodes:/fwmark: 7\n&/' "$work/ssh-a.yaml" >"$work/cuts-itself.yaml"
  nsenter -t "${init[1]}" -n ip rule add fwmark 7 blackhole
}

self_cut() { # false when the command ended before its cut
  begin "$work/cuts-itself.yaml" --no-wait --confirm-timeout $cut_timeout up
  await_says 'n1: applying' || { ended_before; return 1; }
  until journals 1 || has_ended; do pause 50; done
  cuts=$((cuts + 1))
  await_healing 'a change that cuts itself off' ctl
  end
  [ "$status" != 0 ] || fail 'a change that cuts itself off: exit status 0'
  settle 30 || fail 'a change that cuts itself off: agents are left'
  expect_old_or_new 'a change that cuts itself off' "$at" cut no
  return 0
}

cuts() {
  local step k whom began
  mesh_file=$work/ssh-a.yaml
  mesh --no-wait up
  expect_status 0
  at=a mixed=0
  now
  began=$ms

  for step in "${steps[@]}"; do
    count_for 1 9
    test_case "SSH is cut while $step"
    for ((k = 0; k < rounds; k++)); do
      draw $campaign_nodes
      whom=$drawn
      ((k % 2 == 0)) || whom=ctl
      [ "$step" != committing ] || ((k > 0)) || whom=ctl
      rounds_that_count 1 cut "$step" "$whom"
      [ -z "$broken" ] || break
    done
  done

  test_case 'SSH runs through the mesh that is changed'
  [ $at = a ] || converge "$work/exec-a.yaml" a
  at=a
  write_inner_mesh
  mesh_file=$work/exec-a.yaml
  mesh up # waits until every pair forwards
  count_for 1 6
  rounds_that_count "$rounds" self_cut
  now
  echo "# $cuts cuts in $(((ms - began) / 1000)) s: slowest healed after $slowest_heal ms, nodes differed $mixed times, $early commands ended before their cut"
}
