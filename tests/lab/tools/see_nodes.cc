// see_nodes [--keep STATE] MESH|--exact FOLDER [I=]PID:ROOT... - what the nodes of a lab are, as a
// reader sees them that shares no code with the agent.
//
// A node is the network namespace of process PID, and ROOT, where the files that it wrote are found
// from here. I is the node's number: its place among the arguments, unless the number is said.
// --keep writes what each is to FOLDER/STATE.I. Without it every node is compared with all that was
// kept, and three kinds of lines are printed: one with each node's state, by name, or 'neither';
// one that says 'keys match', or of which pair they do not (a preshared key shall stand at two
// nodes); and for a node that is neither, how it differs from each state. The exit status is 1 when
// a node is neither, and 2 when the nodes cannot be seen.
//
// Compared are all interfaces, WireGuard devices, routes and settings of the namespace, and the
// names of the files of MESH; but neither index, counters and timers, what the spanning tree is at,
// link-local addresses, nor endpoints (a peer that answered from its other port is no difference).
// --exact is for a node that shall not have been touched. Endpoints, preshared keys, the bridge's
// times and how link-local addresses are made count as well, and so does each file of the agent,
// with mode, size, time and inode: a file that was written anew with the same content differs.
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <linux/if_link.h>
#include <sched.h>
#include <sys/stat.h>

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
  std::string number;
  std::string pid;
  std::string root;
};

Node parse_node(const std::string& text, std::size_t place) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) { throw std::runtime_error("[I=]PID:ROOT, not " + text); }
  const std::string root = text.substr(colon + 1);
  const std::string pid = text.substr(0, colon);
  const std::size_t equals = pid.find('=');
  if (equals == std::string::npos) { return {std::to_string(place), pid, root}; }
  return {pid.substr(0, equals), pid.substr(equals + 1), root};
}

void enter(const Node& node) {
  const std::string path = "/proc/" + node.pid + "/ns/net";
  const UniqueFd space(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!space || ::setns(space.get(), CLONE_NEWNET) != 0) {
    throw SystemError("enter " + path, errno);
  }
}

