#include "controller/file/mesh_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "common/limits.h"
#include "common/naming.h"
#include "common/nearest.h"
#include "controller/file/mesh_file_defaults.h"
#include "controller/file/mesh_file_node.h"
#include "controller/file/mesh_file_segment.h"
#include "controller/file/peering_is_known.h"
#include "controller/file/yaml_value.h"
#include "controller/mesh/planner.h"
#include "controller/text/enumeration.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

using Kind = YamlNode::Kind;

const std::array<std::string, 16> kMeshKeys = {"name",        "network",
                                               "full",        "nodes",
                                               "listen_port", "persistent_keepalive",
                                               "fwmark",      "mtu",
                                               "underlay",    "loop_prevention",
                                               "stp",         "path_cost",
                                               "defaults",    "format_version",
                                               "hosts",       "learn_endpoints"};

// One file on its way to a Mesh.
class MeshFile {
 public:
  MeshFile(const YamlNode& root, FaultList& faults, Targets targets)
      : faults_(faults),
        map_({&root, {}, &faults}, "a map with name, network and nodes", kMeshKeys,
             node_keys_elsewhere()) {
    context_.needs_target = targets == Targets::kRequired;
  }

  Mesh read();

 private:
  // A node as it stands in the file.
  struct Entry {
    Value value;
    Place place;  // of its key, name or item
    Node node;
  };

  static std::span<const MapReader::Elsewhere> node_keys_elsewhere() {
    static const MapReader::Elsewhere kElsewhere{node_keys(false), "of a node"};
    return {&kElsewhere, 1};
  }

  void read_name();
  void read_fragmenting();
  void read_underlay();
  void read_mtu();
  void read_format_version();
  bool any_bridge_ports() const;
  void read_nodes();
  void read_node_map(const Value& nodes);
  void read_node_list(const Value& nodes);
  void add_node(const Value& value, Place place, const std::string& name);
  void check_defaults();
  void check_peers();
  void check_full();
  void check_between_nodes();
  void report(const Problem& problem);

  FaultList& faults_;
  MapReader map_;
  Mesh mesh_;
  NodeContext context_;
  std::vector<Entry> entries_;
  std::map<std::string, Place> names_;
};

void MeshFile::read_name() {
  constexpr std::string_view kExpected = "a name of 1 to 12 characters A-Z a-z 0-9 _ -";
  const auto value = map_.require("name", kExpected);
  if (!value) { return; }
  const auto name = read_text(*value, kExpected);
  if (!name) { return; }
  if (!is_mesh_name(*name)) {
    value->expected(kExpected);
  } else if (*name == "bin") {
    // A node keeps the agents in /var/lib/wgmesh/bin and each mesh beside it.
    value->fault(say<"file-mesh-name-taken">());
  } else {
    mesh_.name = context_.mesh = *name;
  }
}

// Looked at ahead of the nodes, because the underlay that they have addresses in depends on it.
bool MeshFile::any_bridge_ports() const {
  const auto nodes = map_.find("nodes");
  if (!nodes) { return false; }
  const auto has_ports = [](const YamlNode& node) {
    return std::ranges::any_of(node.members, [](const YamlMember& member) {
      return member.key == "bridge_ports" &&
             (member.value.kind != Kind::kList || !member.value.items.empty());
    });
  };
  return std::ranges::any_of(nodes->node->items, has_ports) ||
         std::ranges::any_of(nodes->node->members,
                             [&](const YamlMember& member) { return has_ports(member.value); });
}

void MeshFile::read_fragmenting() {
  const auto value = map_.find("mtu");
  mesh_.fragments = value ? value->is_text() && value->node->text == std::to_string(kFragmentingMtu)
                          : any_bridge_ports();
}

void MeshFile::read_underlay() {
  const auto value = map_.find("underlay");
  if (!value) {
    if (!context_.mesh.empty()) {
      mesh_.underlay =
          mesh_.fragments ? default_ipv4_underlay(context_.mesh) : default_underlay(context_.mesh);
    }
  } else if (const auto underlay = read_network(*value)) {
    if (underlay->length + 2 > underlay->address.bits()) {
      value->fault(
          say<"file-underlay-too-small">(underlay->address.bits() - 2, to_text(*underlay)));
      return;
    }
    if (contains(*parse_prefix("fe80::/10"), underlay->address)) {
      value->fault(say<"file-underlay-link-local">());
      return;
    }
    if (mesh_.fragments && underlay->address.family == Family::kIpv6) {
      value->fault(say<"file-underlay-wants-ipv4">(
          map_.find("mtu") ? "mtu: 1500" : "bridge_ports make them so; `mtu: auto` does not",
          to_text(*underlay)));
      return;
    }
    mesh_.underlay = *underlay;
  } else {
    return;
  }
  if (!context_.mesh.empty()) { context_.underlay = mesh_.underlay; }
}

