// `defaults` of mesh.yaml: keys of a node that hold for every node that does not have them. Works
// on the tree as it was written, so a default is read, and found at fault, like a key of the node.
#pragma once

#include <span>
#include <string>

#include "controller/file/yaml_tree.h"

namespace wgmesh {

// The keys that may stand in `defaults`: those that several nodes can share.
std::span<const std::string> default_keys();

// Gives each node of `root` the keys of `defaults` that it lacks. Of `ssh` the keys within: a node
// names its host, and the defaults its user, key and port.
void apply_defaults(YamlNode& root);

}  // namespace wgmesh
