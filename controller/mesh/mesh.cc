#include "controller/mesh/mesh.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <variant>

#include "common/naming.h"
#include "controller/text/enumeration.h"
#include "controller/text/lower_case.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

bool lists(const Node& node, const std::string& peer) {
  return std::ranges::find(node.peers, peer) != node.peers.end();
}

// As the file has it, whether they can dial each other or not.
bool is_wanted(const Mesh& mesh, const Node& a, const Node& b) {
  if (mesh.full || (a.peers.empty() && b.peers.empty())) { return true; }
  return lists(a, b.name) || lists(b, a.name);
}

const std::optional<HostPort>& endpoint_seen_from(const Node& from, const Node& node) {
  const bool is_near = !node.site.empty() && node.site == from.site;
  return is_near && node.local_endpoint ? node.local_endpoint : node.endpoint;
}

// Copies no endpoint: it is asked for each pair.
bool can_dial(const Node& a, const Node& b) {
  return endpoint_seen_from(a, b) || endpoint_seen_from(b, a);
}

// "a-b" for every pair of which `holds` is true, in file order.
template <class Holds>
std::vector<std::string> pairs_where(const Mesh& mesh, const Holds& holds) {
  std::vector<std::string> pairs;
  for (std::size_t i = 0; i < mesh.nodes.size(); ++i) {
    for (std::size_t j = i + 1; j < mesh.nodes.size(); ++j) {
      const Node& a = mesh.nodes[i];
      const Node& b = mesh.nodes[j];
      if (holds(a, b)) { pairs.push_back(a.name + "-" + b.name); }
    }
  }
  return pairs;
}

// Pairs that the file wants for peers, and that have no link because nobody can dial.
std::vector<std::string> mute_pairs(const Mesh& mesh) {
  return pairs_where(mesh, [&](const Node& a, const Node& b) {
    return !is_peered(mesh, a, b) && is_wanted(mesh, a, b);
  });
}

void find_colliding_addresses(const Mesh& mesh, std::vector<Problem>& problems) {
  std::map<IpAddress, const Node*> owner;
  for (const Node& node : mesh.nodes) {
    for (std::size_t i = 0; i < node.addresses.size(); ++i) {
      const auto [found, is_new] = owner.emplace(node.addresses[i].address, &node);
      if (is_new) { continue; }
      const std::string other =
          found->second == &node ? "this node" : fmt::format("node {}", found->second->name);
      problems.push_back({node.name, "addr", i,
                          say<"mesh-address-twice">(to_text(node.addresses[i].address), other)});
    }
  }
}

void find_colliding_inner_addresses(const Mesh& mesh, std::vector<Problem>& problems) {
  if (overlap(mesh.underlay, mesh.network)) {
    problems.push_back(
        {"",
         "underlay",
         {},
         say<"mesh-underlay-overlaps">(to_text(mesh.underlay), to_text(mesh.network))});
  }
  std::map<IpAddress, const Node*> owner;
  for (const Node& node : mesh.nodes) {
    const IpAddress address = inner_address_of(mesh, node).address;
    const auto [found, is_new] = owner.emplace(address, &node);
    if (is_new) { continue; }
    problems.push_back({node.name,
                        "underlay_addr",
                        {},
                        say<"mesh-inner-address-twice">(to_text(address), found->second->name,
                                                        to_text(network_of(mesh.underlay)))});
  }
}

void find_colliding_links(const Mesh& mesh, std::vector<Problem>& problems) {
  // Names are the same seen from every node, so one pass finds what could meet on any of them.
  std::map<std::string, const Node*> owner;
  for (const Node& node : mesh.nodes) {
    const std::string link = tunnel_name(mesh.name, node.name);
    const auto [found, is_new] = owner.emplace(link, &node);
    if (is_new) { continue; }
    problems.push_back({node.name, "", {}, say<"mesh-link-name-twice">(found->second->name, link)});
  }
}

// Nothing for a node that was not read to its end.
std::string machine_at(const ExecTarget& exec) {
  return exec.words.empty() ? std::string() : fmt::format("exec: {}", fmt::join(exec.words, " "));
}

