#!/usr/bin/python
# SPDX-License-Identifier: Apache-2.0

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: mesh
short_description: Make the nodes of a mesh match its mesh file
description:
  - Joins Linux machines into one encrypted Ethernet segment, changes it in place, or takes it down.
  - A change is all or nothing. If one node fails, every node is as it was before.
version_added: "1.0.0"
author:
  - The wgmesh authors (@wgmesh)
options:
  state:
    description:
      - With C(up) every node matches the mesh file, and the mesh is up.
      - With C(synced) every node matches the mesh file. A node that was taken down stays down.
      - With C(down) the mesh is down, now and after a boot. Keys and plan stay on the nodes.
      - With C(absent) nothing of the mesh is left on any node.
    type: str
    choices: [up, synced, down, absent]
    default: up
  wait:
    description:
      - Wait until every pair of nodes forwards. If one does not in time, the task fails.
    type: bool
    default: true
  confirm_timeout:
    description:
      - After so many seconds without a word from C(mesh), nodes undo a change by themselves.
    type: int
extends_documentation_fragment:
  - wgmesh.mesh.mesh
attributes:
  check_mode:
    description: Nodes are asked what would change, and nothing changes.
    support: full
  diff_mode:
    description: The plan, a line for each node and link.
    support: full
seealso:
  - module: wgmesh.mesh.mesh_info
"""

EXAMPLES = r"""
- name: Bring the mesh up
  wgmesh.mesh.mesh:
    file: "{{ playbook_dir }}/mesh.yaml"
  delegate_to: localhost
  run_once: true

- name: Describe the mesh in the playbook
  wgmesh.mesh.mesh:
    definition:
      name: test
      network: 10.77.0.0/24
      nodes:
        web1: {addr: 10.77.0.1/24, ssh: web1, endpoint: 192.0.2.1}
        web2: {addr: 10.77.0.2/24, ssh: web2, endpoint: 192.0.2.2}
  delegate_to: localhost
  run_once: true

- name: Remove the mesh from every node that can be reached
  wgmesh.mesh.mesh:
    file: "{{ playbook_dir }}/mesh.yaml"
    state: absent
    skip_unreachable: true
  delegate_to: localhost
  run_once: true
"""

RETURN = r"""
mesh:
  description: The name of the mesh.
  returned: when the mesh file could be read
  type: str
  sample: test
result:
  description: How C(mesh) ended, in one word.
  returned: always
  type: str
  sample: done
exit_code:
  description: The exit code of C(mesh).
  returned: always
  type: int
  sample: 0
changed_nodes:
  description: The nodes that have changed, or would change.
  returned: always
  type: list
  elements: str
  sample: [web1, web2]
skipped_nodes:
  description: The nodes that could not be reached, and were left out.
  returned: when there are any
  type: list
  elements: str
  sample: [web3]
nodes:
  description: For each node its outcome, the changes as a whole, and its error.
  returned: when nodes were asked
  type: dict
  sample: {web1: {outcome: changed, kind: add}}
links:
  description: Each link that changes, with old and new values.
  returned: when nodes were asked
  type: list
  elements: dict
  sample: [{link: [web1, web2], kind: change, values: [{key: endpoint, old: "192.0.2.2:51820", new: "192.0.2.9:51820"}]}]
failed_nodes:
  description: The nodes that an error is about.
  returned: on failure
  type: list
  elements: str
  sample: [web3]
errors:
  description: Every error, with identifier, node, step, message and cure.
  returned: on failure
  type: list
  elements: dict
  sample: [{node: web3, id: ssh-refused, message: connection refused}]
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.wgmesh.mesh.plugins.module_utils.mesh_program import (
    ARGUMENTS,
    EITHER,
    diff_of,
    failed_nodes,
    run_mesh,
    sentence_of,
)

COMMANDS = dict(up=["up"], synced=["sync"], down=["down"], absent=["down", "-r"])
DONE = 0
NODES_SKIPPED = 3


def words_of(params, check_mode):
    words = list(COMMANDS[params["state"]])
    if check_mode:
        words.append("-n")
    if params["skip_unreachable"]:
        words.append("--skip-unreachable")
    if params["confirm_timeout"] is not None:
        words += ["--confirm-timeout", str(params["confirm_timeout"])]
    if not params["wait"] and words[0] != "down":
        words.append("--no-wait")
    return words


def would_change(node):
    return bool(node.get("kind") or node.get("changes") or node.get("stored_state_changes"))


def result_of(document, check_mode):
    nodes = document.get("nodes", {})
    if check_mode:
        changed_nodes = [name for name, node in nodes.items() if would_change(node)]
    else:
        changed_nodes = [name for name, node in nodes.items() if node["outcome"] == "changed"]
    result = dict(
        changed=bool(document.get("changes")) if check_mode else document["changed"] > 0,
        changed_nodes=changed_nodes,
        exit_code=document["exit_code"],
        result=document["result"],
    )
    for key in ("mesh", "links"):
        if document.get(key):
            result[key] = document[key]
    # Ansible itself understands `skipped`: as a task that was not run.
    if document.get("skipped"):
        result["skipped_nodes"] = document["skipped"]
    if nodes:
        # The operations of a large mesh are thousands; values of nodes and links say the same.
        result["nodes"] = dict(
            (name, dict((key, node[key]) for key in node if key != "changes")) for name, node in nodes.items()
        )
    return result


def main():
    module = AnsibleModule(
        argument_spec=dict(
            ARGUMENTS,
            state=dict(type="str", choices=["up", "synced", "down", "absent"], default="up"),
            wait=dict(type="bool", default=True),
            confirm_timeout=dict(type="int"),
        ),
        supports_check_mode=True,
        **EITHER
    )
    _code, document = run_mesh(module, words_of(module.params, module.check_mode))
    result = result_of(document, module.check_mode)
    result["diff"] = diff_of(document)
    for warning in document["warnings"]:
        module.warn(sentence_of([warning], ""))
    succeeded = [DONE, NODES_SKIPPED] if module.params["skip_unreachable"] else [DONE]
    if document["exit_code"] in succeeded:
        module.exit_json(**result)
    # `down -r` leaves a node out that it cannot reach, and pairs that do not forward are warnings.
    told = document["errors"] or document["warnings"]
    module.fail_json(
        msg=sentence_of(told, "mesh ended with exit code %d (%s)" % (document["exit_code"], document["result"])),
        failed_nodes=failed_nodes(document) or document.get("skipped", []),
        errors=told,
        **result
    )


if __name__ == "__main__":
    main()
