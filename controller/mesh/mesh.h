// mesh.yaml as values, every default filled in. Knows nothing of YAML, SSH or protobuf.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "common/net.h"
#include "common/said.h"
#include "controller/mesh/learned.h"

namespace wgmesh {

enum class Become : std::uint8_t {
  kAuto,  // sudo when the login is not root
  kNone,
  kSudo,
  kDoas
};
std::string to_text(Become become);  // auto, none, sudo, doas

// Where and how to log in. Empty or absent: what the user's ssh configuration says.
struct SshTarget {
  std::string host;  // usually a Host of ~/.ssh/config
  std::string user;
  std::optional<std::uint16_t> port;
  std::vector<std::string> identity_files;
  std::string proxy_jump;
  std::optional<unsigned> connect_timeout;  // seconds
  Become become = Become::kAuto;
  std::string become_password_command;  // for /bin/sh on this machine; empty: none

  bool operator==(const SshTarget&) const = default;
};

// A command prefix that runs its arguments on the node, split into POSIX words.
struct ExecTarget {
  std::vector<std::string> words;
  std::string text;  // as written
  bool operator==(const ExecTarget&) const = default;
};

using NodeTarget = std::variant<SshTarget, ExecTarget>;

// Of a node whose priority follows measured round trips, until something was measured.
inline constexpr std::uint16_t kOpenPriority = 32768;

struct Node {
  std::string name;
  std::vector<Prefix> addresses;  // at least one
  NodeTarget target;
  std::optional<HostPort> endpoint;        // port filled in from endpoint or listen_port
  std::string site;                        // empty: none
  std::optional<HostPort> local_endpoint;  // for peers of the same site, instead of endpoint
  std::uint16_t listen_port = 51820;
  std::uint16_t persistent_keepalive = 25;    // seconds, 0: off
  std::uint32_t fwmark = 0;                   // 0: none
  std::vector<std::string> peers;             // as listed
  std::uint16_t priority = 0;                 // default filled in from the position in the file
  bool priority_is_open = false;              // path_cost is auto, and no prio given
  std::optional<IpAddress> underlay_address;  // only where the file names another than the derived
  std::vector<std::string> bridge_ports;
  bool absent = false;          // state: absent
  nlohmann::ordered_json json;  // null when absent

  bool operator==(const Node&) const = default;
};

// Seconds.
struct StpTimers {
  unsigned forward_delay = 4;
  unsigned hello_time = 1;
  unsigned max_age = 6;
  unsigned ageing = 10;
  bool operator==(const StpTimers&) const = default;
};

// What keeps frames from going round: spanning tree, or tunnel ports that pass nothing on to each
// other, so that every frame takes the direct link.
enum class LoopPrevention : std::uint8_t { kStp, kSplitHorizon };

// Of every tunnel port: what the kernel computes, one number, or what follows from round-trip
// times.
struct PathCost {
  enum class Kind : std::uint8_t { kKernels, kFixed, kMeasured };
  Kind kind = Kind::kKernels;
  std::uint16_t value = 0;  // of kFixed
  bool operator==(const PathCost&) const = default;
};

// With this MTU frames are fragmented, so that every frame of an Ethernet host passes.
inline constexpr unsigned kFragmentingMtu = 1500;

struct Mesh {
  std::string name;
  Prefix network;
  bool full = true;
  Prefix underlay;              // derived where the file names none
  std::optional<unsigned> mtu;  // absent: auto; never kFragmentingMtu
  bool fragments = false;       // mtu is kFragmentingMtu, written so or because of bridge_ports
  LoopPrevention loop_prevention = LoopPrevention::kStp;
  StpTimers stp;
  PathCost path_cost;
  bool hosts = false;           // nodes keep each other's names in /etc/hosts
  bool learn_endpoints = true;  // pairs that neither end can dial may have links all the same
  // Of such pairs. No part of the mesh file: nodes store it, or `up` has just learned it.
  Learned learned;
  std::vector<Node> nodes;   // in file order
  std::vector<Node> absent;  // to be cleaned, and nobody's peer; in file order, too

  bool operator==(const Mesh&) const = default;
};

// How `from` reaches `node`: its local endpoint where both are of one site, else its endpoint.
std::optional<HostPort> endpoint_for(const Node& from, const Node& node);

// Whether two nodes share a link.
bool is_peered(const Mesh& mesh, const Node& a, const Node& b);
// Whether the file wants a link between two nodes that neither of them can dial, so that it has to be
// learned where each is.
bool is_learnable(const Mesh& mesh, const Node& a, const Node& b);
// All such pairs, in file order.
std::vector<LinkName> learnable_pairs(const Mesh& mesh);
// The link of such a pair. Null: there is none.
const LearnedLink* find_learned(const Mesh& mesh, const Node& a, const Node& b);
// The nodes that `node` shares a link with, in file order. full: all others; else a pair is peered
// when either lists the other, or when neither lists anybody. A pair that no end of could dial has
// a link only if it was learned where the two are.
std::vector<const Node*> peers_of(const Mesh& mesh, const Node& node);

// The peers that a session with `node` speaks of (Open.peers), in file order: those above, and those that it may come
// to share a link with. Messages name them by their places in this list, so what was learned does not change it.
std::vector<const Node*> opened_peers(const Mesh& mesh, const Node& node);

inline bool has_ipv6_tunnels(const Mesh& mesh) {
  return mesh.underlay.address.family == Family::kIpv6;
}

// The node's inner address: underlay_address, or derived; length of the underlay.
Prefix inner_address_of(const Mesh& mesh, const Node& node);

// Something that is wrong between keys or nodes, with the place that it is best mended at.
struct Problem {
  std::string node;                  // empty: the mesh
  std::string key;                   // of the node or the mesh; empty: the node's name
  std::optional<std::size_t> index;  // in the key's list
  Said said;                         // the cure stands in the text
};

// Addresses, inner addresses and interface names that collide; endpoints inside the mesh.
std::vector<Problem> find_address_problems(const Mesh& mesh);
// Endpoints and machines that two nodes have; absent nodes have a machine, too.
std::vector<Problem> find_doubles(const Mesh& mesh);
// Nodes that no path of peers joins, pairs without a link that split horizon needs, bridges too
// full.
std::vector<Problem> find_peering_problems(const Mesh& mesh);

// All of the above, what cannot be seen key by key: one sentence each, naming the node and the
// cure. read_mesh_file has reported them with their places, so a mesh from a file has none.
std::vector<Said> check(const Mesh& mesh);

// What works, and is to be known all the same: one sentence each.
std::vector<Said> cautions(const Mesh& mesh);

}  // namespace wgmesh