// Whoever logs in: it is one machine. Behind another jump host the same name may be another.
std::string machine_at(const SshTarget& ssh) {
  if (ssh.host.empty()) { return {}; }
  return fmt::format("ssh: {}{}{}", ssh.host, ssh.port ? fmt::format(" port {}", *ssh.port) : "",
                     ssh.proxy_jump.empty() ? "" : " through " + ssh.proxy_jump);
}

void find_machines_given_twice(const Mesh& mesh, std::vector<Problem>& problems) {
  std::map<std::string, const Node*> owner;
  for (const auto* group : {&mesh.nodes, &mesh.absent}) {
    for (const Node& node : *group) {
      const std::string machine =
          std::visit([](const auto& target) { return machine_at(target); }, node.target);
      if (machine.empty()) { continue; }
      const auto [found, is_new] = owner.emplace(machine, &node);
      if (is_new) { continue; }
      problems.push_back({node.name,
                          std::holds_alternative<ExecTarget>(node.target) ? "exec" : "ssh",
                          {},
                          say<"mesh-machine-twice">(found->second->name, node.name, machine)});
    }
  }
}

// As it is compared: names in small letters, addresses in one way of writing.
std::string comparable(const HostPort& endpoint) {
  std::string host = endpoint.host;
  if (const auto address = parse_ip(host)) {
    host = to_text(*address);
  } else {
    std::ranges::transform(host, host.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    if (host.ends_with('.')) { host.pop_back(); }
  }
  return to_text(HostPort{host, endpoint.port});
}

// Only peers of one site ever use a local endpoint.
void find_endpoints_given_twice(const Mesh& mesh, std::vector<Problem>& problems) {
  std::map<std::pair<std::string, std::string>, const Node*> owner;  // by site and endpoint
  for (const Node& node : mesh.nodes) {
    const auto look_at = [&](const std::optional<HostPort>& endpoint, const std::string& site,
                             const char* key) {
      if (!endpoint) { return; }
      const auto [found, is_new] = owner.emplace(std::pair(site, comparable(*endpoint)), &node);
      if (is_new) { return; }
      problems.push_back(
          {node.name,
           key,
           {},
           say<"mesh-endpoint-twice">(to_text(*endpoint), key, found->second->name)});
    };
    look_at(node.endpoint, {}, "endpoint");
    if (!node.site.empty()) { look_at(node.local_endpoint, node.site, "local_endpoint"); }
  }
}

// WireGuard's own packets would have to go through WireGuard.
void find_endpoints_within(const Mesh& mesh, std::vector<Problem>& problems) {
  for (const Node& node : mesh.nodes) {
    const auto look_at = [&](const std::optional<HostPort>& endpoint, const char* key) {
      const auto address = endpoint ? parse_ip(endpoint->host) : std::nullopt;
      if (!address) { return; }
      for (const Prefix& inside : {mesh.network, mesh.underlay}) {
        if (!contains(inside, *address)) { continue; }
        problems.push_back(
            {node.name, key, {}, say<"mesh-endpoint-inside">(endpoint->host, to_text(inside))});
      }
    };
    look_at(node.endpoint, "endpoint");
    look_at(node.local_endpoint, "local_endpoint");
  }
}

// With `hosts: true` nodes would find their peers at addresses within the mesh.
void find_endpoints_that_are_hosts(const Mesh& mesh, std::vector<Problem>& problems) {
  if (!mesh.hosts) { return; }
  std::map<std::string, std::string> hosts;  // node, by name in lower case
  for (const Node& node : mesh.nodes) {
    hosts.emplace(lower_case(node.name), node.name);
    hosts.emplace(lower_case(node.name + "." + mesh.name), node.name);
  }
  for (const Node& node : mesh.nodes) {
    const auto look_at = [&](const std::optional<HostPort>& endpoint, const char* key) {
      if (!endpoint) { return; }
      std::string name = lower_case(endpoint->host);
      if (name.ends_with('.')) { name.pop_back(); }
      const auto found = hosts.find(name);
      if (found == hosts.end()) { return; }
      problems.push_back(
          {node.name, key, {}, say<"mesh-endpoint-is-host">(endpoint->host, found->second)});
    };
    look_at(node.endpoint, "endpoint");
    look_at(node.local_endpoint, "local_endpoint");
  }
}

// Behind isolated ports no node passes on what others send each other.
void find_gaps_in_split_horizon(const Mesh& mesh, std::vector<Problem>& problems) {
  if (mesh.loop_prevention != LoopPrevention::kSplitHorizon) { return; }
  const auto unlisted =
      pairs_where(mesh, [&](const Node& a, const Node& b) { return !is_wanted(mesh, a, b); });
  const auto report = [&](const std::vector<std::string>& pairs, const char* lack,
                          const char* cure) {
    if (pairs.empty()) { return; }
    problems.push_back(
        {"", "loop_prevention", {}, say<"mesh-split-horizon-gap">(enumerated(pairs), lack, cure)});
  };
  report(unlisted, "are not peered", "say full: true");
  if (mesh.learn_endpoints) { return; }
  report(mute_pairs(mesh), "have no endpoint at either end",
         "give one of each an endpoint, or say learn_endpoints: true");
}

// The nodes that can be reached over peers from the first.
std::set<const Node*> first_island(const Mesh& mesh) {
  std::set<const Node*> reached{&mesh.nodes.front()};
  std::vector<const Node*> open{&mesh.nodes.front()};
  while (!open.empty()) {
    const Node* node = open.back();
    open.pop_back();
    for (const Node* peer : peers_of(mesh, *node)) {
      if (reached.insert(peer).second) { open.push_back(peer); }
    }
  }
  return reached;
}

void find_islands(const Mesh& mesh, std::vector<Problem>& problems) {
  if (mesh.nodes.empty()) { return; }
  const std::set<const Node*> reached = first_island(mesh);
  std::vector<std::string> cut_off;
  for (const Node& node : mesh.nodes) {
    if (!reached.contains(&node)) { cut_off.push_back(node.name); }
  }
  if (cut_off.empty()) { return; }
  const bool is_mute = !mute_pairs(mesh).empty();
  problems.push_back(
      {cut_off.front(),
       is_mute ? "endpoint" : "peers",
       {},
       say<"mesh-islands">(mesh.nodes.front().name, enumerated(cut_off),
                           is_mute ? "two nodes without an endpoint cannot dial each other: "
                                     "add an endpoint"
                                   : "add a peer")});
}

void find_full_bridges(const Mesh& mesh, std::vector<Problem>& problems) {
  for (const Node& node : mesh.nodes) {
    const std::size_t ports = peers_of(mesh, node).size() + node.bridge_ports.size();
    if (ports <= kMaxPorts) { continue; }
    problems.push_back({node.name, "peers", {}, say<"mesh-bridge-full">(ports, kMaxPorts)});
  }
}

}  // namespace