void MeshFile::read_mtu() {
  const auto value = map_.find("mtu");
  if (!value) { return; }
  if (value->is_text() && value->node->text == "auto") { return; }
  // IPv6 has its least MTU on whatever carries it: the segment, or the WireGuard device under
  // ip6gretap.
  bool ipv6 = mesh_.network.address.family == Family::kIpv6;
  for (const Entry& entry : entries_) {
    for (const Prefix& address : entry.node.addresses) {
      ipv6 = ipv6 || address.address.family == Family::kIpv6;
    }
  }
  const unsigned least = ipv6                      ? kLeastIpv6Mtu
                         : has_ipv6_tunnels(mesh_) ? kLeastIpv6Mtu - kIp6gretapCost
                                                   : kLeastIpv4Mtu;
  const auto mtu = read_number(*value, "auto or a number of bytes", least, 65535);
  if (mtu && !mesh_.fragments) { mesh_.mtu = static_cast<unsigned>(*mtu); }
}

void MeshFile::read_format_version() {
  if (const auto value = map_.find("format_version")) {
    static_cast<void>(
        read_number(*value, "a version of the format", kMeshFileVersion, kMeshFileVersion));
  }
}

void MeshFile::add_node(const Value& value, Place place, const std::string& name) {
  entries_.push_back({value, place, read_node(value, place, name, entries_.size(), context_)});
}

void MeshFile::read_node_map(const Value& nodes) {
  for (const YamlMember* member : unique_members(nodes)) {
    const Value value{&member->value, join_path(nodes.path, member->key), &faults_};
    if (!is_node_name(member->key)) {
      faults_.add(member->place, value.path, say<"file-node-name-unfit">());
    }
    names_.emplace(member->key, member->place);
    add_node(value, member->place, member->key);
  }
}

void MeshFile::read_node_list(const Value& nodes) {
  context_.names_inside = true;
  for (std::size_t i = 0; i < nodes.node->items.size(); ++i) {
    Value value = nodes.item(i);
    std::string name;
    const Place place = value.node->place;
    const auto& members = value.node->members;
    const auto named = std::ranges::find_if(
        members, [](const YamlMember& member) { return member.key == "name"; });
    if (named != members.end()) {
      const Value name_value{&named->value, join_path(value.path, "name"), &faults_};
      constexpr std::string_view kExpected =
          "a node name: a letter or digit, then up to 62 of A-Z a-z 0-9 . _ -";
      const auto text = read_text(name_value, kExpected);
      if (text && !is_node_name(*text)) {
        name_value.expected(kExpected);
      } else if (text) {
        name = *text;
        const auto [first, is_new] = names_.emplace(name, named->value.place);
        if (!is_new) {
          name_value.fault(say<"file-name-twice">(first->second.line, first->second.column));
        }
        value.path = join_path(nodes.path, name);
      }
    } else if (value.node->kind == Kind::kMap) {
      faults_.add(place, join_path(value.path, "name"), say<"file-key-missing">("the node's name"));
    }
    add_node(value, place, name);
  }
}

void MeshFile::read_nodes() {
  constexpr std::string_view kExpected = "a map of nodes, or a list of maps with name";
  const auto nodes = map_.require("nodes", kExpected);
  if (!nodes) { return; }
  const YamlNode& node = *nodes->node;
  if (node.kind != Kind::kMap && node.kind != Kind::kList) {
    nodes->expected(kExpected);
    return;
  }
  const std::size_t count = std::max(node.members.size(), node.items.size());
  if (count == 0 || count > kMaxNodes) {
    nodes->fault(say<"file-node-count">(kMaxNodes, count));
    return;
  }
  if (node.kind == Kind::kMap) {
    read_node_map(*nodes);
  } else {
    read_node_list(*nodes);
  }
}

void MeshFile::check_peers() {
  std::vector<std::string> known;
  for (const Entry& entry : entries_) {
    if (!entry.node.name.empty()) { known.push_back(entry.node.name); }
  }
  for (const Entry& entry : entries_) {
    for (const YamlMember& member : entry.value.node->members) {
      if (member.key != "peers") { continue; }
      const Value peers{&member.value, join_path(entry.value.path, "peers"), &faults_};
      for (std::size_t i = 0; i < member.value.items.size(); ++i) {
        const Value peer = peers.item(i);
        if (!peer.is_text() || names_.contains(peer.node->text)) { continue; }
        const auto nearest = find_nearest(peer.node->text, known);
        peer.fault(say<"file-peer-unknown">(
            shown(peer.node->text),
            nearest ? fmt::format("; did you mean {}?", *nearest) : std::string()));
      }
    }
  }
}

