# SPDX-License-Identifier: Apache-2.0
"""What every module of the collection asks for."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type


class ModuleDocFragment(object):
    DOCUMENTATION = r"""
options:
  file:
    description:
      - The mesh file, on the machine where the module runs. A name that ends in C(.json) is read as JSON.
      - A relative name is relative to the folder where Ansible was started, so C(playbook_dir) in front of it is safer.
      - Give either I(file) or I(definition).
    type: path
  definition:
    description:
      - What a mesh file says, as data.
    type: dict
  skip_unreachable:
    description:
      - Go on without nodes that cannot be reached. Their names are in C(skipped_nodes).
      - Without it such a node fails the task, and no other node changes.
    type: bool
    default: false
  accept_new_host_keys:
    description:
      - Accept the SSH host keys of nodes that were never seen before.
    type: bool
    default: false
  program:
    description:
      - The program C(mesh), by its path or as it is found on C(PATH).
    type: str
    default: mesh
requirements:
  - C(mesh), where the module runs. The nodes need neither C(mesh) nor Python.
notes:
  - The module contacts all nodes of the mesh itself, by the SSH settings of the user who runs it, and each node once in
    a task. So run it once, where C(mesh) is, with C(hosts=localhost) or with C(delegate_to=localhost) and
    C(run_once=true).
"""
