#include "controller/mesh/missing_feature.h"

#include <fmt/format.h>

#include "common/naming.h"

namespace wgmesh {
namespace {

// An IPv4 `underlay` needs no IPv6 on the nodes. It does not help a segment that is IPv6 itself.
std::string cure_for_ipv6(const Mesh& mesh) {
  const std::string prefix = to_text(default_ipv4_underlay(mesh.name));
  const std::string way_out =
      mesh.network.address.family == Family::kIpv4
          ? fmt::format("set `underlay: {}` in the mesh file", prefix)
          : fmt::format("give the mesh an IPv4 `network`, and `underlay: {}`", prefix);
  return way_out +
         "; or switch IPv6 on there: `sysctl net.ipv6.conf.all.disable_ipv6=0`, for a container "
         "`--sysctl net.ipv6.conf.all.disable_ipv6=0` when it is started";
}

}  // namespace

MissingWords words_of(const Mesh& mesh, const proto::Hello& hello,
                      const proto::MissingFeature& missing) {
  if (missing.module() == "ipv6") {
    return {fmt::format("the node has no IPv6 ({})", missing.why()), cure_for_ipv6(mesh)};
  }
  return {
      fmt::format("the kernel {} has no {} ({})", hello.kernel_release(), missing.module(),
                  missing.why()),
      fmt::format("load it there with `modprobe {0}` (for a container: on its host), or install "
                  "the kernel package that has {0}.ko",
                  missing.module())};
}

}  // namespace wgmesh
