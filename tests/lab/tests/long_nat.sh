#!/bin/bash
# Which two of a public node, NAT, firewall, NAT with random ports and double NAT get a direct link, how long after the
# start of `up`, and why the others get none; and that such a link outlives a
# rotation and a restore.
. "$(dirname "$(readlink -f "$0")")/../lib/lib.sh"
. "$lab_folder/lib/routers.sh"

"$nodes" up 4 0:server=none 1:server=none 2:server=none 3:server=none || exit 1
public 0 1
write_mesh '' 0 1 2 3
kinds=(nat firewall random double)
for ((a = 0; a < ${#kinds[@]}; a++)); do
  for ((b = a; b < ${#kinds[@]}; b++)); do
    test_case "${kinds[a]} and ${kinds[b]}"
    behind "${kinds[a]}" 2
    behind "${kinds[b]}" 3
    began=$SECONDS
    here up
    expect_status 0
    echo "# ${kinds[a]} and ${kinds[b]}: $((SECONDS - began)) s, $(grep 'n2-n3' <<<"$err" | tail -n 1)"
    if [[ "${kinds[a]} ${kinds[b]}" == *random* ]]; then
      expect_err 'NAT gives each peer another port'
    else
      expect 'they talk directly' talks_directly 2 3
    fi
    here down -r
  done
done

behind nat 2
behind nat 3
test_case 'rotation keeps the link'
here up
expect_status 0
here rotate
expect_status 0
expect 'they talk directly' await 30 talks_directly 2 3

test_case 'restore brings it back'
on 3 ip link del br-test
on 3 ip link del wg-test
run "$nodes" in 3 wgmesh-agent restore test
expect_status 0
expect 'they talk directly' await 60 talks_directly 2 3

test_case 'split horizon: every two nodes have a link'
here down -r
write_mesh 'loop_prevention: split-horizon' 0 1 2 3
here up
expect_status 0
ping_pairs 4 inner

finish
