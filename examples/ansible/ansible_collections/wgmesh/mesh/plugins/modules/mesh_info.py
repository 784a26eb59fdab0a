#!/usr/bin/python
# SPDX-License-Identifier: Apache-2.0

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: mesh_info
short_description: Tell what the nodes of a mesh are doing
description:
  - Asks every node once, and changes nothing.
version_added: "1.0.0"
author:
  - The wgmesh authors (@wgmesh)
options:
  gather:
    description:
      - What to ask for. C(status) is a short view of each node, and C(info) is all that is known.
    type: str
    choices: [status, info]
    default: status
extends_documentation_fragment:
  - wgmesh.mesh.mesh
attributes:
  check_mode:
    description: The module changes nothing.
    support: full
  diff_mode:
    description: The module changes nothing.
    support: none
seealso:
  - module: wgmesh.mesh.mesh
"""

EXAMPLES = r"""
- name: Ask all nodes
  wgmesh.mesh.mesh_info:
    file: "{{ playbook_dir }}/mesh.yaml"
  delegate_to: localhost
  run_once: true
  register: seen

- name: Every pair has shaken hands
  ansible.builtin.assert:
    that: seen.document.pairs_with_handshake == seen.document.pairs
"""

RETURN = r"""
document:
  description: What C(mesh -J status) or C(mesh -J info) prints. C(docs/json.md) of wgmesh lists the keys.
  returned: always
  type: dict
  sample: {name: test, is_up: 1, nodes: {web1: {is_up: true, state: up}}}
skipped_nodes:
  description: The nodes that could not be asked.
  returned: always
  type: list
  elements: str
  sample: []
failed_nodes:
  description: The nodes that could not be asked.
  returned: on failure
  type: list
  elements: str
  sample: [web3]
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.wgmesh.mesh.plugins.module_utils.mesh_program import (
    ARGUMENTS,
    EITHER,
    run_mesh,
    sentence_of,
)


def main():
    module = AnsibleModule(
        argument_spec=dict(ARGUMENTS, gather=dict(type="str", choices=["status", "info"], default="status")),
        supports_check_mode=True,
        **EITHER
    )
    code, document = run_mesh(module, [module.params["gather"]])
    unasked = [name for name, node in document.get("nodes", {}).items() if node.get("unreachable")]
    if unasked and not module.params["skip_unreachable"]:
        errors = [dict(node=name, message=document["nodes"][name]["unreachable"]) for name in unasked]
        module.fail_json(
            msg=sentence_of(errors, ""), failed_nodes=unasked, errors=errors, document=document, exit_code=code
        )
    if not unasked and code != 0:
        errors = document.get("errors", [])
        module.fail_json(
            msg=sentence_of(errors, "mesh ended with exit code %d" % code), errors=errors, exit_code=code
        )
    module.exit_json(changed=False, document=document, skipped_nodes=unasked)


if __name__ == "__main__":
    main()
