#!/bin/bash
# The tarball and the packages on Debian 13, in a root of its own. No keyring of Ubuntu is in Debian 12, so Ubuntu is only
# known by the test of symbols.
. "$(dirname "$(readlink -f "$0")")/lib.sh"
root=$work/trixie
says() { run in_root "$root" "$@"; }

test_case 'a fresh Debian 13 stands'
expect 'debootstrap' debian_root trixie "$root"
expect 'it is Debian 13' grep -q '^13' "$root/etc/debian_version"
says apt-get update -q
expect_status 0

test_case 'the tarball works where it was unpacked: version, conf'
says apt-get install -y -q --no-install-recommends libgssapi-krb5-2 libsmartcols1 openssh-client
expect_status 0
tar -C "$root/opt" -xzf "$(tarball amd64)"
mkdir -p "$root/packages"
cp tests/lab/example.yaml "$root/packages/mesh.yaml"
mesh=/opt/wgmesh-$version-linux-amd64/bin/mesh
says "$mesh" version
expect_status 0
expect_out "mesh $version"
says "$mesh" -f /packages/mesh.yaml conf
expect_status 0
expect_out 'name: test'

test_case 'its agents are found and start on a node over exec'
printf '%s\n' 'name: test' 'network: 10.77.0.0/24' 'nodes:' '  n0: {addr: 10.77.0.1/24, exec: env}' >"$root/packages/one.yaml"
says "$mesh" -f /packages/one.yaml status
expect_status 0
expect_out 'n0'

test_case 'the Debian packages install there, too'
cp "$(package wgmesh amd64)" "$(package wgmesh-agent amd64)" "$root/packages"
says apt-get install -y -q --no-install-recommends "/packages/wgmesh_${version}_amd64.deb" "/packages/wgmesh-agent_${version}_amd64.deb"
expect_status 0
says mesh version
expect_out "mesh $version"
says apt-get purge -y -q wgmesh wgmesh-agent
expect_status 0

finish