// What is misspelt in it is found here, even if no node takes it.
void MeshFile::check_defaults() {
  const auto defaults = map_.find("defaults");
  if (!defaults) { return; }
  const MapReader::Elsewhere elsewhere{node_keys(true), "that each node has of its own"};
  const MapReader map(*defaults, "a map of keys that nodes share, such as ssh", default_keys(),
                      {&elsewhere, 1});
  const auto ssh = map.find("ssh");
  if (ssh && ssh->node->kind != Kind::kMap) {
    ssh->expected(
        "a map of what all logins share, such as {user: root}; the host is each node's own");
  }
}

// Where every pair is peered, a list of peers does nothing that its writer expects.
void MeshFile::check_full() {
  if (!mesh_.full) { return; }
  std::vector<std::string> listing;
  std::optional<Value> first;
  for (const Entry& entry : entries_) {
    for (const YamlMember& member : entry.value.node->members) {
      if (member.key != "peers" || member.value.items.empty()) { continue; }
      listing.push_back(shown(entry.node.name));
      if (!first) { first = Value{&member.value, join_path(entry.value.path, "peers"), &faults_}; }
    }
  }
  if (!first) { return; }
  first->fault(say<"file-peers-useless">(
      map_.find("full") ? "full: true" : "full is true unless the file says otherwise",
      enumerated(listing)));
}

void MeshFile::report(const Problem& problem) {
  const auto at_key = [&](const Value& map, Place otherwise) {
    for (const YamlMember& member : map.node->members) {
      if (member.key != problem.key) { continue; }
      const Value value{&member.value, join_path(map.path, member.key), &faults_};
      if (problem.index && *problem.index < member.value.items.size()) {
        value.item(*problem.index).fault(problem.said);
      } else {
        value.fault(problem.said);
      }
      return;
    }
    const std::string path = problem.key.empty() ? map.path : join_path(map.path, problem.key);
    faults_.add(otherwise, path, problem.said);
  };
  if (problem.node.empty()) {
    at_key(map_.self(), map_.self().node->place);
    return;
  }
  for (const Entry& entry : entries_) {
    if (entry.node.name == problem.node) { return at_key(entry.value, entry.place); }
  }
}

// What is wrong between nodes that are each understood.
void MeshFile::check_between_nodes() {
  const bool links_are_known = peering_is_known(faults_.faults());
  Mesh named = mesh_;
  std::set<std::string> seen;
  std::erase_if(named.nodes, [&](const Node& node) {
    return !is_node_name(node.name) || !seen.insert(node.name).second;
  });
  if (context_.underlay && context_.network) {
    for (const Problem& problem : find_address_problems(named)) { report(problem); }
  }
  for (const Problem& problem : find_doubles(named)) { report(problem); }
  if (!links_are_known) { return; }
  for (const Problem& problem : find_peering_problems(named)) { report(problem); }
}

Mesh MeshFile::read() {
  read_name();
  if (const auto value =
          map_.require("network", "a network with prefix length, such as 10.0.0.0/24")) {
    context_.network = read_network(*value);
    if (context_.network) { mesh_.network = *context_.network; }
  }
  if (const auto value = map_.find("full")) { mesh_.full = read_boolean(*value).value_or(true); }
  if (const auto value = map_.find("hosts")) { mesh_.hosts = read_boolean(*value).value_or(false); }
  read_fragmenting();
  read_underlay();
  read_wireguard_settings(map_, context_.listen_port, context_.persistent_keepalive,
                          context_.fwmark);
  read_segment(map_, mesh_);
  read_format_version();
  context_.mesh_keys = kMeshKeys;
  context_.measures = mesh_.path_cost.kind == PathCost::Kind::kMeasured;
  read_nodes();
  for (const Entry& entry : entries_) {
    (entry.node.absent ? mesh_.absent : mesh_.nodes).push_back(entry.node);
  }
  read_mtu();
  check_defaults();
  check_peers();
  check_full();
  check_between_nodes();
  return std::move(mesh_);
}

}  // namespace

std::span<const std::string> mesh_keys() { return kMeshKeys; }

Mesh read_mesh_file(const std::string& text, const std::string& file_name, Syntax syntax,
                    Targets targets) {
  const YamlNode root = with_place(file_name, [&] {
    YamlNode tree = read_yaml_tree(text, syntax);
    apply_defaults(tree);
    return tree;
  });
  FaultList faults(file_name);
  // A text that is no map at all has one fault, not one for each key that is missing, too.
  Mesh mesh = MeshFile(root, faults, targets).read();
  faults.throw_if_any();
  return mesh;
}

}  // namespace wgmesh
