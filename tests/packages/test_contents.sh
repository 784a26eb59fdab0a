#!/bin/bash
# What is in the packages: files, dependencies, symbols, how the programs were made, and who signed it.
. "$(dirname "$(readlink -f "$0")")/lib.sh"

declare -A machine=([amd64]=x86_64 [arm64]=aarch64) tree=([amd64]=build/package [arm64]=build/package-arm64)
for architecture in amd64 arm64; do
  for name in wgmesh wgmesh-agent; do
    mkdir -p "$work/$name-$architecture"
    dpkg-deb -x "$(package $name $architecture)" "$work/$name-$architecture"
  done
  mkdir -p "$work/tarball-$architecture"
  tar -C "$work/tarball-$architecture" --strip-components=1 -xzf "$(tarball $architecture)"
done
root() { echo "$work/$1-$2"; } # root NAME ARCH

# --- All of it ----------------------------------------------------------------------------------------

test_case 'a release is four Debian packages, four rpms, two tarballs and their sums'
{
  for architecture in amd64 arm64; do
    for name in wgmesh wgmesh-agent; do
      echo "${name}_${version}_$architecture.deb"
      echo "$name-$version-1.${machine[$architecture]}.rpm"
    done
    echo "wgmesh-$version-linux-$architecture.tar.gz"
  done
} | sort >"$work/expected"
(cd "$dist" && find . -type f ! -name 'SHA256SUMS*' -printf '%P\n' | sort) >"$work/found"
expect 'these and no others' diff "$work/expected" "$work/found"
sed 's/^[0-9a-f]*  //' "$dist/SHA256SUMS" | sort >"$work/summed"
expect 'the sums are of these' diff "$work/expected" "$work/summed"
expect 'and right' sh -c "cd '$dist' && sha256sum --check --strict --quiet SHA256SUMS"

test_case 'the sums are signed, and a changed line is found out'
echo "releaser namespaces=\"wgmesh\" $(cut -d ' ' -f 1,2 "$kept/key.pub")" >"$work/signers"
signed() { ssh-keygen -Y verify -f "$work/signers" -I releaser -n wgmesh -s "$dist/SHA256SUMS.sig" <"$1"; }
expect 'ssh-keygen -Y verify takes the signature' signed "$dist/SHA256SUMS"
sed '1s/^./x/' "$dist/SHA256SUMS" >"$work/forged"
expect 'and refuses other sums' refuses signed "$work/forged"

