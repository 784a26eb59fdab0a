#!/bin/bash
# vm: own
# The Terraform example as its README says, on three nodes that are played. It wants a terraform or tofu on the PATH, which
# Debian does not have. Where there is none, the commands of the module are run without it.
. "$(dirname "$(readlink -f "$0")")/played.sh"
example terraform "$work/terraform"
play web1 web2 db1
unset TF_CLI_CONFIG_FILE
export TF_IN_AUTOMATION=1 TF_CLI_ARGS=-no-color CHECKPOINT_DISABLE=1
mkdir "$work/programs"
program=$(command -v terraform || command -v tofu)

commands_of_module() { python3 "$source_folder/tests/examples/commands_of" modules/mesh/main.tf; }

test_case 'the commands of the module bring a mesh up and remove it'
mapfile -t commands < <(commands_of_module)
expect 'there are two' test ${#commands[@]} = 2
export MESH_PROGRAM=mesh MESH_SKIPS_UNREACHABLE=false MESH_DEFINITION
MESH_DEFINITION=$(<mesh.yaml)
run sh -c "${commands[1]}"
expect_status 0
expect_out '3 changed'
expect_once web1 web2 db1
run sh -c "${commands[0]}"
expect_status 0
expect_once web1 web2 db1

if [ -z "$program" ]; then
  echo '# skipped: there is neither terraform nor tofu on the PATH, so only the commands of the module were run'
  finish
fi
# The README says terraform; tofu takes the same words.
ln -s "$program" "$work/programs/terraform"
PATH=$work/programs:$PATH

test_case 'the files are written as terraform writes them'
run terraform fmt -check -recursive
expect_status 0

test_case 'init and apply bring the mesh up, by one session on each node'
follow 'Make it so'
expect_followed
expect_out '2 added, 0 changed, 0 destroyed'
expect_out '"web2" = "10.77.0.2"'
expect_once web1 web2 db1
expect 'a plan is stored' test -e "$work/nodes/web1/var/kept"
run terraform validate
expect_status 0
run terraform plan -detailed-exitcode
expect_status 0
expect_out 'No changes'

test_case 'an edit is an update in place, and mesh changes only that'
sed -i 's/192\.0\.2\.3$/192.0.2.33/' mesh.yaml
follow 'Edit it'
expect_followed
expect_out 'module.mesh.terraform_data.life will be updated in-place'
expect_out 'endpoint'
expect_out '"192.0.2.33:51820"'
expect_no_out 'down -r'
expect_out '2 changed, 1 unchanged'
count_sessions
expect 'plan and apply are a session each' test "$sessions" = $'db1 2\nweb1 2\nweb2 2'

test_case 'up can be run again, and changes nothing'
follow 'Run it again'
expect_followed
expect_out '3 unchanged'
count_sessions

test_case 'a node that is away fails the apply, which names it; the next one goes on'
node_is db1 away
sed -i 's/192\.0\.2\.33$/192.0.2.34/' mesh.yaml
run terraform apply -auto-approve
expect_status 1
expect_out 'mesh: db1: connect: '
expect_err 'exit status 4'
"$mesh_program" -J plan >mesh-plan.json 2>/dev/null
run terraform plan -var plan_file=mesh-plan.json
expect_status 1
expect_err 'db1: '
expect_err 'Resource precondition failed'
node_is db1 keeps
run terraform apply -auto-approve
expect_status 0
expect_out '2 changed, 1 unchanged'
run terraform plan -detailed-exitcode
expect_status 0

test_case 'destroy names a node that it cannot reach, and is repeated'
node_is db1 away
run terraform destroy -auto-approve
expect_status 1
expect_out 'db1'
expect 'the others are clean' test ! -e "$work/nodes/web1/var/kept"
node_is db1 keeps
follow 'Remove it'
expect_followed
expect 'it is clean' test ! -e "$work/nodes/db1/var/kept"

test_case 'destroy can be told to pass over it'
sed -i 's/^  plan_file .*/&\n  destroy_skips_unreachable = true/' main.tf
run terraform apply -auto-approve
expect_status 0
node_is db1 away
run terraform destroy -auto-approve
expect_status 0
finish_example