std::string to_text(Become become) {
  switch (become) {
    case Become::kAuto:
      return "auto";
    case Become::kNone:
      return "none";
    case Become::kSudo:
      return "sudo";
    case Become::kDoas:
      return "doas";
  }
  return "none";
}

std::optional<HostPort> endpoint_for(const Node& from, const Node& node) {
  return endpoint_seen_from(from, node);
}

bool is_peered(const Mesh& mesh, const Node& a, const Node& b) {
  if (!can_dial(a, b) && find_learned(mesh, a, b) == nullptr) { return false; }
  return is_wanted(mesh, a, b);
}

bool is_learnable(const Mesh& mesh, const Node& a, const Node& b) {
  return mesh.learn_endpoints && !can_dial(a, b) && is_wanted(mesh, a, b);
}

std::vector<LinkName> learnable_pairs(const Mesh& mesh) {
  std::vector<LinkName> pairs;
  for (std::size_t i = 0; i < mesh.nodes.size(); ++i) {
    for (std::size_t j = i + 1; j < mesh.nodes.size(); ++j) {
      const Node& a = mesh.nodes[i];
      const Node& b = mesh.nodes[j];
      if (is_learnable(mesh, a, b)) { pairs.push_back(link_between(a.name, b.name)); }
    }
  }
  return pairs;
}

