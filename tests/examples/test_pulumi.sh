#!/bin/bash
# vm: own
# The Pulumi package as its README says: it is built, packed and installed in a stack. Then its provider's methods are called
# as Pulumi's engine calls them, on three nodes that are played.
. "$(dirname "$(readlink -f "$0")")/played.sh"
example pulumi "$work/pulumi"
play web1 web2 db1
export npm_config_cache=$source_folder/build/npm npm_config_update_notifier=false npm_config_audit=false npm_config_fund=false

test_case 'the package is built and packed'
follow 'Build the package'
expect_followed
expect 'it holds what was compiled' bash -c 'tar -tzf wgmesh-pulumi-1.0.0.tgz | grep -qx package/dist/index.js'
expect 'and nothing else' test "$(tar -tzf wgmesh-pulumi-1.0.0.tgz | grep -vcE '^package/(dist/|package.json$|README.md$)')" = 0

test_case 'a stack can install it, and the program of the README is understood'
follow 'Install it where your stack is'
expect_followed
stack=$HOME/my-stack
awk '/^```/ { inside = $0 == "```ts"; next } inside' "$guide" >"$stack/index.ts"
run node_modules/.bin/tsc --noEmit --strict --skipLibCheck --target ES2020 --module commonjs --types node --typeRoots node_modules/@types "$stack/index.ts"
expect_status 0
rm -rf node_modules

# call METHOD JSON…: $out is what the provider returns
package=$stack/node_modules/wgmesh-pulumi
call() { run node "$source_folder/tests/examples/call_provider.js" "$package" serialized "$@"; }
value() { jq -r "$1" <<<"$out"; }
inputs() { jq -n --rawfile text mesh.yaml --arg program "$mesh_program" '{definition: $text, program: $program, skipUnreachable: false}'; }

test_case 'a Mesh sends its definition as text, in the order of its nodes'
run node "$source_folder/tests/examples/call_provider.js" "$package" resource '{"name": "t", "network": "10.0.0.0/24", "nodes": {"z": {"addr": "10.0.0.1/24"}, "a": {"addr": "10.0.0.2/24"}}}'
expect_status 0
expect 'z comes first' test "$(value '.definition | fromjson | .nodes | keys_unsorted | join(" ")')" = 'z a'
expect 'the provider goes along' test "$(value .provider)" = string

test_case 'check maps each fault to its property, and contacts nobody'
call check '{}' "$(inputs)"
expect_status 0
expect 'no failure' test "$(value '.failures | length')" = 0
call check '{}' "$(inputs | jq '.definition |= (sub("10.77.0.2/24"; "10.78.0.2/24") | sub("network"; "netwrok"))')"
expect 'two properties' test "$(value '[.failures[].property] | sort | join(" ")')" = 'definition.network definition.netwrok'
call check '{}' "$(inputs | jq '.definition |= sub("10.77.0.2/24"; "10.78.0.2/24")')"
expect 'the address of web2' test "$(value '.failures[0].property')" = definition.nodes.web2.addr
expect 'with a reason' test "$(value '.failures[0].reason | contains("10.78.0.2/24")')" = true
call check '{}' "$(inputs | jq '.definition = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"')"
expect 'what is not known yet is no fault' test "$(value '.failures | length')" = 0
call check '{}' "$(inputs | jq '.program = "nowhere"')"
expect_status 1
expect 'a program that is missing is named' test "$(value '.error | startswith("nowhere cannot be started")')" = true
count_sessions
expect 'nobody was contacted' test -z "$sessions"

test_case 'create brings the mesh up, by one session on each node'
call create "$(inputs)"
expect_status 0
expect 'the name is the ID' test "$(value .id)" = test
expect 'its addresses are outputs' test "$(value .outs.addresses.db1)" = 10.77.0.3
outs=$(value .outs)
expect_once web1 web2 db1

test_case 'diff is the plan: nothing, an edit in place, drift'
call diff '"test"' "$outs" "$(inputs)"
expect_status 0
expect 'nothing' test "$(value .changes)" = false
count_sessions
call diff '"test"' "$outs" "$(inputs | jq '.definition |= sub("192.0.2.3"; "192.0.2.33")')"
expect 'an edit' test "$(value '.changes, (.replaces | length)' | tr '\n' ' ')" = 'true 0 '
expect_once web1 web2 db1
mv "$work/nodes/web2/var/kept" "$work/kept"
call diff '"test"' "$outs" "$(inputs)"
expect 'drift' test "$(value .changes)" = true
mv "$work/kept" "$work/nodes/web2/var/kept"
call diff '"test"' "$outs" "$(inputs | jq '.definition |= sub("name: test"; "name: other")')"
expect 'another name is another mesh' test "$(value '.replaces[0], .deleteBeforeReplace' | tr '\n' ' ')" = 'definition true '
count_sessions

test_case 'update is in place'
sed -i 's/192\.0\.2\.3$/192.0.2.33/' mesh.yaml
call update '"test"' "$outs" "$(inputs)"
expect_status 0
outs=$(value .outs)
expect_once web1 web2 db1
call diff '"test"' "$outs" "$(inputs)"
expect 'and then nothing is left to do' test "$(value .changes)" = false

test_case 'a node that is away is named by every method'
node_is db1 away
call diff '"test"' "$outs" "$(inputs)"
expect_status 1
expect 'by diff' test "$(value '.error | startswith("db1: ")')" = true
call update '"test"' "$outs" "$(inputs)"
expect 'by update' test "$(value '.error | startswith("db1: ")')" = true
call read '"test"' "$outs"
expect 'read does not take the mesh for gone' test "$(value .id)" = test
call delete '"test"' "$outs"
expect_status 1
expect 'by delete' test "$(value '.error | startswith("db1: ")')" = true
call delete '"test"' "$(jq '.skipUnreachable = true' <<<"$outs")"
expect_status 0
node_is db1 keeps

test_case 'read and delete'
call read '"test"' "$outs"
expect 'a node still has it' test "$(value .id)" = test
call delete '"test"' "$outs"
expect_status 0
expect 'nothing is stored' test ! -e "$work/nodes/db1/var/kept"
call read '"test"' "$outs"
expect 'it is gone' test "$(value .id)" = ''
finish_example
