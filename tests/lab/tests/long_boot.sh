#!/bin/bash
# vm: own
# The power fails while three nodes change from one plan to another, CUTS times (default 2, and 20 with
# WGMESH_LONG=1): SIGKILL of the machine at a random instant of the apply. What the nodes keep under
# /var/lib/wgmesh lies on a disk. After the next boot, without a network, a name server or a controller,
# `wgmesh-agent restore` brings every node to the old plan or the new one, whole: read with ip and wg, it
# equals what that plan looked like before the first cut.
. "$(dirname "$(readlink -f "$0")")/../lib/lib.sh"
names=(a b c)

# --- In the machine: the nodes are namespaces, and all of this goes away with a cut -----------------

disk=/mnt/disk agent=/var/lib/wgmesh/bin/wgmesh-agent
declare -A pids

in_node() { local name=$1; shift; nsenter -t "${pids[$name]}" -m -n -- "$@"; }
tell() { printf '%s\n' "$*"; } # to the other side

start_nodes() {
  local name
  mkdir -p $disk /var/lib/wgmesh
  mount -t ext4 /dev/vda $disk
  for name in "${names[@]}"; do
    mkdir -p "$disk/$name"
    unshare --net --mount --propagation private bash -c "
      mount --bind $disk/$name /var/lib/wgmesh && mount -t tmpfs tmpfs /run && mount -t sysfs sysfs /sys &&
      : >/run/ready && exec sleep infinity" &
    pids[$name]=$!
  done
  for name in "${names[@]}"; do await 60 test -e "/proc/${pids[$name]}/root/run/ready" || tell "not ok $name"; done
}

plug_nodes() {
  local name i=0
  ip link add switch type bridge forward_delay 0 stp_state 0
  ip link set switch up
  for name in "${names[@]}"; do
    i=$((i + 1))
    printf '%s\n' "link add u$name type veth peer name eth0 netns ${pids[$name]}" \
      "link set u$name master switch up" | ip -batch -
    printf '%s\n' "addr add 10.98.0.$i/24 dev eth0" 'link set eth0 up' 'link set lo up' | in_node "$name" ip -batch -
    echo "10.98.0.$i $name.boot.test" >>/etc/hosts
  done
}

# The named values of what is there; nothing that changes by itself (a bridge's timers are those of the root).
snapshot() { # snapshot NODE
  in_node "$1" wg show wg-boot dump 2>/dev/null |
    awk 'NR == 1 { print $2, $3, $4; next } { print $1, ($2 == "(none)" ? "none" : "psk"), $3, $4, $8 }' | sort
  in_node "$1" ip -j -d addr show | jq -S '[.[] | select(.ifname | test("^(wg|br|gt)-")) | {ifname, mtu, address, group,
    ifalias, altnames, master, up: (.flags | index("UP") != null), kind: .linkinfo.info_kind, data: (.linkinfo.info_data // {} |
    {local, remote, stp_state, priority}),
    addresses: [.addr_info[] | select(.scope == "global") | "\(.local)/\(.prefixlen)"]}] | sort_by(.ifname)'
}

write_plan() { # write_plan old|new: they differ in links, peers, ports' settings, addresses, timers and MTU
  local name i=0 new=0
  declare -A peers=([a]=b [b]='' [c]=b)
  printf '%s\n' 'name: boot' 'network: fd00:b::/64' 'full: false'
  if [ "$1" = new ]; then
    new=1 peers=([a]='b, c' [b]=c [c]='')
    printf '%s\n' 'mtu: 1300' 'persistent_keepalive: 11' 'stp: {forward_delay: 5, max_age: 7}'
  fi
  echo 'nodes:'
  for name in "${names[@]}"; do
    i=$((i + 1))
    printf '    %s\n' "endpoint: $name.boot.test" "exec: nsenter -t ${pids[$name]} -m -n --" "prio: $(((i + new) * 4096))" \
      "peers: [${peers[$name]}]" "addr: fd00:b::$((i + 16 * new))/64" | sed "1i \\  $name:"
  done
}

up() { # up old|new
  write_plan "$1" >/run/mesh.yaml
  "$mesh_program" -f /run/mesh.yaml up --no-wait 2>&1
}

announce_apply() {
  until [ -e $disk/a/boot/journal.undo ] || [ -e $disk/b/boot/journal.undo ] || [ -e $disk/c/boot/journal.undo ]; do
    read -rt 0.01 -u "$never"
  done
  tell applying
}

# What a node is, against what it was with either plan.
judge() { # judge NODE
  local now plan
  now=$(snapshot "$1")
  for plan in old new; do
    [ "$now" != "$(<"$VM_OUT/$plan.$1")" ] || { echo $plan; return; }
  done
  echo neither
  diff <(echo "$now") "$VM_OUT/new.$1" >&2
}

