# shellcheck shell=bash
# lib.sh - what tests of packages share: `. lib.sh` first, `finish` last. Cases are written as in the lab
# (tests/lab/lib/lib.sh). The packages are in build/dist; packaging/release made them, signed by build/packages/key.
#
#   $dist, $version             where the packages are, and their version
#   package NAME ARCH           path of a Debian package
#   tarball ARCH                path of the tarball
#   next_package                path of wgmesh for amd64 of the version after, built when it is first wanted
#   debian_root SUITE ROOT      a fresh Debian in ROOT, from the archive that apt of this machine is set to; build/packages
#                               keeps what was fetched
#   in_root ROOT CMD…           run CMD there
#   refuses CMD…                CMD fails
export LAB=${TMPDIR:-/tmp}/wgmesh-no-lab # no node of this machine is a test's of packages
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../lab/lib/lib.sh"
cd "$source_folder" || exit
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive
dist=$source_folder/build/dist
kept=$source_folder/build/packages
version=$(sed -n 's/^## \([0-9.]*\) (.*/\1/p' CHANGELOG.md | head -n 1)
next_version=${version%.*}.$((${version##*.} + 1))

package() { echo "$dist/$1_${version}_$2.deb"; }
tarball() { echo "$dist/wgmesh-$version-linux-$1.tar.gz"; }

next_package() {
  local folder=$kept/next made=$kept/next/packed/wgmesh_${next_version}_amd64.deb
  SOURCE_DATE_EPOCH=$(date +%s)
  export SOURCE_DATE_EPOCH
  {
    cmake --preset package -B "$folder" -DWGMESH_RELEASE="$next_version" &&
      cmake --build "$folder" -j "$(nproc)" --target wgmesh-agent notice_wgmesh-agent &&
      cmake --build "$folder" -j "$(nproc)" &&
      cpack --config "$folder/CPackConfig.cmake" -G DEB -B "$folder/packed"
  } >"$kept/next.log" 2>&1 || { tail -n 20 "$kept/next.log" >&2; return 1; }
  echo "$made"
}

archive() { apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' | awk '$2 == "bookworm" { print $1; exit }'; }

debian_root() {
  local suite=$1 root=$2 mirror fetched=$kept/debian-$1
  if [ ! -e "$fetched/usr" ]; then
    mirror=$(archive)
    [ -n "$mirror" ] || { echo 'apt of this machine has no archive of Debian 12'; return 1; }
    rm -rf "$fetched.new"
    debootstrap --variant=minbase --include=man-db,bash-completion "$suite" "$fetched.new" "$mirror" >"$kept/debootstrap-$suite.log" 2>&1 ||
      { tail -n 20 "$kept/debootstrap-$suite.log"; return 1; }
    mv "$fetched.new" "$fetched"
  fi
  mkdir -p "$root"
  cp -a --reflink=auto "$fetched/." "$root"
  cp -L /etc/resolv.conf "$root/etc/resolv.conf"
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
  chmod 755 "$root/usr/sbin/policy-rc.d"
}

# A mount namespace of its own: nothing stays mounted, however it ends.
in_root() {
  local root=$1
  shift
  # shellcheck disable=SC2016
  unshare --mount --propagation private sh -c 'root=$1; shift
    mount -t proc proc "$root/proc" && mount --rbind /dev "$root/dev" &&
    exec chroot "$root" /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
      HOME=/root TERM=dumb LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"' sh "$root" "$@"
}

refuses() { ! "$@"; }