test_case 'lintian finds nothing that no override names'
pages=()
compgen -G 'docs/man/*.scd' >/dev/null || pages=(--suppress-tags no-manual-page)
run lintian --allow-root --fail-on error,warning "${pages[@]}" "$dist"/*.deb
expect_status 0
[ -z "$out$err" ] || fail 'lintian says something'
run lintian --allow-root --tags unused-override "$dist"/*.deb
[ -z "$out" ] || fail 'an override overrides nothing'
for overrides in packaging/lintian/*; do
  expect "each override of $overrides has a reason" awk '/^#/ { reason = 1; next } !reason { exit 1 }' "$overrides"
done

# --- Programs -----------------------------------------------------------------------------------------

newest_glibc() { objdump -T "$1" | sed -n 's/.*GLIBC_\(2\.[0-9.]*\).*/\1/p' | sort -V | tail -n 1; }
suits_glibc() { # suits_glibc PROGRAM: Ubuntu 22.04 has 2.35
  local newest
  newest=$(newest_glibc "$1")
  [ -n "$newest" ] || { echo 'no symbol of glibc'; return 1; }
  dpkg --compare-versions "$newest" le 2.35 || { objdump -T "$1" | grep -F "GLIBC_$newest"; return 1; }
}
asks_for() { readelf -dW "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]$/\1/p' | grep -vE '^(libc|libm|ld-linux-[a-z0-9-]*)\.so\.[0-9]$' | sort | tr '\n' ' '; }

test_case 'mesh asks for no symbol that is newer than GLIBC_2.35'
for architecture in amd64 arm64; do
  expect "mesh of $architecture" suits_glibc "$(root wgmesh $architecture)/usr/bin/mesh"
done
# The look itself: Debian 12 has this function since 2.36.
echo 'unsigned arc4random(void); int main(void) { return (int)arc4random(); }' >"$work/newer.c"
cc -o "$work/newer" "$work/newer.c"
expect 'a program with a newer one is found out' refuses suits_glibc "$work/newer"

test_case 'mesh asks for the C library, Kerberos and libsmartcols, and the agent for nothing'
for architecture in amd64 arm64; do
  wanted=$(asks_for "$(root wgmesh $architecture)/usr/bin/mesh")
  expect "$architecture: $wanted" test "$wanted" = 'libgssapi_krb5.so.2 libsmartcols.so.1 '
  wanted=$(readelf -dW "$(root wgmesh-agent $architecture)/usr/sbin/wgmesh-agent" | grep NEEDED)
  expect "$architecture, agent: $wanted" test -z "$wanted"
done

test_case 'Depends are those, and what dpkg-shlibdeps asks for is within'
for architecture in amd64 arm64; do
  run dpkg-deb -f "$(package wgmesh $architecture)" Depends
  expect "$architecture: $out" test "$(tr ',' '\n' <<<"$out" | awk '{ print $1 }' | tr '\n' ' ')" = 'libc6 libgssapi-krb5-2 libsmartcols1 openssh-client '
  run dpkg-deb -f "$(package wgmesh-agent $architecture)" Depends
  expect "$architecture, agent: nothing" test -z "$out"
done
mkdir -p "$work/shlibdeps/debian"
printf 'Source: wgmesh\n\nPackage: wgmesh\nArchitecture: any\n' >"$work/shlibdeps/debian/control"
run sh -c "cd '$work/shlibdeps' && dpkg-shlibdeps -O '$(root wgmesh amd64)/usr/bin/mesh'"
expect_status 0
depends=$(dpkg-deb -f "$(package wgmesh amd64)" Depends)
while read -r library at_least; do
  ours=$(tr ',' '\n' <<<"$depends" | sed -n "s/^ *$library (>= \(.*\))/\1/p")
  expect "$library: $ours, and dpkg-shlibdeps wants $at_least" dpkg --compare-versions "${ours:-0}" ge "$at_least"
done < <(sed -n 's/^shlibs:Depends=//p' <<<"$out" | tr ',' '\n' | sed 's/^ *\([^ ]*\) (>= \(.*\))/\1 \2/')

for architecture in amd64 arm64; do
  folder=${tree[$architecture]}
  test_case "$architecture: the programs are those that the build made, and are hardened, with all that went into them named"
  expect 'mesh' cmp "$(root wgmesh $architecture)/usr/bin/mesh" "$folder/controller/mesh"
  expect 'the agent' cmp "$(root wgmesh-agent $architecture)/usr/sbin/wgmesh-agent" "$folder/agent/wgmesh-agent"
  run tests/check-program portable "$folder/controller/mesh" "$folder/controller/mesh.unstripped" "$folder/notice/mesh" controller/mesh
  expect_status 0
  run tests/check-program static "$folder/agent/wgmesh-agent" "$folder/agent/wgmesh-agent.unstripped" "$folder/notice/wgmesh-agent" agent/wgmesh-agent
  expect_status 0
done

test_case 'mesh of arm64 starts under emulation'
run qemu-aarch64 "$(root wgmesh arm64)/usr/bin/mesh" version
expect_out "mesh $version"
run qemu-aarch64 "$(root wgmesh-agent arm64)/usr/sbin/wgmesh-agent" version
expect_out "wgmesh-agent $version"

test_case 'each mesh knows both agents, which are the same in each package and tarball'
for architecture in amd64 arm64; do
  for other in amd64 arm64; do
    file=lib/wgmesh/agents/wgmesh-agent-${machine[$other]}.gz
    hash=$(gzip -dc "$(root wgmesh $architecture)/usr/$file" | sha256sum | cut -d ' ' -f 1)
    expect "$architecture knows $other" grep -qF "$hash" "$(root wgmesh $architecture)/usr/bin/mesh"
    expect "$other is the package's" test "$hash" = "$(sha256sum <"$(root wgmesh-agent $other)/usr/sbin/wgmesh-agent" | cut -d ' ' -f 1)"
    expect 'the tarball has the same' cmp "$(root wgmesh $architecture)/usr/$file" "$(root tarball $architecture)/$file"
  done
  expect 'and the same mesh' cmp "$(root wgmesh $architecture)/usr/bin/mesh" "$(root tarball $architecture)/bin/mesh"
done

# --- Files --------------------------------------------------------------------------------------------

files() { (cd "$1" && find . -type f -printf '%P\n' -o -type l -printf '%P\n' | sort); } # files FOLDER
expected_pages() { # expected_pages component: man pages that the repository has
  local page
  for page in docs/man/*.scd; do
    [ -e "$page" ] || continue
    page=$(basename "$page" .scd)
    case $1:$page in agent:wgmesh-agent* | controller:mesh*) echo "share/man/man${page##*.}/$page.gz" ;; esac
  done
}
expected_controller() {
  printf '%s\n' bin/mesh lib/wgmesh/agents/wgmesh-agent-{x86_64,aarch64}.gz share/doc/wgmesh/{README.md,iac.md,json.md,labs.md,messages.md}
  printf '%s\n' share/doc/wgmesh/{mesh,wgmesh-agent-x86_64,wgmesh-agent-aarch64}/{NOTICE,sbom.cdx.json}
  (cd packaging && find schema grafana -type f -printf 'share/wgmesh/%p\n')
  find examples \( -name node_modules -o -name __pycache__ \) -prune -o -type f ! -name .gitignore -printf 'share/doc/wgmesh/%p\n'
  expected_pages controller
  if "$(root wgmesh amd64)/usr/bin/mesh" completion bash >/dev/null 2>&1; then
    printf '%s\n' share/bash-completion/completions/mesh share/zsh/vendor-completions/_mesh share/fish/vendor_completions.d/mesh.fish
  fi
}
expected_agent() {
  printf '%s\n' sbin/wgmesh-agent share/doc/wgmesh-agent/wgmesh-agent/{NOTICE,sbom.cdx.json}
  (cd packaging && find systemd -type f ! -name 'wgmesh-locate@.socket' -printf 'lib/systemd/system/%P\n')
  expected_pages agent
}
debians_own() { printf '%s\n' share/doc/"$1"/{changelog.gz,copyright}; [ ! -e "packaging/lintian/$1" ] || echo "share/lintian/overrides/$1"; }
upstreams_own() { printf '%s\n' share/doc/"$1"/{CHANGELOG.md,LICENSE}; }
without_licences() { grep -v '/licences/'; }

for architecture in amd64 arm64; do
  test_case "$architecture: each package has its files and no others"
  for name in wgmesh:controller wgmesh-agent:agent; do
    component=${name#*:} name=${name%:*}
    { "expected_$component"; debians_own "$name"; } | sort >"$work/expected"
    files "$(root "$name" $architecture)/usr" | without_licences >"$work/found"
    expect "$name" diff "$work/expected" "$work/found"
    { "expected_$component"; upstreams_own "$name"; } | sort >"$work/expected"
    rpm -qlp "$dist/$name-$version-1.${machine[$architecture]}.rpm" >"$work/listed"
    grep -vxFf <(rpm -qp --qf '[%{FILEMODES:perms} %{FILENAMES}\n]' "$dist/$name-$version-1.${machine[$architecture]}.rpm" |
      sed -n 's/^d[^ ]* //p') "$work/listed" | sed 's,^/usr/,,' | without_licences | sort >"$work/found"
    expect "$name, the rpm" diff "$work/expected" "$work/found"
  done
  { expected_controller; upstreams_own wgmesh; } | sort >"$work/expected"
  files "$(root tarball $architecture)" | without_licences >"$work/found"
  expect 'the tarball' diff "$work/expected" "$work/found"
  expect 'licences are there' test -s "$(root wgmesh $architecture)/usr/share/doc/wgmesh/mesh/licences/common/LGPL-2.1"
  expect 'no library is bundled' sh -c "! find '$(root wgmesh $architecture)' '$(root wgmesh-agent $architecture)' '$(root tarball $architecture)' -name '*.so*' -o -name 'libnss*' | grep ."
done

test_case 'no package has a script, an enabled unit or a file that somebody else may write'
for file in "$dist"/*.deb; do
  members=$(dpkg-deb --ctrl-tarfile "$file" | tar -t | sort | tr '\n' ' ')
  expect "$file: $members" test "$members" = './control ./md5sums '
  expect "$file: root's, and plain modes" sh -c "! dpkg-deb -c '$file' | grep -vE '^(drwxr-xr-x|-rw-r--r--|-rwxr-xr-x|lrwxrwxrwx) root/root '"
done
for file in "$dist"/*.rpm; do
  expect "$file has no script" test -z "$(rpm -qp --scripts "$file")"
  expect "$file owns no folder of the system" sh -c "! rpm -qlp '$file' | grep -xE '/usr/(s?bin|lib|share|lib/systemd(/system)?|share/(man(/man.)?|doc))'"
done
expect 'no link to a unit' sh -c "! find '$(root wgmesh-agent amd64)' -type l | grep ."
expect 'the units run the agent of the package' sh -c "! grep -h ^ExecStart= '$(root wgmesh-agent amd64)'/usr/lib/systemd/system/*.service | grep -v '^ExecStart=/usr/sbin/wgmesh-agent '"

test_case 'the rpm asks for what the program asks for'
run rpm -qp --requires "$dist/wgmesh-$version-1.x86_64.rpm"
for wanted in openssh-clients 'libgssapi_krb5.so.2' 'libsmartcols.so.1' 'libc.so.6(GLIBC_2.34)'; do expect_out "$wanted"; done
expect_no_out 'GLIBC_2.36'
expect_no_out 'libstdc++'

# Of another distribution there is no root here: rpm installs into a folder, without what the package depends on.
test_case 'the rpms install, and leave nothing when they go'
in_folder() { rpm --force-debian --root "$work/rpm" --dbpath /var/lib/rpm --nodeps "$@"; }
mkdir "$work/rpm"
run in_folder -i "$dist/wgmesh-$version-1.x86_64.rpm" "$dist/wgmesh-agent-$version-1.x86_64.rpm"
expect_status 0
expect 'mesh is there' cmp "$work/rpm/usr/bin/mesh" "$(root wgmesh amd64)/usr/bin/mesh"
run in_folder -V wgmesh wgmesh-agent
expect_status 0
run in_folder -e wgmesh wgmesh-agent
expect_status 0
expect 'nothing is left' sh -c "! find '$work/rpm' ! -type d ! -path '*/var/lib/rpm/*' | grep ."

finish
