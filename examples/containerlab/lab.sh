#!/bin/sh
# lab.sh up | check | down - deploy the lab with its mesh; look at the mesh; destroy the lab.
# containerlab runs what the topology says with the working directory of its own, so mesh.yaml must be here.
set -eu
cd "$(dirname "$0")"
case ${1:-} in
  up)
    containerlab deploy --topo two-sites.clab.yml
    # containerlab tells of a failed command, and goes on: so the mesh is asked whether it is what the file says.
    mesh plan --detailed-exitcode
    ;;
  check) mesh check ;;
  down) containerlab destroy --topo two-sites.clab.yml --cleanup ;;
  *) sed -n '2,/^set /{/^set /d; s/^# \{0,1\}//; p}' "$0" >&2; exit 64 ;;
esac