// A dump is of no use when a link or an address comes or goes meanwhile.
SeenNode seen_whole() {
  constexpr int kAttempts = 20;
  for (int attempt = 1;; ++attempt) {
    try {
      return seen_node();
    } catch (const std::runtime_error&) {
      if (attempt == kAttempts) { throw; }
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

bool is_link_local(const std::string& words) { return words.starts_with("fe80:"); }

std::string words_of(const std::map<int, std::string>& attributes) {
  std::string words;
  for (const auto& [type, value] : attributes) { words += fmt::format(" {}={}", type, value); }
  return words;
}

std::string words_of(const SeenInterface& link) {
  Lines addresses = link.addresses;
  std::erase_if(addresses, is_link_local);
  return fmt::format(
      "{} {} mac {} mtu {} group {} alias '{}' altnames {} master '{}' addresses {} data{} port{}",
      link.kind, link.up ? "up" : "down", link.mac, link.mtu, link.group, link.alias,
      fmt::join(link.altnames, ","), link.master, fmt::join(addresses, ","), words_of(link.data),
      words_of(link.port_data));
}

Lines lines_of_network(const SeenNode& seen) {
  Lines lines;
  for (auto [name, link] : seen.interfaces) {
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
  for (const auto& [name, value] : seen.settings) {
    lines.insert("settings " + name + " " + value);
  }
  for (const std::string& route : seen.routes) {
    if (!is_link_local(route)) { lines.insert("route " + route); }
  }
  return lines;
}

std::string address_mode_of(const std::string& link) {
  std::ifstream file("/proc/sys/net/ipv6/conf/" + link + "/addr_gen_mode");
  std::string mode;
  file >> mode;
  return mode;
}

// What only a node that nobody touches keeps.
Lines exact_lines_of_network(const SeenNode& seen) {
  Lines lines;
  for (const auto& [name, link] : seen.interfaces) {
    lines.insert(fmt::format("address mode {} {}", name, address_mode_of(name)));
    if (link.kind == "bridge") { lines.insert("data " + name + words_of(link.data)); }
  }
  for (const auto& [name, device] : seen.devices) {
    for (const auto& [key, peer] : device.peers) {
      lines.insert(fmt::format("peer {} of {} key '{}' endpoint '{}'", key, name,
                               peer.preshared_key, peer.endpoint));
    }
  }
  return lines;
}

// A note of what was done last, an undo too; no part of what the node is.
bool is_note(const fs::path& file) { return file.filename() == "last_change"; }

Lines names_of_files(const fs::path& folder) {
  Lines lines;
  std::error_code missing;
  for (const auto& file : fs::directory_iterator(folder, missing)) {
    if (!is_note(file.path())) { lines.insert("file " + file.path().filename().string()); }
  }
  return lines;
}

// Of all meshes; but not the agent itself, which comes before anything is changed.
Lines exact_lines_of_files(const fs::path& folder) {
  Lines lines;
  if (!fs::exists(folder)) { return lines; }
  for (const auto& file : fs::recursive_directory_iterator(folder)) {
    const fs::path name = file.path().lexically_relative(folder);
    struct stat status {};
    if (is_note(name) || *name.begin() == "bin") { continue; }
    if (::lstat(file.path().c_str(), &status) != 0 || !S_ISREG(status.st_mode)) { continue; }
    lines.insert(fmt::format("file {} mode {:o} size {} time {}.{:09} inode {}", name.string(),
                             status.st_mode & 07777u, status.st_size, status.st_mtim.tv_sec,
                             status.st_mtim.tv_nsec, status.st_ino));
  }
  return lines;
}

// MESH empty: exact.
Lines lines_of(const SeenNode& seen, const std::string& root, const std::string& mesh) {
  const fs::path files = fs::path(root) / "var/lib/wgmesh";
  Lines lines = lines_of_network(seen);
  if (mesh.empty()) {
    lines.merge(exact_lines_of_network(seen));
    lines.merge(exact_lines_of_files(files));
  } else {
    lines.merge(names_of_files(files / mesh));
  }
  return lines;
}

std::string file_of(const std::string& folder, const std::string& state, const Node& node) {
  return fmt::format("{}/{}.{}", folder, state, node.number);
}

void write_lines(const std::string& path, const Lines& lines) {
  std::ofstream file(path);
  for (const std::string& line : lines) { file << line << '\n'; }
  if (!file.flush()) { throw std::runtime_error("cannot write " + path); }
}

Lines read_lines(const std::string& path) {
  std::ifstream file(path);
  Lines lines;
  for (std::string line; std::getline(file, line);) { lines.insert(line); }
  return lines;
}

// What was kept of a node, by state.
std::map<std::string, Lines> kept_states(const std::string& folder, const Node& node) {
  std::map<std::string, Lines> states;
  const std::string end = "." + node.number;
  for (const auto& file : fs::directory_iterator(folder)) {
    const std::string name = file.path().filename().string();
    if (!name.ends_with(end)) { continue; }
    states[name.substr(0, name.size() - end.size())] = read_lines(file.path().string());
  }
  return states;
}

std::string name_of(const Lines& now, const std::map<std::string, Lines>& states) {
  for (const auto& [name, lines] : states) {
    if (lines == now) { return name; }
  }
  return "neither";
}

void tell_difference(const Node& node, const std::string& state, const Lines& then,
                     const Lines& now) {
  Lines gone;
  Lines added;
  std::ranges::set_difference(then, now, std::inserter(gone, gone.end()));
  std::ranges::set_difference(now, then, std::inserter(added, added.end()));
  const std::string head = fmt::format("n{}, not as {}: ", node.number, state);
  for (const std::string& line : gone) { fmt::print("{}< {}\n", head, line); }
  for (const std::string& line : added) { fmt::print("{}> {}\n", head, line); }
}

// The nodes at which each preshared key stands.
using Keys = std::map<std::string, std::vector<std::string>>;

void tell_keys(const Keys& keys) {
  std::vector<std::string> faults;
  for (const auto& [key, nodes] : keys) {
    if (nodes.size() != 2) { faults.push_back(fmt::format("n{}", fmt::join(nodes, " and n"))); }
  }
  if (faults.empty()) {
    fmt::print("keys match\n");
  } else {
    fmt::print("preshared keys that do not stand at two nodes: {}\n", fmt::join(faults, ", "));
  }
}

struct Arguments {
  std::string keep;
  std::string mesh;  // empty: --exact
  std::string folder;
  std::vector<Node> nodes;
};

Arguments parse_arguments(std::vector<std::string> words) {
  Arguments arguments;
  if (words.size() > 2 && words[0] == "--keep") {
    arguments.keep = words[1];
    words.erase(words.begin(), words.begin() + 2);
  }
  if (words.size() < 3) {
    throw std::runtime_error("see_nodes [--keep STATE] MESH|--exact FOLDER [I=]PID:ROOT...");
  }
  if (words[0] != "--exact") { arguments.mesh = words[0]; }
  arguments.folder = words[1];
  for (std::size_t i = 2; i < words.size(); ++i) {
    arguments.nodes.push_back(parse_node(words[i], i - 2));
  }
  return arguments;
}

void keep(const Arguments& arguments, const std::vector<Lines>& now) {
  for (std::size_t i = 0; i < now.size(); ++i) {
    write_lines(file_of(arguments.folder, arguments.keep, arguments.nodes[i]), now[i]);
  }
}

// Whether each node is in a state that was kept.
bool compare(const Arguments& arguments, const std::vector<Lines>& now, const Keys& keys) {
  std::vector<std::map<std::string, Lines>> kept;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < now.size(); ++i) {
    kept.push_back(kept_states(arguments.folder, arguments.nodes[i]));
    names.push_back(name_of(now[i], kept[i]));
  }
  fmt::print("{}\n", fmt::join(names, " "));
  tell_keys(keys);
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (names[i] != "neither") { continue; }
    for (const auto& [state, lines] : kept[i]) {
      tell_difference(arguments.nodes[i], state, lines, now[i]);
    }
  }
  return std::ranges::find(names, "neither") == names.end();
}

int run(const Arguments& arguments) {
  std::vector<Lines> now;
  Keys keys;
  for (const Node& node : arguments.nodes) {
    enter(node);
    const SeenNode seen = seen_whole();
    now.push_back(lines_of(seen, node.root, arguments.mesh));
    for (const auto& [name, device] : seen.devices) {
      for (const auto& [key, peer] : device.peers) {
        if (!peer.preshared_key.empty()) { keys[peer.preshared_key].push_back(node.number); }
      }
    }
  }
  if (arguments.keep.empty()) { return compare(arguments, now, keys) ? 0 : 1; }
  keep(arguments, now);
  return 0;
}

}  // namespace
}  // namespace wgmesh

int main(int argc, char** argv) {
  try {
    return wgmesh::run(wgmesh::parse_arguments({argv + std::min(argc, 1), argv + argc}));
  } catch (const std::exception& error) {
    fmt::print(stderr, "see_nodes: {}\n", error.what());
    return 2;
  }
}
