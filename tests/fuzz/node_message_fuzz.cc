// What a hostile node sends, as the controller reads and uses it: octets into a message whose texts
// a terminal can show, and the message into plans, keys to make, and what is still missing.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "common/error.h"
#include "controller/fleet/check_hello.h"
#include "controller/fleet/check_status.h"
#include "controller/fleet/node_message.h"
#include "controller/mesh/forwarding.h"
#include "controller/mesh/planner.h"
#include "controller/mesh/preshared_keys.h"

namespace wgmesh {
namespace {

void require(bool condition) {
  if (!condition) { std::abort(); }
}

const Mesh& example_mesh() {
  static const Mesh kMesh = [] {
    Mesh made;
    made.name = "m";
    made.network = *parse_prefix("10.9.0.0/24");
    made.underlay = *parse_prefix("fd01::/64");
    made.path_cost.kind = PathCost::Kind::kMeasured;
    for (const char* name : {"a", "b", "c"}) {
      Node node;
      node.name = name;
      node.addresses = {*parse_prefix("10.9.0.1/24")};
      node.endpoint = HostPort{name, 51820};
      node.priority_is_open = true;
      made.nodes.push_back(node);
    }
    return made;
  }();
  return kMesh;
}

// The hostile node is b; a's facts are those of an honest one, and c was not asked. What has passed
// the look at a Hello gives plans that an agent takes.
void use(const proto::Hello& hello) {
  const Mesh& mesh = example_mesh();
  check_hello(open_for(mesh, mesh.nodes[1]), hello);
  Facts facts{{"a", {}}, {"b", hello}};
  facts["a"].set_public_key(std::string(32, 'a'));
  (void)preshared_keys_to_make(mesh, facts);
  (void)vanished_nodes(mesh, facts);
  const SegmentMtu mtu = segment_mtu(mesh, facts);
  require(mtu.segment > 0 && mtu.segment <= mtu.device && mtu.device <= 65535);
  for (std::size_t i = 0; i < 2; ++i) {
    require(plan_for(mesh, mesh.nodes[i], facts, mtu).peers_size() == 2);
  }
}

void use(const proto::Status& status) {
  check_status(example_mesh().name, status);
  (void)missing_for_forwarding(example_mesh(), {{"a", {}}, {"b", status}});
}

}  // namespace
}  // namespace wgmesh

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view octets(reinterpret_cast<const char*>(data), size);
  try {
    const wgmesh::proto::FromAgent message = wgmesh::parse_node_message(octets);
    // What was taken is taken again, and nothing in it needs to be cleaned a second time.
    const std::string taken = message.SerializeAsString();
    wgmesh::require(wgmesh::parse_node_message(taken).SerializeAsString() == taken);
    if (message.has_hello()) { wgmesh::use(message.hello()); }
    if (message.has_status()) { wgmesh::use(message.status()); }
  } catch (const wgmesh::Error&) {}
  return 0;
}
