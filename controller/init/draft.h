// The mesh file that `mesh init` proposes, as values: nodes as far as a list of hosts or a login tells of them, and
// sentences that become comments. Knows no format, neither of what is read nor of what is written.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/net.h"
#include "controller/file/destination.h"
#include "controller/mesh/mesh.h"

namespace wgmesh {

struct DraftNode {
  std::string name;
  bool name_is_open = false;  // it is only what SSH calls the host; the host may know a better one
  NodeTarget target;
  std::vector<Prefix> addresses;        // of the segment; draft_addresses.h fills them in
  std::optional<HostAndPort> endpoint;  // without a port: the listen port
  std::string no_endpoint;              // why there is none, in sentences
  std::optional<std::uint16_t> listen_port;
  std::optional<std::uint16_t> persistent_keepalive;
  std::vector<std::string> notes;  // sentences, each with its full stop
};

struct Draft {
  std::string name = "mesh";
  std::optional<Prefix> network;
  std::string network_note;
  std::vector<DraftNode> nodes;
  std::vector<std::string> notes;  // about the mesh
};

// Who logs in, and with which key, makes no other machine of a host.
bool is_same_machine(const NodeTarget& a, const NodeTarget& b);

// What a node or a mesh may be called that has this name elsewhere: other characters become '-'. Empty if nothing
// usable is left.
std::string as_node_name(std::string_view text);
std::string as_mesh_name(std::string_view text);

// `name`, with a number behind it if another node has it.
std::string unused_name(const Draft& draft, const std::string& name);

// Gives `node` an unused name like its own and adds it. A machine that is in the draft already is only noted.
// Returns whether the node was added.
bool add_node(Draft& draft, DraftNode node);

// The UDP port at which the node's WireGuard listens.
std::uint16_t listen_port_of(const DraftNode& node);

}  // namespace wgmesh
