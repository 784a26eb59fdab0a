#include "controller/file/peering_is_known.h"

#include <gtest/gtest.h>

namespace wgmesh::peering_is_known_test {
namespace {

bool is_known_with(const std::string& path, const std::string& id = "file-number-unfit") {
  Fault fault;
  fault.path = path;
  fault.id = id;
  return peering_is_known({fault});
}

TEST(PeeringIsKnown, WithoutAnyFault) { EXPECT_TRUE(peering_is_known({})); }

TEST(PeeringIsKnown, WhereOtherKeysAreAtFault) {
  EXPECT_TRUE(is_known_with("mtu"));
  EXPECT_TRUE(is_known_with("nodes.a.prio"));
  EXPECT_TRUE(is_known_with("nodes.a.ssh.port"));
  EXPECT_TRUE(is_known_with("nodes.a.colour", "file-key-unknown"));
}

TEST(PeeringIsKnown, ButNotWhereAKeyThatDecidesAboutLinksIs) {
  EXPECT_FALSE(is_known_with("nodes"));
  EXPECT_FALSE(is_known_with("full"));
  EXPECT_FALSE(is_known_with("nodes.a.peers[0]"));
  EXPECT_FALSE(is_known_with("nodes.a.endpoint.host"));
  EXPECT_FALSE(is_known_with("nodes.a.endpont", "file-key-unknown"));
  EXPECT_FALSE(is_known_with(""));  // the file is no map
}

}  // namespace
}  // namespace wgmesh::peering_is_known_test
