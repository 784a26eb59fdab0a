#include "controller/mesh/missing_feature.h"

#include <fmt/format.h>

#include "common/naming.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

// An IPv4 `underlay` needs no IPv6 on the nodes. It does not help a segment that is IPv6 itself.
std::string way_without_ipv6(const Mesh& mesh) {
  const std::string prefix = to_text(default_ipv4_underlay(mesh.name));
  return mesh.network.address.family == Family::kIpv4
             ? fmt::format("set `underlay: {}` in the mesh file", prefix)
             : fmt::format("give the mesh an IPv4 `network`, and `underlay: {}`", prefix);
}

}  // namespace

Said words_of(const Mesh& mesh, const proto::Hello& hello, const proto::MissingFeature& missing) {
  if (missing.module() == "ipv6") {
    return say<"mesh-node-lacks-ipv6">(missing.why(), way_without_ipv6(mesh));
  }
  return say<"mesh-node-lacks-module">(hello.kernel_release(), missing.module(), missing.why());
}

}  // namespace wgmesh
