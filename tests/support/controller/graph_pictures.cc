#include "tests/support/controller/graph_pictures.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace wgmesh {

using namespace std::chrono_literals;

GraphPicture picture_of_everything() {
  GraphPicture picture;
  picture.mesh = "demo";
  picture.network = "10.77.0.0/24";
  picture.mtus = {1382};
  picture.roots = {"n0"};
  picture.read_at = std::chrono::system_clock::time_point(1'700'000'000s);
  picture.nodes = {
      {"n0", {"10.77.0.1/24"}, "lab", DrawnState::kUp, "", true, 1382},
      {"n1", {"10.77.0.2/24", "fd00::2/64"}, "lab", DrawnState::kUp, "", false, 1382},
      {"n2", {"10.77.0.3/24"}, "home", DrawnState::kDown, "", false, {}},
      {"n3", {"10.77.0.4/24"}, "", DrawnState::kUnreachable, "connection refused", false, {}}};
  picture.links = {{0, 1, LinkState::kTree, 420us},      {0, 2, LinkState::kDown, {}},
                   {0, 3, LinkState::kStandby, 12345us}, {1, 2, LinkState::kDown, {}},
                   {1, 3, LinkState::kNoHandshake, {}},  {2, 3, LinkState::kUnknown, {}}};
  return picture;
}

GraphPicture picture_of_full_mesh(std::size_t count, const std::string& prefix) {
  GraphPicture picture;
  picture.mesh = "full";
  picture.network = "fd00:0:0:1::/64";
  picture.mtus = {1362};
  picture.roots = {prefix + "0"};
  picture.read_at = std::chrono::system_clock::time_point(1'700'000'000s);
  for (std::size_t i = 0; i < count; ++i) {
    picture.nodes.push_back({prefix + std::to_string(i),
                             {fmt::format("fd00:0:0:1::{:x}/64", i + 1)},
                             "",
                             DrawnState::kUp,
                             "",
                             i == 0,
                             1362});
    for (std::size_t j = i + 1; j < count; ++j) {
      picture.links.push_back({i, j, i == 0 ? LinkState::kTree : LinkState::kStandby,
                               std::chrono::microseconds(700 * (i + 1) * (j + 2))});
    }
  }
  std::ranges::sort(picture.links, {},
                    [](const GraphLink& link) { return std::pair(link.a, link.b); });
  return picture;
}

GraphPicture offline(GraphPicture picture) {
  picture.read_at.reset();
  for (GraphNode& node : picture.nodes) {
    node.state = DrawnState::kNotAsked;
    node.mtu.reset();
  }
  for (GraphLink& link : picture.links) { link = {link.a, link.b, LinkState::kUnknown, {}}; }
  return picture;
}

}  // namespace wgmesh
