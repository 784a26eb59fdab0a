#!/bin/sh
# nodes.sh create | start | stop | destroy - two LXC containers of busybox, mesh1 and mesh2, on Debian's bridge lxcbr0.
set -eu

create() { # create NAME ADDRESS
  config=$(mktemp)
  cat >"$config" <<CONFIG
lxc.include = /etc/lxc/default.conf
lxc.net.0.ipv4.address = $2/24
lxc.net.0.ipv4.gateway = auto
CONFIG
  lxc-create -n "$1" -t busybox -f "$config"
  rm "$config"
  # Busybox as the first process runs this. A container with systemd needs none of it: `mesh up` puts units there.
  cat >"/var/lib/lxc/$1/rootfs/etc/init.d/rcS" <<'RCS'
#!/bin/sh
/bin/mount -a
agent=/var/lib/wgmesh/bin/wgmesh-agent
[ ! -x $agent ] || $agent restore
RCS
}

case ${1:-} in
  create) for i in 1 2; do create mesh$i 10.0.3.1$i; done ;;
  start) for i in 1 2; do lxc-start -n mesh$i; lxc-wait -n mesh$i -s RUNNING; done ;;
  stop) for i in 1 2; do lxc-stop -k -n mesh$i; done ;;
  destroy) for i in 1 2; do lxc-destroy -f -n mesh$i; done ;;
  *) sed -n '2,/^set /{/^set /d; s/^# \{0,1\}//; p}' "$0" >&2; exit 64 ;;
esac
