#!/bin/bash
# Where the kernel can (see test_edits.sh): four nodes, of which every pair exchanges a packet every 50 ms. Terraform and
# then Pulumi take the mesh over as it is, and edit the endpoint of one node. No pair loses a packet. $STACK is a stack with the
# Pulumi package.
. "$(dirname "$(readlink -f "$0")")/lib.sh"
# shellcheck source=../lab/lib/traffic.sh
. "$lab_folder/lib/traffic.sh"
export HOME=$work/home CHECKPOINT_DISABLE=1 TF_CLI_ARGS=-no-color
unset TF_CLI_CONFIG_FILE
mkdir "$HOME"
count=4 leaf=3
mesh_file=$work/mesh.yaml
write_mesh() { # write_mesh ENDPOINT: of the leaf
  local i endpoint
  {
    printf '%s\n' --- 'name: test' 'network: fd00:0:0:1::/64' 'nodes:'
    for ((i = 0; i < count; i++)); do
      endpoint=$("$nodes" addr $i)
      ((i != leaf)) || endpoint=$1
      echo "  n$i: {addr: \"$(inner $i)/64\", exec: $nodes in $i, endpoint: \"$endpoint\"}"
    done
  } >"$mesh_file"
}
edited() { # edited ENDPOINT: it is the one that a peer has, and nothing was lost
  sleep 3
  count_losses "${pairs[@]}"
  here plan --detailed-exitcode
  expect_status 0
}
first=$("$nodes" up $count >&2 && "$nodes" addr $leaf) || exit 1
second="[$("$nodes" addr6 $leaf)]:51820"

write_mesh "$first"
here up
expect_status 0
watch_pairs $count

test_case 'Terraform takes the mesh over, and edits the endpoint'
example terraform "$work/terraform"
program=$(command -v terraform || command -v tofu)
apply() {
  cp "$mesh_file" "$example/mesh.yaml"
  if [ -n "$program" ]; then
    run env --chdir "$example" "$program" apply -auto-approve
  else
    # Neither is on this machine: what the module runs, without it.
    run env MESH_DEFINITION="$(<"$mesh_file")" MESH_PROGRAM=mesh sh -c "$(python3 "$source_folder/tests/examples/commands_of" "$example/modules/mesh/main.tf" | tail -n 1)"
  fi
}
[ -z "$program" ] || run env --chdir "$example" "$program" init
apply
expect_status 0
expect_out '4 unchanged'
write_mesh "$first"
apply
expect_status 0
expect_out 'changed'
edited

test_case 'Pulumi takes the mesh over, and edits the endpoint'
call() { run node "$source_folder/tests/examples/call_provider.js" "$STACK/node_modules/wgmesh-pulumi" direct "$@"; }
inputs() { jq -n --rawfile text "$mesh_file" --arg program "$mesh_program" '{definition: $text, program: $program, skipUnreachable: false}'; }
call create "$(inputs)"
expect_status 0
outs=$(jq -c .outs <<<"$out")
write_mesh "$second"
call diff '"test"' "$outs" "$(inputs)"
expect 'diff tells the edit, in place' test "$(jq -c '[.changes, .replaces]' <<<"$out")" = '[true,null]'
call update '"test"' "$outs" "$(inputs)"
expect_status 0
outs=$(jq -c .outs <<<"$out")
edited
end_traffic
call delete '"test"' "$outs"
expect_status 0
expect 'nothing is left' on $leaf test ! -e /var/lib/wgmesh
finish