const LearnedLink* find_learned(const Mesh& mesh, const Node& a, const Node& b) {
  if (mesh.learned.links.empty()) { return nullptr; }
  const auto found = mesh.learned.links.find(link_between(a.name, b.name));
  return found == mesh.learned.links.end() ? nullptr : &found->second;
}

std::vector<const Node*> peers_of(const Mesh& mesh, const Node& node) {
  std::vector<const Node*> peers;
  for (const Node& other : mesh.nodes) {
    if (other.name != node.name && is_peered(mesh, node, other)) { peers.push_back(&other); }
  }
  return peers;
}

std::vector<const Node*> opened_peers(const Mesh& mesh, const Node& node) {
  std::vector<const Node*> peers;
  for (const Node& other : mesh.nodes) {
    if (other.name == node.name || !is_wanted(mesh, node, other)) { continue; }
    if (mesh.learn_endpoints || can_dial(node, other)) { peers.push_back(&other); }
  }
  return peers;
}

Prefix inner_address_of(const Mesh& mesh, const Node& node) {
  if (node.underlay_address) { return {*node.underlay_address, mesh.underlay.length}; }
  return inner_address(mesh.name, node.name, mesh.underlay);
}

std::vector<Problem> find_address_problems(const Mesh& mesh) {
  std::vector<Problem> problems;
  find_colliding_addresses(mesh, problems);
  find_colliding_inner_addresses(mesh, problems);
  find_colliding_links(mesh, problems);
  find_endpoints_within(mesh, problems);
  find_endpoints_that_are_hosts(mesh, problems);
  return problems;
}

std::vector<Problem> find_doubles(const Mesh& mesh) {
  std::vector<Problem> problems;
  find_endpoints_given_twice(mesh, problems);
  find_machines_given_twice(mesh, problems);
  return problems;
}

std::vector<Problem> find_peering_problems(const Mesh& mesh) {
  std::vector<Problem> problems;
  find_islands(mesh, problems);
  find_gaps_in_split_horizon(mesh, problems);
  find_full_bridges(mesh, problems);
  return problems;
}

std::vector<Said> check(const Mesh& mesh) {
  std::vector<Said> sentences;
  for (const auto& problems :
       {find_address_problems(mesh), find_doubles(mesh), find_peering_problems(mesh)}) {
    for (const Problem& problem : problems) {
      Said& sentence = sentences.emplace_back(problem.said);
      if (!problem.node.empty()) {
        sentence.text = fmt::format("node {}: {}", problem.node, sentence.text);
      }
    }
  }
  return sentences;
}

std::vector<Said> cautions(const Mesh& mesh) {
  std::vector<Said> sentences;
  // If endpoints are learned, nobody knows yet which pairs will have a link.
  if (const auto mute = mute_pairs(mesh); !mute.empty() && !mesh.learn_endpoints) {
    sentences.push_back(say<"mesh-pair-mute">(enumerated(mute)));
  }
  std::vector<std::string> bridging;
  for (const Node& node : mesh.nodes) {
    if (!node.bridge_ports.empty()) { bridging.push_back(node.name); }
  }
  if (bridging.empty()) { return sentences; }
  const std::string who = enumerated(bridging);
  sentences.push_back(say<"mesh-bridge-ports-open">(
      who, mesh.loop_prevention == LoopPrevention::kStp ? "spanning tree's BPDUs, " : ""));
  if (!mesh.fragments) { sentences.push_back(say<"mesh-bridge-ports-mtu">(who)); }
  if (bridging.size() > 1 && mesh.loop_prevention == LoopPrevention::kSplitHorizon) {
    sentences.push_back(say<"mesh-bridge-ports-loop">(who));
  }
  return sentences;
}

}  // namespace wgmesh