guest() { # guest first|next|last
  local name plan said next=new announcer
  exec {never}<> <(:)
  start_nodes
  if [ "$1" = first ]; then
    plug_nodes
    for plan in old new; do
      announcer=
      [ $plan = old ] || { announce_apply & announcer=$!; }
      said=$(up $plan) || tell "not ok: up with the $plan plan: $said"
      [ -z "$announcer" ] || { wait "$announcer"; tell applied; }
      for name in "${names[@]}"; do snapshot "$name" >"$VM_OUT/$plan.$name"; done
    done
    next=old
  else
    for name in "${names[@]}"; do
      said=$(in_node "$name" $agent restore 2>&1) || tell "not ok: restore on $name: $said"
      plan=$(judge "$name" 2>&1)
      tell "restored $name $plan: ${said//$'\n'/; }"
      [ "$name" != a ] || [ "$plan" != new ] || next=old
      said=$(in_node "$name" $agent restore 2>&1)
      [ "$said" = 'boot: is up already' ] || tell "not ok: a second restore on $name: $said"
    done
    [ "$1" != last ] || return 0
    plug_nodes
  fi
  announce_apply &
  said=$(up $next) || tell "not ok: up with the $next plan: $said"
  tell applied
  sleep 60 # the power is cut
}

# --- Outside --------------------------------------------------------------------------------------

now_ms() { local t=${EPOCHREALTIME/[.,]/}; echo $((t / 1000)); }

# One boot. Reads what the machine tells into $told; cuts the power some time after it applies. Sets
# $was_cut where that came before the machine had finished.
boot() { # boot first|next|last
  local line began='' cut_at='' pid
  told=() was_cut=''
  exec {machine}< <("$lab_folder/tools/vm" --disk "$work/disk" --out "$work/out" --mem 1024 --limit 400 "$0" "$1" 2>&1)
  pid=$!
  while :; do
    if [ -z "$cut_at" ]; then
      IFS= read -r line <&"$machine" || break
    else
      # shellcheck disable=SC2046
      IFS= read -r -t "$(wait_until "$cut_at")" line <&"$machine" || {
        [ "$(now_ms)" -ge "$cut_at" ] && was_cut=1
        break
      }
    fi
    line=${line%$'\r'}
    case $line in
      applying)
        began=$(now_ms)
        [ "$1" = first ] && [ -z "$duration" ] || cut_at=$((began + RANDOM * duration / 32768))
        ;;
      applied)
        if [ -n "$cut_at" ]; then break; fi
        duration=$(($(now_ms) - began))
        ;;
      *) told+=("$line") ;;
    esac
  done
  [ -z "$cut_at" ] || kill -KILL "$(<"$work/out/.vm/qemu.pid")" 2>/dev/null
  wait "$pid"
  exec {machine}<&-
}

wait_until() { # seconds from now, as `read -t` wants them
  local left=$(($1 - $(now_ms)))
  ((left > 0)) || left=1
  printf '%d.%03d\n' $((left / 1000)) $((left % 1000))
}

if [ -n "${WGMESH_IN_VM:-}" ]; then
  guest "$1"
  exit
fi

cuts=${CUTS:-$([ -n "${WGMESH_LONG:-}" ] && echo 20 || echo 2)} done_cuts=0 boots=0 duration=''
declare -A ends=([old]=0 [new]=0 [undone]=0 [finished]=0)
truncate -s 64M "$work/disk"
mkfs.ext4 -q "$work/disk"
mkdir "$work/out"

what=first
test_case 'three nodes have been up with either plan'
while :; do
  boot $what
  boots=$((boots + 1))
  for line in "${told[@]}"; do
    case $line in
      'not ok'*) fail "$line" ;;
      restored*)
        [[ $line =~ ^restored\ .\ (old|new): ]] && ends[${BASH_REMATCH[1]}]=$((ends[${BASH_REMATCH[1]}] + 1)) || fail "$line"
        [[ $line != *'undone the interrupted'* ]] || ends[undone]=$((ends[undone] + 1))
        [[ $line != *'finished the interrupted'* ]] || ends[finished]=$((ends[finished] + 1))
        ;;
    esac
  done
  if [ $what != first ]; then
    expect 'every node was restored' test "$(printf '%s\n' "${told[@]}" | grep -c '^restored')" = 3
  else
    expect 'an apply takes a while' test "${duration:-0}" -gt 0
  fi
  [ -z "$broken" ] || printf '#   %s\n' "${told[@]}" | tail -n 60
  [ $what != last ] || break
  [ -n "$duration" ] || break
  [ -z "$was_cut" ] || done_cuts=$((done_cuts + 1))
  ((done_cuts < cuts && boots <= 2 * cuts + 3)) && what=next || what=last
  test_case "after power cut $done_cuts every node is old or new, whole"
done
test_case 'the power was cut often enough in the middle of an apply'
expect "$done_cuts of $cuts cuts" test "$done_cuts" -ge "$cuts"
echo "# $done_cuts cuts within the $duration ms of an apply: of $((ends[old] + ends[new])) restored nodes ${ends[old]} old," \
  "${ends[new]} new; ${ends[undone]} open changes undone, ${ends[finished]} finished"
finish
