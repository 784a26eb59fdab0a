#include "tests/support/bench/large_mesh.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "common/frame.h"
#include "common/short_peers.h"
#include "controller/file/mesh_file.h"

namespace wgmesh {
namespace {

std::string padded_to_key(std::string text) {
  text.resize(32, 'k');
  return text;
}

}  // namespace

std::string mesh_text(int nodes, const std::string& exec) {
  std::string text = "name: bench\nnetwork: fd00:0:0:1::/64\nnodes:\n";
  for (int i = 0; i < nodes; ++i) {
    text += fmt::format(
        "  n{}: {{addr: \"fd00:0:0:1::{:x}/64\", exec: {} {}, endpoint: n{}.example.com}}\n", i,
        i + 1, exec, i, i);
  }
  return text;
}

Mesh large_mesh(int nodes) { return read_mesh_file(mesh_text(nodes), "mesh.yaml"); }

proto::Hello hello_of(const Mesh& mesh, const Node& node) {
  proto::Hello hello;
  hello.set_protocol_version(kProtocolVersion);
  hello.set_agent_version("1.0");
  hello.set_kernel_release("6.1.0-18-amd64");
  hello.set_machine("x86_64");
  hello.set_public_key(padded_to_key(node.name + " public"));
  hello.set_session_key(padded_to_key(node.name + " session"));
  hello.set_generation(1);
  hello.set_stored_device_mtu(1420);
  hello.set_stored_segment_mtu(1362);
  hello.set_knows_hold(true);
  hello.mutable_identity()->set_node(node.name);
  hello.mutable_identity()->set_network(to_text(mesh.network));
  hello.set_knows_opened_peers(true);
  hello.set_takes_short_peers(true);
  proto::RouteGroup& group = *hello.add_route_groups();
  group.set_mtu(1500);
  group.set_address("2001:db8::1");
  std::uint32_t place = 0;
  for (const Node& peer : mesh.nodes) {
    if (peer.name == node.name) { continue; }
    std::string proof = std::min(node.name, peer.name) + std::max(node.name, peer.name);
    proof.resize(kShortProof, 'p');
    *hello.mutable_short_proofs() += proof;
    group.add_peers(place++);
  }
  return hello;
}

RoundTrips large_round_trips(int nodes) {
  struct Point {
    std::string name;
    double x = 0;
    double y = 0;
  };
  std::mt19937 random(7);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same in each run
  std::uniform_real_distribution<double> place(0, 50);
  std::uniform_real_distribution<double> noise(1, 1.3);
  std::vector<Point> points;
  for (int i = 0; i < nodes; ++i) {
    points.push_back({fmt::format("n{}", i), place(random), place(random)});
  }
  RoundTrips trips;
  for (std::size_t i = 0; i < points.size(); ++i) {
    for (std::size_t j = i + 1; j < points.size(); ++j) {
      const double distance = std::hypot(points[i].x - points[j].x, points[i].y - points[j].y);
      trips[link_between(points[i].name, points[j].name)] = 0.2 + distance * noise(random);
    }
  }
  return trips;
}

}  // namespace wgmesh
