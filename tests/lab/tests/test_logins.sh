#!/bin/bash
# Nodes that are entered in different ways, in one mesh: other login shells, sudo, doas and a sudo that wants a
# password, dropbear, a node with busybox alone, a locked key file; with WGMESH_LONG also shells that talk, a jump and a
# key that only an agent holds among seven others, which the layer ssh enters in any run. One `up`, then nothing to do,
# then nothing left.
. "$(dirname "$(readlink -f "$0")")/../lib/lib.sh"

ways=(
  'shell=tcsh,user=tess,become=sudo'
  'shell=fish,user=finn,become=doas'
  server=dropbear
  root=busybox
  'user=ops,become=sudo-password'
  auth=key # its key is locked
)
[ -z "${WGMESH_LONG:-}" ] || ways+=(
  chatty=yes
  'chatty=yes,shell=tcsh'
  auth=key # behind a jump
  auth=key # its key is in an agent
)
count=${#ways[@]}
settings=()
for ((i = 0; i < count; i++)); do settings+=("$i:${ways[i]}"); done
"$nodes" up "$count" "${settings[@]}" || exit 1

# A star, so that there are few tunnels.
mesh_file=$work/mesh.yaml
{
  printf '%s\n' 'name: test' 'network: fd00:0:0:1::/64' 'full: false' 'nodes:'
  for ((i = 0; i < count; i++)); do
    ssh=test$i
    [ $i != 1 ] || ssh='{host: test1, become: doas}' # there is a sudo too, and it comes first
    printf '  n%d: {addr: "fd00:0:0:1::%x/64", endpoint: %s, ssh: %s%s}\n' $i $((i + 1)) \
      "$("$nodes" addr $i)" "$ssh" "$([ $i = 0 ] || echo ', peers: [n0]')"
  done
} >"$mesh_file"

# The first value of an option counts, so these stand in front. Nodes 5 and 9 do not take ctl's usual key.
config=$(<"$LAB/ssh/config")
cat - <(echo "$config") >"$LAB/ssh/config" <<CONFIG
Host test5
  IdentityFile ~/.ssh/locked
Host test8
  ProxyJump test6
Host test9
  IdentityAgent ~/.ssh/agent
  IdentityFile ~/.ssh/held.pub
CONFIG
passphrase='lab passphrase'
make_key() { ssh-keygen -q -t ed25519 -a 1 -N "$2" -C "$1" -f "$LAB/ssh/$1" </dev/null; }
in_agent=()
for name in other{1..7} held; do
  make_key $name ''
  in_agent+=("$LAB/ssh/$name")
done
make_key locked "$passphrase"
cp "$LAB/ssh/locked.pub" "$("$nodes" path 5 /root/.ssh/authorized_keys)"
[ $count -le 9 ] || cp "$LAB/ssh/held.pub" "$("$nodes" path 9 /root/.ssh/authorized_keys)"
ssh-agent -D -a "$LAB/ssh/agent" >/dev/null &
agent=$!
trap 'kill $agent; "$nodes" down 2>/dev/null; rm -rf "$work"' EXIT
await 30 test -S "$LAB/ssh/agent" && SSH_AUTH_SOCK=$LAB/ssh/agent ssh-add -q "${in_agent[@]}" || exit 1
rm "${in_agent[@]}"

asked_or_over() { grep -qF "$2" "$work/terminal" || ! kill -0 "$1"; }

# mesh on a terminal of its own, where the $questions are answered when they come. Afterwards $out has
# what the terminal showed last.
mesh_on_terminal() {
  local question terminal keys
  last="mesh $* on a terminal"
  mkfifo "$work/keys"
  : >"$work/terminal"
  script -qfec "$nodes ctl $mesh_program -f $mesh_file $*" "$work/terminal" <"$work/keys" >/dev/null &
  terminal=$!
  exec {keys}>"$work/keys"
  for question in "${questions[@]}"; do
    if ! await 90 asked_or_over $terminal "$question" || ! grep -qF "$question" "$work/terminal"; then
      kill $terminal 2>/dev/null
      break
    fi
    case $question in
      Password*) echo lab-password ;;
      *) echo "$passphrase" ;;
    esac >&$keys
  done
  status=0
  wait $terminal || status=$?
  exec {keys}>&-
  rm "$work/keys"
  out=$(tr -d '\r' <"$work/terminal" | sed 's/\x1b\[[0-9]*[A-Za-z]//g' | tail -n 40) err=''
  for question in "${questions[@]}"; do
    expect "'$question' comes once" test "$(grep -oF "$question" "$work/terminal" | wc -l)" = 1
  done
  expect 'no secret is shown' bash -c "! grep -F -e lab-password -e '$passphrase' '$work/terminal'"
}

questions=('Password for sudo on the nodes: ' 'Passphrase of /root/.ssh/locked: ')
test_case "up through ${#ways[@]} kinds of login"
mesh_on_terminal -K up
expect_status 0
expect_out "$count nodes: $count changed, all $((count - 1)) pairs forward"
for ((i = 0; i < count; i++)); do
  expect "node $i has the mesh" test "$(on $i cat /sys/class/net/br-test/ifalias)" = wgmesh:test
done

test_case 'then there is nothing to do'
mesh_on_terminal -K plan --detailed-exitcode
expect_status 0
expect_out "No changes on $count nodes."

test_case '-K without a terminal says so'
mesh -K info
expect_status 1
expect_err 'there is no terminal to ask on'

test_case 'a command that prints no password ends that login, with its own words'
sed -i 's/ssh: test4/ssh: {host: test4, become_password_command: "cat ~\/.ssh\/sudo"}/' "$mesh_file"
questions=('Passphrase of /root/.ssh/locked: ')
mesh_on_terminal -q plan
expect_status 4
expect_out 'mesh: n4: connect: become_password_command fails with exit status 1: cat: /root/.ssh/sudo: No such file'

test_case 'down -r leaves no link, file or process; the password of sudo comes from a command'
(umask 077 && printf 'lab-password\nuser: ops\n' >"$LAB/ssh/sudo")
mesh_on_terminal down -r
expect_status 0
for ((i = 0; i < count; i++)); do
  expect "node $i has no link" bash -c "! '$nodes' in $i ls /sys/class/net | grep -E '^(wg|br|gt)-test'"
  expect "node $i has no file" bash -c "! '$nodes' in $i find /var/lib /run /usr/local/sbin /etc/systemd -name '*wgmesh*' | grep ."
  expect "node $i has no process" bash -c "! '$nodes' in $i pgrep wgmesh-agent"
done

finish
