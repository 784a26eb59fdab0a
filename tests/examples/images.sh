# shellcheck shell=bash
# images.sh - what tests of images share: `. images.sh` after lib.sh.
#
#   prepare_packages    makes the packages of this machine's architecture, unless they are there
#   fetch_debian_base   makes $debian_base, a root of Debian 12 with what the package wgmesh depends on, unless it is there
# shellcheck disable=SC2154
prepare_packages() {
  compgen -G "$source_folder/build/dist/wgmesh-agent_*_$(dpkg --print-architecture).deb" >/dev/null && return
  "$source_folder/packaging/release" --native >"$work/release" 2>&1 ||
    { tail -n 20 "$work/release"; echo '0 passed, 1 failed'; exit 1; }
}

# The base of wgmesh: there is no network in the virtual machine.
debian_base=$source_folder/build/lab/debian-with-ssh
fetch_debian_base() { # fetch_debian_base: once
  local mirror
  [ ! -e "$debian_base/usr" ] || return 0
  mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' | awk '$2 == "bookworm" { print $1; exit }')
  rm -rf "$debian_base.new"
  mkdir -p "${debian_base%/*}"
  debootstrap --variant=minbase --include=openssh-client,libgssapi-krb5-2,libsmartcols1 bookworm "$debian_base.new" ${mirror:+"$mirror"} \
    >"$work/debootstrap" 2>&1 || { tail -n 20 "$work/debootstrap"; echo '0 passed, 1 failed'; exit 1; }
  rm -rf "$debian_base.new"/var/cache/apt/archives/*.deb "$debian_base.new"/var/lib/apt/lists/*
  mv "$debian_base.new" "$debian_base"
}
