# shellcheck shell=bash disable=SC2154 # nodes is a variable of lib.sh
# routers.sh - nodes of the lab behind routers of their own; sourced by tests, after lib.sh. The addresses that
# look public are those of 203.0.113.0/24, on the switch that all share, and 198.51.100.0/24, behind firewalls.
#
#   public I…             nodes I… have an address on the switch: public_addr I
#   behind KIND I…        a new router stands between nodes I… and the switch. KIND is
#       nat               it masquerades, and keeps a flow's port where it can
#       random            it masquerades, and gives each flow another port
#       firewall          it forwards as it is: nodes have addresses that look public
#       double            two routers, one behind the other: both masquerade
#   behind_carrier KIND I J  two homes, of node I and of node J, share one address of the switch: a router of each home
#       masquerades, and the carrier's router does so again. KIND is `hairpin`, where the carrier lets its homes reach
#       each other at the address outside, or `plain`, where it does not
#   Each router drops what was not asked for. One way through it takes 20 ms.
#   router_addr K         of the K-th router, counted from 0, on the switch
#   write_mesh 'KEYS' I…  $mesh_file: nodes I…, over exec, of which 0 and 1 are public
#   inner_of I            node I's inner address
#   talks_directly I J    what I sends to J's inner address comes back, so it is their own link
#   forget K, other_ports K FIRST-LAST, other_address K ADDRESS, start_behind I   what happens to routers and nodes
#   far_router K MS, far_node I MS   one way out of it to the switch takes that long from now on

public_addr() { echo "203.0.113.$((100 + $1))"; }
router_addr() { echo "203.0.113.$((1 + $1))"; }
in_switch() { nsenter -t "$(<"$LAB/switch.pid")" -n -- "$@"; }
at_router() { nsenter -t "$(<"$LAB/router$1.pid")" -n -- "${@:2}"; } # at_router K CMD…
routers=0 firewalls=0
known_routes=() # "PREFIX GATEWAY": what lies behind firewalls

public() {
  local i
  for i in "$@"; do on "$i" ip addr add "$(public_addr "$i")/24" dev eth0; done
}

# A namespace with forwarding, $LAB/routerK.pid.
new_router() { # new_router K
  unshare --net --mount --propagation private sleep infinity </dev/null >/dev/null 2>&1 &
  echo $! >"$LAB/router$1.pid"
  disown $!
  local own
  own=$(readlink /proc/self/ns/net)
  await 30 eval "[ \"\$(readlink /proc/$!/ns/net)\" != '$own' ]" || return 1
  nsenter -t "$!" -n -m -- sh -c 'mount -t proc proc /proc 2>/dev/null; echo 1 >/proc/sys/net/ipv4/ip_forward
    ip link set lo up; ip link add lan type bridge; ip link set lan up'
}

filter_of() { # filter_of KIND
  local masquerade=''
  case $1 in nat | double) masquerade='oif "wan" masquerade' ;; random) masquerade='oif "wan" masquerade fully-random' ;; esac
  printf '%s\n' 'table ip router {' \
    'chain input { type filter hook input priority filter; iif "wan" ct state new,invalid drop; }' \
    'chain forward { type filter hook forward priority filter; iif "wan" ct state new,invalid drop; }' \
    "chain post { type nat hook postrouting priority srcnat; $masquerade; }" '}'
}

# The wan interface of router K, whose peer becomes a port of a bridge of another namespace.
wan_of() { # wan_of K PID BRIDGE ADDRESS/LENGTH [GATEWAY]
  nsenter -t "$2" -n -- ip link add "wan$1" type veth peer name wan netns "$(<"$LAB/router$1.pid")"
  nsenter -t "$2" -n -- ip link set "wan$1" master "$3" up
  at_router "$1" sh -c "ip addr add $4 dev wan && ip link set wan up && tc qdisc add dev wan root netem delay 20ms &&
    { [ -z '${5:-}' ] || ip route add default via '${5:-}'; }"
}

behind() {
  local kind=$1 k=$routers i network first length gateway outer
  shift
  new_router "$k"
  if [ "$kind" = double ]; then
    wan_of "$k" "$(<"$LAB/switch.pid")" switch "$(router_addr "$k")/24"
    learn_routes "$k"
    at_router "$k" ip addr add 10.0.0.1/24 dev lan
    filter_of nat | at_router "$k" nft -f -
    outer=$k
    k=$((k + 1))
    new_router "$k"
    wan_of "$k" "$(<"$LAB/router$outer.pid")" lan 10.0.0.2/24 10.0.0.1
  else
    wan_of "$k" "$(<"$LAB/switch.pid")" switch "$(router_addr "$k")/24"
    learn_routes "$k"
  fi
  # Behind a firewall each router has 32 addresses of its own; all the other homes have the same ones.
  network=192.168.1 first=1 length=24
  if [ "$kind" = firewall ]; then
    network=198.51.100 first=$((firewalls * 32 + 1)) length=27
    firewalls=$((firewalls + 1))
  fi
  gateway=$network.$first
  at_router "$k" ip addr add "$gateway/$length" dev lan
  filter_of "$kind" | at_router "$k" nft -f -
  routers=$((k + 1))
  for i in "$@"; do plug_behind "$i" "$k" "$network.$((first + 9 + i))/$length" "$gateway"; done
  [ "$kind" != firewall ] || route_to "$k" "$network.$((first - 1))/$length"
}

