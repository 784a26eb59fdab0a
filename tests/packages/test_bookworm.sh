#!/bin/bash
# The Debian packages in a fresh Debian 12: install, use, upgrade, remove, purge; nothing is left.
. "$(dirname "$(readlink -f "$0")")/lib.sh"
root=$work/bookworm
says() { run in_root "$root" "$@"; }

test_case 'a fresh Debian 12 stands'
expect 'debootstrap' debian_root bookworm "$root"
says apt-get update -q
expect_status 0

# What apt, dpkg and man keep for themselves is not the package's.
snapshot() {
  (cd "$root" && find . -xdev \( -path ./proc -o -path ./dev -o -path ./tmp -o -path ./var/cache -o -path ./var/lib/apt -o -path ./var/log \
    -o -path ./packages -o -path './var/lib/dpkg/*-old' -o -path ./var/lib/dpkg/lock -o -path './var/lib/systemd/*' \) -prune -o -printf '%P %y %m\n' | sort)
}
mkdir -p "$root/packages"
cp "$(package wgmesh amd64)" "$(package wgmesh-agent amd64)" "$root/packages"
cp tests/lab/example.yaml "$root/packages/mesh.yaml"
says apt-get install -y -q openssh-client libgssapi-krb5-2 libsmartcols1 # theirs stays theirs
expect_status 0
snapshot >"$work/before"

test_case 'apt installs both packages'
says apt-get install -y -q --no-install-recommends "/packages/wgmesh_${version}_amd64.deb" "/packages/wgmesh-agent_${version}_amd64.deb"
expect_status 0
expect 'files are there' test -x "$root/usr/bin/mesh"

test_case 'mesh works: version, conf, help, and its agents'
says mesh version
expect_status 0
expect_out "mesh $version"
says mesh -f /packages/mesh.yaml conf
expect_status 0
expect_out 'name: test'
says wgmesh-agent version
expect_out "wgmesh-agent $version"
# A node that is this root: the agent that the package brought starts there, and leaves no trace.
printf '%s\n' 'name: test' 'network: 10.77.0.0/24' 'nodes:' '  n0: {addr: 10.77.0.1/24, exec: env}' >"$root/packages/one.yaml"
says mesh -f /packages/one.yaml status
expect_status 0
expect_out 'n0'

test_case 'man shows the pages'
for page in docs/man/*.scd; do
  page=$(basename "$page" .scd)
  says man "${page##*.}" "${page%.*}"
  expect_status 0
  expect "$page" test -n "$out"
done

test_case 'bash completes the commands of mesh'
says bash -c '. /usr/share/bash-completion/bash_completion; _completion_loader mesh; complete -p mesh'
expect_status 0
expect_out ' mesh'

test_case 'no unit is enabled, and nothing runs'
expect 'no link to a unit' sh -c "! find '$root/etc/systemd' -lname '*wgmesh*' | grep ."
expect 'no state' test ! -e "$root/var/lib/wgmesh"

test_case 'a package of the next version takes the place of this one'
next=$(next_package) || fail 'the next version was not built'
cp "$next" "$root/packages/next.deb"
says apt-get install -y -q /packages/next.deb
expect_status 0
says mesh version
expect_out "mesh $next_version"

test_case 'and the former one comes back'
says apt-get install -y -q --allow-downgrades "/packages/wgmesh_${version}_amd64.deb"
expect_status 0
says mesh version
expect_out "mesh $version"

test_case 'remove takes the programs away, and purge leaves nothing'
says apt-get remove -y -q wgmesh wgmesh-agent
expect_status 0
expect 'no program' test ! -e "$root/usr/bin/mesh" -a ! -e "$root/usr/sbin/wgmesh-agent"
says dpkg --purge wgmesh wgmesh-agent
expect_status 0
snapshot >"$work/after"
expect 'the files are those of before' diff "$work/before" "$work/after"
expect 'dpkg knows none of them' sh -c "! grep -A1 '^Package: wgmesh' '$root/var/lib/dpkg/status'"

finish
