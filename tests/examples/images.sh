# shellcheck shell=bash
# images.sh - what tests of images share: `. images.sh` after lib.sh.
#
#   prepare_packages    makes the packages of this machine's architecture, unless they are there
# shellcheck disable=SC2154
prepare_packages() {
  compgen -G "$source_folder/build/dist/wgmesh-agent_*_$(dpkg --print-architecture).deb" >/dev/null && return
  "$source_folder/packaging/release" --native >"$work/release" 2>&1 ||
    { tail -n 20 "$work/release"; echo '0 passed, 1 failed'; exit 1; }
}
