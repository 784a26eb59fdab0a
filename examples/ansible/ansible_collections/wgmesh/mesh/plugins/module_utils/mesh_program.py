# SPDX-License-Identifier: Apache-2.0
"""Runs mesh once, and makes of its JSON document what Ansible tells. Knows no module."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import json

ARGUMENTS = dict(
    file=dict(type="path"),
    definition=dict(type="dict"),
    skip_unreachable=dict(type="bool", default=False),
    accept_new_host_keys=dict(type="bool", default=False),
    program=dict(type="str", default="mesh"),
)
EITHER = dict(
    mutually_exclusive=[("file", "definition")],
    required_one_of=[("file", "definition")],
)

SIGNS = dict(add="+", change="~", remove="-")


def run_mesh(module, words):
    """Runs `mesh -J WORDS`; returns its exit code and its document. Fails the task if there is no document."""
    params = module.params
    command = [module.get_bin_path(params["program"], required=True), "-J", "--progress", "quiet"]
    data = None
    if params["definition"] is None:
        command += ["-f", params["file"]]
    else:
        command += ["-j", "-f", "-"]
        data = json.dumps(params["definition"])
    if params["accept_new_host_keys"]:
        command.append("--accept-new-host-keys")
    code, out, err = module.run_command(command + words, data=data)
    try:
        return code, json.loads(out)
    except ValueError:
        said = [line for line in err.splitlines() if line.strip()]
        module.fail_json(
            msg="mesh %s ended with exit code %d: %s" % (words[0], code, said[-1] if said else "it said nothing"),
            exit_code=code,
            stderr=err,
        )


def sentence_of(errors, otherwise):
    """One sentence of the first error: the node, the step, and the other party's own words."""
    if not errors:
        return otherwise
    first = errors[0]
    place = first.get("node")
    if not place and "line" in first:
        place = "%s:%d:%d" % (first.get("file") or "mesh file", first["line"], first.get("column", 1))
    parts = [place, first.get("path"), first.get("step"), " ".join(first["message"].split())]
    sentence = ": ".join(part for part in parts if part).rstrip(".")
    if len(errors) > 1:
        sentence += " (and %d more)" % (len(errors) - 1)
    return sentence


def value_words(value):
    where = " on " + value["node"] if value.get("node") else ""
    key = value["key"].replace("_", " ")
    if value["old"] is None:
        return "%s %s added%s" % (key, value["new"], where)
    if value["new"] is None:
        return "%s %s removed%s" % (key, value["old"], where)
    return "%s %s -> %s%s" % (key, value["old"], value["new"], where)


def line_of(what, kind, values):
    words = [value_words(value) for value in values] if kind == "change" else []
    return "%s %s%s\n" % (SIGNS[kind], what, ": " + ", ".join(words) if words else "")


def diff_of(document):
    """The plan, a line for each node and link, as `mesh plan` prints it."""
    text = ""
    for name, node in document.get("nodes", {}).items():
        if node.get("kind"):
            text += line_of("node " + name, node["kind"], node.get("values", []))
        elif node.get("stored_state_changes"):
            text += "~ node %s: what is stored there changes\n" % name
    for link in document.get("links", []):
        text += line_of("link " + "-".join(link["link"]), link["kind"], link["values"])
    return dict(prepared=text)


def failed_nodes(document):
    names = [name for name, node in document.get("nodes", {}).items() if "error" in node or "unreachable" in node]
    for error in document.get("errors", []):
        if error.get("node") and error["node"] not in names:
            names.append(error["node"])
    return names
