#!/bin/sh
# containers.sh up | down | remove - what compose.yaml says, with podman alone: start the containers, remove them, or
# remove their volumes, too.
set -eu
network=demo

node() { # node NAME WORD...: one that stands already is started again
  name=$1
  shift
  podman container exists demo-"$name" && { podman start demo-"$name"; return; }
  podman run -d --name demo-"$name" --network $network --network-alias "$name" \
    --cap-add NET_ADMIN --sysctl net.ipv6.conf.default.accept_ra=0 \
    --volume demo-"$name":/var/lib/wgmesh --restart unless-stopped \
    --health-cmd 'wgmesh-agent status --check' --health-interval 1m --health-start-period 5m \
    localhost/wgmesh-node "$@"
}

up() {
  podman network exists $network || podman network create $network
  node web sh -c 'mkdir -p /www && echo "the page" >/www/index.html && exec httpd -f -p 80 -h /www'
  node store sh -c 'mkdir -p /www && echo "3 apples" >/www/stock && exec httpd -f -p 80 -h /www'
  # shellcheck disable=SC2016
  node watch sh -c 'while sleep 3; do
    echo "web says $(timeout 3 wget -q -O - http://10.77.0.1/), store says $(timeout 3 wget -q -O - http://10.77.0.2/stock)"; done'
}

down() {
  podman rm -f demo-web demo-store demo-watch
  podman network rm $network
}

case ${1:-} in
  up) up ;;
  down) down ;;
  remove) down; podman volume rm demo-web demo-store demo-watch ;;
  *) sed -n '2,/^set /{/^set /d; s/^# \{0,1\}//; p}' "$0" >&2; exit 64 ;;
esac
