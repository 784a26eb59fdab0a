#!/bin/bash
# vm: own
# examples/containerlab: its topology by containerlab's schema, and then in the virtual machine, where podman stands for
# containerlab and for Docker.
. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$(dirname "$(readlink -f "$0")")/images.sh"
here=$source_folder/tests/examples
example containerlab
mesh_file=$example/mesh.yaml
if [ -z "${WGMESH_IN_VM:-}" ]; then
  prepare_packages
  "$lab_folder/tools/vm" --limit 900 --env WGMESH_BUILD="$build" "$0"
  exit
fi
. "$lab_folder/lib/podman.sh"
export DISABLE_HC_SYSTEMD=true
mkdir "$work/bin"
printf '#!/bin/sh\nexec podman "$@"\n' >"$work/bin/docker"
chmod +x "$work/bin/docker"
ln -s "$here/containerlab-with-podman" "$work/bin/containerlab"
PATH=$work/bin:$PATH

fits() { # fits FILE: by containerlab's schema
  python3 - "$here/data/clab.schema.json" "$1" <<'PYTHON'
import json, sys, jsonschema, yaml
schema = json.load(open(sys.argv[1]))
faults = list(jsonschema.validators.validator_for(schema)(schema).iter_errors(yaml.safe_load(open(sys.argv[2]))))
for fault in faults: print("/".join(map(str, fault.absolute_path)), fault.message[:200])
sys.exit(bool(faults))
PYTHON
}
refuses() { ! "$@"; }

test_case "the topology fits containerlab's schema"
expect 'it fits' fits "$example/two-sites.clab.yml"
sed 's/phase: on-exit/phase: at-exit/' "$example/two-sites.clab.yml" >"$work/wrong.yml"
expect 'another phase does not' refuses fits "$work/wrong.yml"
sed 's/wait-for/waits-for/' "$example/two-sites.clab.yml" >"$work/wrong.yml"
expect 'another key does not' refuses fits "$work/wrong.yml"

test_case 'mesh.yaml names the containers that this lab has'
lab=$(sed -n 's/^name: //p' "$example/two-sites.clab.yml")
sed -n "s/^    exec: docker exec -i clab-$lab-//p" "$mesh_file" >"$work/named"
grep -oE '^    [ab][0-9]:' "$example/two-sites.clab.yml" | tr -d ' :' >"$work/there"
expect 'the same nodes' diff "$work/there" "$work/named"

test_case 'mesh init reads the topology'
follow 'A lab of your own'
expect_followed
expect_out 'exec: docker exec -i clab-two-sites-b1'

test_case 'the image is made'
run busybox_root
expect_status 0
podman tag busy:latest docker.io/library/busybox:1
follow 'Make the image'
expect_followed

test_case 'the deployment makes the mesh, too'
follow 'Deploy'
expect_followed
expect_out 'all 3 pairs forward'

test_case 'check finds nothing wrong, and the router delays what goes to site b'
follow 'Look at it'
expect_followed
expect_out '3 of 3 nodes up'
round_trip() { podman exec clab-two-sites-"$1" ping -c 3 "$2" | sed -n 's,.*= [0-9.]*/\([0-9]*\).*,\1,p'; }
far=$(round_trip a1 10.77.0.3) near=$(round_trip a1 10.77.0.2)
expect "a1 to b1: $far ms" test "$far" -ge 20
expect "a1 to a2: $near ms" test "$near" -lt "$far"

test_case 'destroying leaves nothing'
follow 'Destroy'
expect_followed
run podman ps -a -q
expect 'no container' test -z "$out"

finish_example
