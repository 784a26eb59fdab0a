# SPDX-License-Identifier: Apache-2.0

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
name: mesh
short_description: The nodes of a mesh file as hosts
description:
  - Reads a mesh file by C(mesh conf), so defaults and anchors count. It contacts no node.
  - The source is a file with the key C(plugin), or the mesh file itself. For the latter, name the plugin under
    C(enable_plugins) in C(ansible.cfg).
  - Every node is a host in the group C(mesh_NAME), and in C(site_NAME) if it has a site. A name that Ansible does not
    take for a group gets underscores.
  - A host has C(wgmesh_address), C(wgmesh_addresses), C(wgmesh_endpoint) and C(wgmesh_json). A node that is reached by a
    command prefix has C(wgmesh_exec) instead of C(ansible_host).
version_added: "1.0.0"
author:
  - The wgmesh authors (@wgmesh)
options:
  plugin:
    description: The name of this plugin.
    choices: [wgmesh.mesh.mesh]
  file:
    description: The mesh file. A relative name is relative to the source.
    type: path
    default: mesh.yaml
  over_mesh:
    description: Reach the hosts at their address on the segment, instead of as the mesh file says.
    type: bool
    default: false
  program:
    description: The program C(mesh), by its path or as it is found on C(PATH).
    type: str
    default: mesh
requirements:
  - C(mesh), where Ansible runs
extends_documentation_fragment:
  - constructed
"""

EXAMPLES = r"""
# inventory.yml
plugin: wgmesh.mesh.mesh
file: mesh.yaml
"""

import json
import os
import subprocess

from ansible.errors import AnsibleParserError
from ansible.module_utils.common.text.converters import to_native
from ansible.plugins.inventory import BaseInventoryPlugin, Constructable


def target_of(ssh):
    """host, user, port, identity file and jump host of a node's `ssh`, as conf prints it."""
    if isinstance(ssh, dict):
        return dict(ssh)
    target = dict(host=ssh)
    if "@" in target["host"]:
        target["user"], target["host"] = target["host"].rsplit("@", 1)
    bare, colon, port = target["host"].rpartition(":")
    if colon and port.isdigit() and ":" not in bare.strip("[]").replace("::", ""):
        target["host"], target["port"] = bare.strip("[]"), int(port)
    return target


CONNECTION = dict(
    host="ansible_host",
    user="ansible_user",
    port="ansible_port",
    identity_file="ansible_ssh_private_key_file",
)


class InventoryModule(BaseInventoryPlugin, Constructable):
    NAME = "wgmesh.mesh.mesh"

    def verify_file(self, path):
        return super(InventoryModule, self).verify_file(path) and path.endswith((".yaml", ".yml", ".json"))

    def parse(self, inventory, loader, path, cache=True):
        super(InventoryModule, self).parse(inventory, loader, path, cache)
        source = loader.load_from_file(path, cache=False)
        if isinstance(source, dict) and "plugin" in source:
            self._read_config_data(path)
            mesh_file = os.path.join(os.path.dirname(os.path.abspath(path)), self.get_option("file"))
        else:
            self.set_options()
            mesh_file = path
        mesh = self.read_mesh(mesh_file)
        group = self.inventory.add_group(self._sanitize_group_name("mesh_" + mesh["name"]))
        nodes = mesh["nodes"]
        if isinstance(nodes, list):
            nodes = dict((node["name"], node) for node in nodes)
        for name, node in nodes.items():
            self.add_node(name, node, group)

    def read_mesh(self, mesh_file):
        command = [self.get_option("program"), "-J", "-f", mesh_file, "conf"]
        try:
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        except OSError as error:
            raise AnsibleParserError("%s: %s" % (command[0], to_native(error.strerror)))
        if done.returncode != 0:
            raise AnsibleParserError(to_native(done.stderr).strip())
        return json.loads(to_native(done.stdout))

    def add_node(self, name, node, group):
        self.inventory.add_host(name, group=group)
        if node.get("site"):
            site = self.inventory.add_group(self._sanitize_group_name("site_" + node["site"]))
            self.inventory.add_host(name, group=site)
        addresses = node["addr"] if isinstance(node["addr"], list) else [node["addr"]]
        variables = dict(
            wgmesh_address=addresses[0].split("/")[0],
            wgmesh_addresses=addresses,
            wgmesh_endpoint=node.get("endpoint"),
            wgmesh_json=node.get("json"),
        )
        if node.get("exec"):
            variables["wgmesh_exec"] = node["exec"]
        else:
            target = target_of(node["ssh"])
            for key, variable in CONNECTION.items():
                if target.get(key):
                    variables[variable] = target[key]
            if target.get("proxy_jump"):
                variables["ansible_ssh_common_args"] = "-J " + target["proxy_jump"]
        if self.get_option("over_mesh"):
            variables["ansible_host"] = variables["wgmesh_address"]
        for key, value in variables.items():
            if value is not None:
                self.inventory.set_variable(name, key, value)
        self._set_composite_vars(self.get_option("compose"), variables, name, strict=self.get_option("strict"))
        self._add_host_to_composed_groups(self.get_option("groups"), variables, name, strict=self.get_option("strict"))
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, name, strict=self.get_option("strict"))
