#!/bin/bash
# vm: own
# The Ansible example as its README says, on three nodes that are played: check, run, run again, edit, absent; a node that
# is away, a mesh file with a fault, and the plugins' own documents. Each node is contacted once in a task.
. "$(dirname "$(readlink -f "$0")")/played.sh"
example ansible "$work/ansible"
play web1 web2 db1
export ANSIBLE_NOCOLOR=1 ANSIBLE_LOCAL_TEMP=$work/ansible ANSIBLE_NOCOWS=1

expect_changed() { expect_out "changed=$1 "; expect_out 'failed=0'; }
# module NAME ARGUMENTS: one task; $out is what it returns, as JSON
module() {
  run ansible localhost -m "wgmesh.mesh.$1" -a "$2" "${@:3}"
  out=${out#*=> }
}
value() { jq -r "$1" <<<"$out"; }

test_case 'check mode tells the plan, and changes nothing'
follow 'What would change'
expect_followed
expect_changed 1
expect_out '+ node web1'
expect_out '+ link web1-web2'
expect_once web1 web2 db1
expect 'nothing is stored' test ! -e "$work/nodes/web1/var/kept"

test_case 'the first run changes the mesh'
follow 'Make it so'
expect_followed
expect_changed 1
expect_once web1 web2 db1
expect 'a plan is stored' test -e "$work/nodes/web1/var/kept"

test_case 'the second run changes nothing'
follow 'Again'
expect_followed
expect_changed 0
expect_once web1 web2 db1

test_case 'mesh_info tells that every pair has shaken hands'
follow 'Look at it'
expect_followed
expect_out '3 of 3 nodes are up'
expect_once web1 web2 db1

test_case 'an edit: check mode tells the same as the run that follows, and the diff shows it'
sed -i 's/192\.0\.2\.3/192.0.2.33/' mesh.yaml
run ansible-playbook site.yml --check --diff
expect_status 0
expect_changed 1
expect_out 'endpoint 192.0.2.3:51820 -> 192.0.2.33:51820'
expect_no_out 'link web1-web2'
expect_once web1 web2 db1
checked=$(grep '^[+~-] ' <<<"$out")
run ansible-playbook site.yml --diff
expect_status 0
expect_changed 1
expect_once web1 web2 db1
expect 'both say the same' test "$(grep '^[+~-] ' <<<"$out")" = "$checked"
run ansible-playbook site.yml --check
expect_changed 0
count_sessions

test_case 'a node that is away fails the task with one sentence, names the node in its data, and changes nothing'
node_is db1 away
sed -i 's/192\.0\.2\.33/192.0.2.34/' mesh.yaml
module mesh file=mesh.yaml
expect_status 2
expect 'the message begins with the node' test "$(value '.msg | startswith("db1: ")')" = true
expect 'it is one line without a full stop' test "$(value '.msg | test("\n|\\. ")')" = false
expect 'the data has the node' test "$(value '.failed_nodes | join(" ")')" = db1
expect 'the error is data, too' test "$(value '.errors[0].node + " " + .result + " " + (.exit_code | tostring)')" = 'db1 unreachable 4'
expect 'nobody has changed' test "$(value .changed)" = false
count_sessions
expect 'nobody was asked twice' test "$(awk '$2 > 1' <<<"$sessions")" = ''
module mesh file=mesh.yaml --check
expect_status 2
expect 'check mode says the same' test "$(value '.failed_nodes | join(" ")')" = db1
module mesh_info file=mesh.yaml
expect_status 2
expect 'mesh_info has the node' test "$(value '.failed_nodes | join(" ")')" = db1

test_case 'with skip_unreachable the others go on, and the node is named'
module mesh 'file=mesh.yaml skip_unreachable=true'
expect_status 0
expect 'it is named' test "$(value '.skipped_nodes | join(" ")')" = db1
module mesh_info 'file=mesh.yaml skip_unreachable=true'
expect_status 0
expect 'mesh_info names it, too' test "$(value '.skipped_nodes | join(" ")')" = db1
module mesh 'file=mesh.yaml state=absent' --check
expect_status 2
expect 'absent does not pass over it in silence' test "$(value '.failed_nodes | join(" ")')" = db1
node_is db1 keeps

test_case 'a mesh file with a fault: one sentence with its place, and nobody is contacted'
count_sessions
sed 's/addr: 10.77.0.2/addr: 10.78.0.2/' mesh.yaml >bad.yaml
module mesh file=bad.yaml
expect_status 2
expect 'the message has file and line' test "$(value '.msg | test("bad.yaml:[0-9]+:[0-9]+: ")')" = true
expect 'the result is data' test "$(value .result)" = bad_mesh_file
count_sessions
expect 'nobody was contacted' test -z "$sessions"

test_case 'a program that is missing or says nothing that can be read fails the task'
module mesh 'file=mesh.yaml program=/bin/false'
expect_status 2
expect 'it says so' test "$(value '.msg | contains("exit code 1")')" = true
module mesh 'file=mesh.yaml program=nowhere'
expect_status 2

test_case 'a definition instead of a file, down, and synced, which leaves down what is down'
cat >definition.yml <<'PLAY'
---
- hosts: localhost
  gather_facts: false
  tasks:
    - wgmesh.mesh.mesh: {definition: "{{ lookup('file', 'mesh.yaml') | from_yaml }}", state: up}
    - wgmesh.mesh.mesh: {file: mesh.yaml, state: down}
    - wgmesh.mesh.mesh: {file: mesh.yaml, state: down}
      register: again
    - wgmesh.mesh.mesh: {file: mesh.yaml, state: synced}
      register: synced
    - wgmesh.mesh.mesh_info: {file: mesh.yaml, skip_unreachable: true}
      register: seen
    - ansible.builtin.assert:
        that:
          - not again.changed
          - not synced.changed
          - seen.document.nodes_up == 0
PLAY
run ansible-playbook definition.yml
expect_status 0
expect_out 'failed=0'
module mesh 'file=mesh.yaml definition={}'
expect_status 2

test_case 'absent removes it, and a second time there is nothing to do'
count_sessions
follow 'Remove it'
expect_followed
expect_changed 1
expect_once web1 web2 db1
expect 'nothing is stored' test ! -e "$work/nodes/web1/var/kept"
run ansible-playbook site.yml -e mesh_state=absent
expect_changed 0

test_case 'the inventory has every node, in the group of the mesh'
follow 'The nodes as hosts'
expect_followed
expect_out '@mesh_test'
expect_out 'web2'
cat >ssh.yaml <<'MESH'
name: other
network: 10.78.0.0/24
defaults: {ssh: {user: admin}}
nodes:
  a: {addr: 10.78.0.1/24, ssh: "192.0.2.7:2222", endpoint: 192.0.2.7, site: here, json: {rack: 4}}
  b: {addr: 10.78.0.2/24, ssh: "root@2001:db8::7", endpoint: 192.0.2.8}
MESH
run env ANSIBLE_INVENTORY_ENABLED=wgmesh.mesh.mesh ansible-inventory -i ssh.yaml --list
expect_status 0
host() { jq -c "._meta.hostvars.$1 | [.ansible_host, .ansible_user, .ansible_port, .wgmesh_address, .wgmesh_json.rack]" <<<"$out"; }
expect 'host, user and port of the mesh file' test "$(host a)" = '["192.0.2.7","admin",2222,"10.78.0.1",4]'
expect 'an IPv6 address is no port' test "$(host b)" = '["2001:db8::7","root",null,"10.78.0.2",null]'
expect 'the site is a group' test "$(jq -c .site_here.hosts <<<"$out")" = '["a"]'
printf 'plugin: wgmesh.mesh.mesh\nfile: ssh.yaml\nover_mesh: true\n' >over.yml
run ansible-inventory -i over.yml --list
expect 'over the mesh' test "$(host a | jq -r '.[0]')" = 10.78.0.1

test_case 'ansible-doc knows all options, and the collection can be built and installed'
follow 'All options'
expect_followed
expect_out 'Joins Linux machines into one encrypted Ethernet'
expect_out 'skip_unreachable'
run ansible-doc -t module wgmesh.mesh.mesh_info
expect_status 0
run ansible-doc -t inventory wgmesh.mesh.mesh
expect_status 0
follow 'Take the collection elsewhere'
expect_followed
expect 'it is installed' test -e build/ansible_collections/wgmesh/mesh/plugins/modules/mesh.py
rm -r build ./*.tar.gz

test_case 'ansible-lint finds nothing'
rm -f definition.yml bad.yaml ssh.yaml over.yml
run ansible-lint --offline --nocolor
expect_status 0
finish_example
