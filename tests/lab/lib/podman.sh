# shellcheck shell=bash
# podman.sh - podman in the virtual machine: `. podman.sh` after lib.sh. It has crun and netavark, keeps everything in a
# tmpfs, and needs neither systemd nor a network.
#
#   busybox_root      makes the image busy:latest
# shellcheck disable=SC2154
export CONTAINERS_CONF=$work/containers.conf CONTAINERS_STORAGE_CONF=$work/storage.conf
store=/run/containers-of-test # a tmpfs: overlays want one below them
mkdir -p $store
cat >"$CONTAINERS_CONF" <<'CONF'
[containers]
log_driver = "k8s-file"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "none"
runtime = "crun"
[network]
network_backend = "netavark"
CONF
cat >"$CONTAINERS_STORAGE_CONF" <<CONF
[storage]
driver = "overlay"
graphroot = "$store/storage"
runroot = "$store/run"
CONF
mountpoint -q /sys/fs/cgroup || mount -t cgroup2 none /sys/fs/cgroup

busybox_root() { # busybox_root: no /usr/local, no libraries, no service manager
  local root=$work/busybox
  mkdir -p "$root"/{bin,proc,sys,dev,tmp,etc,run,var/lib}
  cp "$(command -v busybox)" "$root/bin/busybox"
  "$root/bin/busybox" --install "$root/bin" 2>/dev/null # hard links, by one program
  tar -C "$root" -c . | podman import - busy:latest
}
