// see_nodes [--keep STATE] MESH FOLDER PID:ROOT... - what the nodes of a lab are, as a reader sees
// them that shares no code with the agent.
//
// A node is the network namespace of process PID, and ROOT, where the files that it wrote are found
// from here.
// --keep writes what each is to FOLDER/STATE.I. Without it every node is compared with all that was
// kept, and three kinds of lines are printed: one with each node's state, by name, or 'neither';
// one that says 'keys match', or of which pair they do not (a preshared key shall stand at two
// nodes); and for a node that is neither, how it differs from each state.
//
// Compared are all links, WireGuard devices, routes and settings of the namespace, and the names of
// the files of MESH; but neither index, counters and timers, what the spanning tree is at,
// link-local addresses, nor endpoints (a peer that answered from its other port is no difference).
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <linux/if_link.h>
#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "common/error.h"
#include "common/unique_fd.h"
#include "tests/support/kernel/seen.h"

namespace wgmesh {
namespace {

namespace fs = std::filesystem;
using Lines = std::set<std::string>;

struct Node {
  std::string pid;
  std::string root;
};

Node parse_node(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) throw Error("PID:ROOT, not " + text);
  return {text.substr(0, colon), text.substr(colon + 1)};
}

void enter(const Node& node) {
  const std::string path = "/proc/" + node.pid + "/ns/net";
  const UniqueFd space(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!space || ::setns(space.get(), CLONE_NEWNET) != 0) throw SystemError("enter " + path, errno);
}

// A dump is of no use when a link or an address comes or goes meanwhile.
SeenNode seen_whole() {
  constexpr int kAttempts = 20;
  for (int attempt = 1;; ++attempt) {
    try {
      return seen_node();
    } catch (const std::runtime_error&) {
      if (attempt == kAttempts) throw;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

bool is_link_local(const std::string& words) { return words.starts_with("fe80:"); }

std::string words_of(const std::map<int, std::string>& attributes) {
  std::string words;
  for (const auto& [type, value] : attributes) words += fmt::format(" {}={}", type, value);
  return words;
}

std::string words_of(const SeenLink& link) {
  Lines addresses = link.addresses;
  std::erase_if(addresses, is_link_local);
  return fmt::format(
      "{} {} mac {} mtu {} group {} alias '{}' altnames {} master '{}' addresses {} data{} port{}",
      link.kind, link.up ? "up" : "down", link.mac, link.mtu, link.group, link.alias,
      fmt::join(link.altnames, ","), link.master, fmt::join(addresses, ","), words_of(link.data),
      words_of(link.port_data));
}

Lines lines_of(SeenNode seen, const fs::path& files) {
  Lines lines;
  for (auto& [name, link] : seen.links) {
    if (link.kind == "bridge") {  // these times are the root's, and late in coming
      for (const int time : {IFLA_BR_FORWARD_DELAY, IFLA_BR_HELLO_TIME, IFLA_BR_MAX_AGE}) {
        link.data.erase(time);
      }
    }
    lines.insert("link " + name + " " + words_of(link));
  }
  for (const auto& [name, device] : seen.devices) {
    lines.insert(fmt::format("wireguard {} key {} port {} fwmark {}", name, device.private_key,
                             device.listen_port, device.fwmark));
    for (const auto& [key, peer] : device.peers) {
      lines.insert(fmt::format("peer {} of {} {} keepalive {} allowed {}", key, name,
                               peer.preshared_key.empty() ? "open" : "preshared",
                               peer.persistent_keepalive, fmt::join(peer.allowed_ips, ",")));
    }
  }
  for (const auto& [name, value] : seen.settings) lines.insert("settings " + name + " " + value);
  for (const std::string& route : seen.routes) {
    if (!is_link_local(route)) lines.insert("route " + route);
  }
  std::error_code missing;
  for (const auto& file : fs::directory_iterator(files, missing)) {
    // A note of what was done last, an undo too; no part of what the node is.
    if (file.path().filename() == "last_change") continue;
    lines.insert("file " + file.path().filename().string());
  }
  return lines;
}

std::string file_of(const std::string& folder, const std::string& state, std::size_t node) {
  return fmt::format("{}/{}.{}", folder, state, node);
}

void write_lines(const std::string& path, const Lines& lines) {
  std::ofstream file(path);
  for (const std::string& line : lines) file << line << '\n';
  if (!file.flush()) throw Error("cannot write " + path);
}

Lines read_lines(const std::string& path) {
  std::ifstream file(path);
  Lines lines;
  for (std::string line; std::getline(file, line);) lines.insert(line);
  return lines;
}

// What was kept of a node, by state.
std::map<std::string, Lines> kept_states(const std::string& folder, std::size_t node) {
  std::map<std::string, Lines> states;
  const std::string end = fmt::format(".{}", node);
  for (const auto& file : fs::directory_iterator(folder)) {
    const std::string name = file.path().filename().string();
    if (!name.ends_with(end)) continue;
    states[name.substr(0, name.size() - end.size())] = read_lines(file.path().string());
  }
  return states;
}

std::string name_of(const Lines& now, const std::map<std::string, Lines>& states) {
  for (const auto& [name, lines] : states) {
    if (lines == now) return name;
  }
  return "neither";
}

void tell_difference(std::size_t node, const std::string& state, const Lines& then,
                     const Lines& now) {
  Lines gone;
  Lines added;
  std::set_difference(then.begin(), then.end(), now.begin(), now.end(),
                      std::inserter(gone, gone.end()));
  std::set_difference(now.begin(), now.end(), then.begin(), then.end(),
                      std::inserter(added, added.end()));
  for (const std::string& line : gone) fmt::print("n{}, not as {}: < {}\n", node, state, line);
  for (const std::string& line : added) fmt::print("n{}, not as {}: > {}\n", node, state, line);
}

// The nodes at which each preshared key stands.
using Keys = std::map<std::string, std::vector<std::size_t>>;

void tell_keys(const Keys& keys) {
  std::vector<std::string> faults;
  for (const auto& [key, nodes] : keys) {
    if (nodes.size() != 2) faults.push_back(fmt::format("n{}", fmt::join(nodes, " and n")));
  }
  if (faults.empty()) {
    fmt::print("keys match\n");
  } else {
    fmt::print("preshared keys that do not stand at two nodes: {}\n", fmt::join(faults, ", "));
  }
}

struct Arguments {
  std::string keep;
  std::string mesh;
  std::string folder;
  std::vector<Node> nodes;
};

Arguments parse_arguments(std::vector<std::string> words) {
  Arguments arguments;
  if (words.size() > 2 && words[0] == "--keep") {
    arguments.keep = words[1];
    words.erase(words.begin(), words.begin() + 2);
  }
  if (words.size() < 3) throw Error("see_nodes [--keep STATE] MESH FOLDER PID:ROOT...");
  arguments.mesh = words[0];
  arguments.folder = words[1];
  std::transform(words.begin() + 2, words.end(), std::back_inserter(arguments.nodes), parse_node);
  return arguments;
}

void run(const Arguments& arguments) {
  std::vector<Lines> now;
  Keys keys;
  for (std::size_t i = 0; i < arguments.nodes.size(); ++i) {
    const Node& node = arguments.nodes[i];
    enter(node);
    const SeenNode seen = seen_whole();
    now.push_back(lines_of(seen, fs::path(node.root) / "var/lib/wgmesh" / arguments.mesh));
    for (const auto& [name, device] : seen.devices) {
      for (const auto& [key, peer] : device.peers) {
        if (!peer.preshared_key.empty()) keys[peer.preshared_key].push_back(i);
      }
    }
  }
  if (!arguments.keep.empty()) {
    for (std::size_t i = 0; i < now.size(); ++i) {
      write_lines(file_of(arguments.folder, arguments.keep, i), now[i]);
    }
    return;
  }
  std::vector<std::map<std::string, Lines>> kept;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < now.size(); ++i) {
    kept.push_back(kept_states(arguments.folder, i));
    names.push_back(name_of(now[i], kept[i]));
  }
  fmt::print("{}\n", fmt::join(names, " "));
  tell_keys(keys);
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (names[i] != "neither") continue;
    for (const auto& [state, lines] : kept[i]) tell_difference(i, state, lines, now[i]);
  }
}

}  // namespace
}  // namespace wgmesh

int main(int argc, char** argv) {
  try {
    wgmesh::run(wgmesh::parse_arguments({argv + std::min(argc, 1), argv + argc}));
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "see_nodes: {}\n", error.what());
    return 2;
  }
}
