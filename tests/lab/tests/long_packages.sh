#!/bin/bash
# vm: own
# mesh from its Debian package, in a root of Debian 12, makes a mesh of two containers; a package of the next version
# takes its place while the mesh is up. In a root of Debian 13, mesh from the tarball makes that mesh, too. Both are what
# packaging/release left in build/dist.
. "$(dirname "$(readlink -f "$0")")/../../packages/lib.sh"

# The VM has no network: the roots are made here, and both versions are put into one of them.
root=$kept/installed root13=$kept/installed-13
if [ -z "${WGMESH_IN_VM:-}" ]; then
  {
    mkdir -p "$kept"
    { [ -e "$(package wgmesh amd64)" ] || packaging/release; } &&
      next=$(next_package) &&
      rm -rf "$root" && debian_root bookworm "$root" && mkdir -p "$root/packages" &&
      cp "$next" "$root/packages/next.deb" && cp "$(package wgmesh amd64)" "$root/packages/this.deb" &&
      in_root "$root" apt-get update -q && in_root "$root" apt-get install -y -q --no-install-recommends /packages/this.deb &&
      rm -rf "$root13" && debian_root trixie "$root13" && tar -C "$root13/opt" --strip-components=1 -xzf "$(tarball amd64)" &&
      in_root "$root13" apt-get update -q &&
      in_root "$root13" apt-get install -y -q --no-install-recommends libgssapi-krb5-2 libsmartcols1 openssh-client
  } >"$work/prepared" 2>&1 || { tail -n 20 "$work/prepared"; echo '0 passed, 1 failed'; exit 1; }
  "$lab_folder/tools/vm" --limit 900 --env WGMESH_BUILD="$build" "$0"
  exit
fi
. "$lab_folder/lib/podman.sh"

address() { echo "10.199.0.$((11 + $1))"; }
inside() { echo "10.77.0.$((1 + $1))"; }
inits=()
on() { nsenter -t "${inits[$1]}" -n -- "${@:2}"; }
installed() { run in_root "$root" mesh -f /packages/mesh.yaml "$@"; }
agent_of() { nsenter -t "${inits[$1]}" -m -n -p -- /var/lib/wgmesh/bin/wgmesh-agent version; }

test_case 'podman starts two containers'
run busybox_root
expect_status 0
run podman network create --subnet 10.199.0.0/24 --disable-dns lab
expect_status 0
for i in 0 1; do
  run podman run -d --name n$i --network lab --ip "$(address $i)" --cap-add NET_ADMIN \
    --sysctl net.ipv6.conf.default.accept_ra=0 busy:latest sh -c 'exec sleep 100000'
  expect_status 0
  inits[i]=$(podman inspect -f '{{.State.Pid}}' n$i)
done
# The roots have no program to enter a container, so this one stands for Docker.
cat >"$work/docker" <<SH
#!/bin/sh
# docker exec -i NAME COMMAND...
name=\$3
shift 3
case \$name in clab-test-n0) init=${inits[0]} ;; clab-test-n1) init=${inits[1]} ;; esac
exec nsenter -t \$init -m -u -i -n -p -- "\$@"
SH
for each in "$root" "$root13"; do install -m 755 "$work/docker" "$each/usr/local/bin/docker"; done
{
  printf '%s\n' 'name: test' 'topology:' '  nodes:'
  for i in 0 1; do echo "    n$i: {kind: linux, image: busy, mgmt-ipv4: $(address $i)}"; done
} >"$root/packages/lab.clab.yml"

test_case 'the package that is installed writes the mesh file, and makes the mesh'
installed version
expect_out "mesh $version"
run in_root "$root" mesh init --from /packages/lab.clab.yml --network 10.77.0.0/24 --output /packages/mesh.yaml
expect_status 0
installed up
expect_status 0
ping_pairs 2 inside
expect 'its agent is there' grep -qF "wgmesh-agent $version" <<<"$(agent_of 0)"

test_case 'a package of the next version takes its place while the mesh is up; no packet is lost'
nsenter -t "${inits[0]}" -n -- ping -i 0.2 "$(inside 1)" >"$work/ping" 2>&1 & # itself, and no shell that ignores SIGINT
pinging=$!
run in_root "$root" dpkg -i /packages/next.deb
expect_status 0
installed version
expect_out "mesh $next_version"
installed status
expect_status 0
expect 'the former agent stays as long as nobody says up' grep -qF "wgmesh-agent $version" <<<"$(agent_of 0)"
installed up
expect_status 0
for i in 0 1; do
  expect "n$i has the next agent" grep -qF "wgmesh-agent $next_version" <<<"$(agent_of $i)"
done
kill -INT $pinging
wait $pinging
run cat "$work/ping"
expect_out ' 0% packet loss'
installed plan --detailed-exitcode
expect_status 0

test_case 'the former version works on what the next one has left, and keeps its agent'
run in_root "$root" dpkg -i /packages/this.deb
expect_status 0
installed plan --detailed-exitcode
expect_status 0
installed up
expect_status 0
expect 'the newer agent stays' grep -qF "wgmesh-agent $next_version" <<<"$(agent_of 0)"
ping_pairs 2 inside

test_case 'the package goes, and the mesh stays up until it is taken down'
run in_root "$root" dpkg --purge wgmesh
expect_status 0
expect 'no program' test ! -e "$root/usr/bin/mesh"
ping_pairs 2 inside
run in_root "$root" dpkg -i /packages/this.deb
installed down -r
expect_status 0
for i in 0 1; do
  expect "n$i has no file" bash -c "! find /proc/${inits[$i]}/root/{bin,var/lib,run} -xdev -name '*wgmesh*' | grep ."
done

test_case 'the tarball on Debian 13 makes the same mesh'
from_tarball() { run in_root "$root13" /opt/bin/mesh -f /opt/mesh.yaml "$@"; }
cp "$root/packages/mesh.yaml" "$root13/opt/mesh.yaml"
from_tarball up
expect_status 0
ping_pairs 2 inside
from_tarball check
expect_status 0
from_tarball down -r
expect_status 0

podman rm -f -t 0 -a >/dev/null 2>&1
finish