behind_carrier() {
  local carrier=$routers place=0 i k
  new_router "$carrier"
  wan_of "$carrier" "$(<"$LAB/switch.pid")" switch "$(router_addr "$carrier")/24"
  learn_routes "$carrier"
  at_router "$carrier" ip addr add 10.0.0.1/24 dev lan
  filter_of nat | at_router "$carrier" nft -f -
  # Each home has a port of its own, whoever it sends to: a carrier does not mix them up.
  at_router "$carrier" nft -f - <<END
table ip carrier {
  chain post {
    type nat hook postrouting priority srcnat - 1
    ip saddr 10.0.0.2 udp sport 51820 snat to $(router_addr "$carrier"):40002
    ip saddr 10.0.0.3 udp sport 51820 snat to $(router_addr "$carrier"):40003
  }
  chain pre {
    type nat hook prerouting priority dstnat
    $([ "$1" != hairpin ] || printf 'iif lan ip daddr %s udp dport %s dnat to %s\n' \
      "$(router_addr "$carrier")" 40002 10.0.0.2:51820 "$(router_addr "$carrier")" 40003 10.0.0.3:51820)
  }
}
END
  routers=$((carrier + 1))
  for i in "${@:2}"; do
    k=$routers
    new_router "$k"
    wan_of "$k" "$(<"$LAB/router$carrier.pid")" lan "10.0.0.$((2 + place))/24" 10.0.0.1
    at_router "$k" ip addr add 192.168.1.1/24 dev lan
    filter_of nat | at_router "$k" nft -f -
    routers=$((k + 1)) place=$((place + 1))
    plug_behind "$i" "$k" "192.168.1.$((10 + i))/24" 192.168.1.1
  done
}

plug_behind() { # plug_behind I K ADDRESS/LENGTH GATEWAY
  in_switch ip link del "u$1" 2>/dev/null
  # Of a node that was just stopped, the other end may still be there.
  [ ! -e "$LAB/n/$1/router" ] || at_router_of "$1" ip link del "u$1" 2>/dev/null
  echo "$2" >"$LAB/n/$1/router"
  echo "$@" >"$LAB/n/$1/home"
  at_router "$2" ip link add "u$1" type veth peer name eth0 netns "$("$nodes" pid "$1")"
  at_router "$2" ip link set "u$1" master lan up
  on "$1" sh -c "ip addr add $3 dev eth0 && ip link set eth0 up && ip route add default via $4"
}

# Node I, which was off, starts behind the router where it was.
start_behind() { # start_behind I
  "$nodes" start "$1"
  # shellcheck disable=SC2046
  plug_behind $(<"$LAB/n/$1/home")
}

# Router K forgets all that it has let pass, as after a restart: its masquerade ends with its interface.
forget() { # forget K
  at_router "$1" ip link set wan down
  at_router "$1" ip link set wan up
}

# Router K gives flows other ports from now on.
other_ports() { # other_ports K FIRST-LAST
  at_router "$1" nft flush chain ip router post
  at_router "$1" nft add rule ip router post oif wan ip protocol udp masquerade to ":$2"
  forget "$1"
}

# Router K gets another address of the switch.
other_address() { # other_address K ADDRESS
  at_router "$1" sh -c "ip addr flush dev wan && ip addr add $2/24 dev wan"
}

far_router() { at_router "$1" tc qdisc replace dev wan root netem delay "$2ms"; }
far_node() { on "$1" tc qdisc replace dev eth0 root netem delay "$2ms"; }

at_router_of() { at_router "$(<"$LAB/n/$1/router")" "${@:2}"; }

# All that are on the switch reach what lies behind router K, and those that come later do, too.
route_to() { # route_to K PREFIX
  local i j
  for ((i = 0; i < $(<"$LAB/count"); i++)); do
    [ -e "$LAB/n/$i/router" ] || on "$i" ip route add "$2" via "$(router_addr "$1")" 2>/dev/null || true
  done
  for ((j = 0; j < routers; j++)); do
    [ "$j" = "$1" ] || at_router "$j" ip route add "$2" via "$(router_addr "$1")" 2>/dev/null || true
  done
  known_routes+=("$2 $(router_addr "$1")")
}

learn_routes() { # learn_routes K: the new router
  local route
  for route in "${known_routes[@]}"; do at_router "$1" ip route add "${route% *}" via "${route#* }"; done
}

# shellcheck disable=SC2034 # lib.sh's mesh and here take it
mesh_file=$work/mesh.yaml
write_mesh() {
  local i
  {
    printf '%s\n' 'name: test' 'network: fd00:0:0:1::/64' "$1" 'nodes:'
    for i in "${@:2}"; do
      echo "  n$i: {addr: \"$(inner "$i")/64\", exec: $nodes in $i$([ "$i" -gt 1 ] || echo ", endpoint: $(public_addr "$i")")}"
    done
  } >"$mesh_file"
}
inner_of() { on "$1" ip -o -6 addr show dev wg-test scope global | awk '{ sub("/.*", "", $4); print $4 }'; }
talks_directly() { on "$1" ping -q -c 1 -W 5 "$(inner_of "$2")"; }
