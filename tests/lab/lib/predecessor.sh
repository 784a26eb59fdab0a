# shellcheck shell=bash
# predecessor.sh - a mesh as wireguard-mesh leaves it on its nodes: `. tests/lab/lib/predecessor.sh` after lib.sh.
#
#   make_predecessor COUNT   the mesh "test" of nodes n0 … on nodes 0…COUNT-1, up: a file in wg-quick's form, written
#                            here by hand, and what wg-quick makes of it. $mesh_file is for the same mesh
#   old_files I              the names and checksums of what node I has in /etc/wireguard and of enabled units

old_inner() { printf 'fd77::%x\n' $((16 + $1)); }
old_enabled() { echo "/etc/systemd/system/multi-user.target.wants/wg-quick@wg-test$1.service"; }

# shellcheck disable=SC2154 # lib.sh's variables
old_file() { # old_file I COUNT
  local i=$1 j bridge
  printf '%s\n' '[Interface]' "PrivateKey = $(<"$work/key.$i")" "Address = $(old_inner "$i")/128" 'ListenPort = 51820'
  for ((j = 0; j < $2; j++)); do
    [ "$i" != "$j" ] || continue
    bridge="ip link add br-test type bridge stp_state 1 priority $((4096 * (i + 1)))"
    printf 'PostUp = %s\n' "ip link add gt-test$j type ip6gretap local $(old_inner "$i") remote $(old_inner "$j")" \
      "ip link set gt-test$j up" \
      "test -e /sys/class/net/br-test || { $bridge; ip link set br-test up; ip address add $(inner "$i")/64 dev br-test; }" \
      "ip link set gt-test$j master br-test"
    printf 'PreDown = %s\n' "ip link del gt-test$j" "ls /sys/class/net/br-test/brif | grep -q . || ip link del br-test"
  done
  for ((j = 0; j < $2; j++)); do
    [ "$i" != "$j" ] || continue
    printf '\n%s\n' '[Peer]'
    printf '%s\n' "# friendly_name = n$j" "# friendly_json = {\"rack\": $j}" "PublicKey = $(wg pubkey <"$work/key.$j")" \
      "PresharedKey = $(cat "$work/psk.$i.$j" "$work/psk.$j.$i" 2>/dev/null)" "AllowedIPs = $(old_inner "$j")/128" \
      "Endpoint = $("$nodes" addr "$j"):51820" 'PersistentKeepalive = 25'
  done
}

make_predecessor() {
  umask 077
  local count=$1 i j
  for ((i = 0; i < count; i++)); do
    wg genkey >"$work/key.$i"
    for ((j = i + 1; j < count; j++)); do wg genpsk >"$work/psk.$i.$j"; done
  done
  mesh_file=$work/mesh.yaml
  printf '%s\n' 'name: test' 'network: fd00:0:0:1::/64' 'nodes:' >"$mesh_file"
  for ((i = 0; i < count; i++)); do
    printf '  n%s: {addr: "%s/64", ssh: test%s, endpoint: %s}\n' "$i" "$(inner "$i")" "$i" "$("$nodes" addr "$i")" >>"$mesh_file"
    old_file "$i" "$count" >"$work/old.$i.conf"
  done
  for ((i = 0; i < count; i++)); do
    on "$i" sh -c "mkdir -p /etc/wireguard /etc/systemd/system/multi-user.target.wants
      cat >/etc/wireguard/wg-test$i.conf; chmod 600 /etc/wireguard/wg-test$i.conf
      ln -s /lib/systemd/system/wg-quick@.service $(old_enabled "$i")
      wg-quick up wg-test$i" <"$work/old.$i.conf" >"$work/quick.$i" 2>&1 &
  done
  wait
  for ((i = 0; i < count; i++)); do
    on "$i" wg show "wg-test$i" public-key >/dev/null || { cat "$work/quick.$i"; return 1; }
  done
}

old_files() { on "$1" sh -c 'cd /etc && sha256sum wireguard/*; ls -l --time-style=+ systemd/system/*.wants/wg-quick*' 2>&1; }
