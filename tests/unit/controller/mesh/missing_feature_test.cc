#include "controller/mesh/missing_feature.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wgmesh::missing_feature_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Said words(const char* network, const char* module) {
  Mesh mesh;
  mesh.name = "m";
  mesh.network = *parse_prefix(network);
  proto::Hello hello;
  hello.set_kernel_release("6.1.0");
  proto::MissingFeature missing;
  missing.set_module(module);
  missing.set_why("the kernel's words");
  return words_of(mesh, hello, missing);
}

TEST(MissingFeature, WithoutIpv6AnIpv4UnderlayIsTheWayOut) {
  const auto [id, message, cure] = words("10.77.0.0/24", "ipv6");
  EXPECT_EQ(id, "mesh-node-lacks-ipv6");
  EXPECT_EQ(message, "the node has no IPv6 (the kernel's words)");
  EXPECT_THAT(cure, AllOf(HasSubstr("set `underlay: 198."), HasSubstr("disable_ipv6=0"),
                          HasSubstr("--sysctl"), Not(HasSubstr("modprobe"))));
}

TEST(MissingFeature, AnIpv6SegmentNeedsMoreThanAnUnderlay) {
  EXPECT_THAT(
      words("fd00::/64", "ipv6").cure,
      AllOf(HasSubstr("IPv4 `network`"), HasSubstr("underlay: 198."), Not(HasSubstr("modprobe"))));
}

TEST(MissingFeature, AModuleIsLoadedOnTheHostOfAContainer) {
  for (const char* module : {"wireguard", "bridge", "ip_gre", "ip6_gre"}) {
    const auto [id, message, cure] = words("fd00::/64", module);
    EXPECT_EQ(id, "mesh-node-lacks-module");
    EXPECT_EQ(message, std::string("the kernel 6.1.0 has no ") + module + " (the kernel's words)");
    EXPECT_THAT(cure,
                AllOf(HasSubstr(std::string("modprobe ") + module), HasSubstr("on its host")));
  }
}

}  // namespace
}  // namespace wgmesh::missing_feature_test
