#include "controller/init/draft_endpoints.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wgmesh::draft_endpoints_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Draft draft_of(const std::vector<std::string>& endpoints) {
  Draft draft;
  draft.network = *parse_prefix("fd00::/64");
  for (const std::string& endpoint : endpoints) {
    DraftNode& node = draft.nodes.emplace_back();
    node.name = "n" + std::to_string(draft.nodes.size());
    if (!endpoint.empty()) { node.endpoint = split_host_port(endpoint); }
  }
  return draft;
}

TEST(SettleEndpoints, LeavesThoseThatWork) {
  Draft draft =
      draft_of({"lan.example.com", "[2001:db8::1]:51821", "192.0.2.1", "192.0.2.1:51821"});
  settle_endpoints(draft);
  for (const DraftNode& node : draft.nodes) {
    EXPECT_TRUE(node.endpoint) << node.no_endpoint;
    EXPECT_THAT(node.notes, IsEmpty());
  }
  EXPECT_THAT(draft.notes, IsEmpty());
}

TEST(SettleEndpoints, SaysWhyOneIsNone) {
  Draft draft = draft_of({"192.0.2.1", "127.0.0.1", "fd00::9", "192.0.2.1:51820"});
  settle_endpoints(draft);
  EXPECT_TRUE(draft.nodes[0].endpoint);
  EXPECT_FALSE(draft.nodes[1].endpoint);
  EXPECT_THAT(draft.nodes[1].no_endpoint,
              HasSubstr("No peer can send to 127.0.0.1: every machine is itself"));
  EXPECT_FALSE(draft.nodes[2].endpoint);
  EXPECT_EQ(draft.nodes[2].no_endpoint, "fd00::9 is inside the mesh itself.");
  EXPECT_FALSE(draft.nodes[3].endpoint);
  EXPECT_THAT(draft.nodes[3].no_endpoint, HasSubstr("192.0.2.1 is the endpoint of n1 already"));
  EXPECT_THAT(draft.notes, ElementsAre(HasSubstr("n2, n3 and n4 have no endpoint.")));
}

TEST(SettleEndpoints, ComparesPortsThatNodesListenAt) {
  Draft draft = draft_of({"192.0.2.1", "192.0.2.1"});
  draft.nodes[1].listen_port = 51821;
  settle_endpoints(draft);
  EXPECT_TRUE(draft.nodes[1].endpoint);
}

TEST(SettleEndpoints, NotesPrivateAddressesOnlyBesidePublicOnes) {
  Draft apart = draft_of({"10.0.0.1", "192.168.1.2"});
  settle_endpoints(apart);
  EXPECT_THAT(apart.nodes[0].notes, IsEmpty());
  Draft mixed = draft_of({"10.0.0.1", "192.0.2.1", "fd12::1"});
  settle_endpoints(mixed);
  EXPECT_THAT(mixed.nodes[0].notes, ElementsAre(HasSubstr("a private network")));
  EXPECT_THAT(mixed.nodes[1].notes, IsEmpty());
  EXPECT_THAT(mixed.nodes[2].notes, ElementsAre(HasSubstr("a private network")));
}

TEST(SettleEndpoints, SaysThatNobodyCanBeDialled) {
  Draft draft = draft_of({"", ""});
  settle_endpoints(draft);
  EXPECT_THAT(draft.notes, ElementsAre(HasSubstr("No node has an endpoint")));
  Draft alone = draft_of({""});
  settle_endpoints(alone);
  EXPECT_THAT(alone.notes, IsEmpty());
}

}  // namespace
}  // namespace wgmesh::draft_endpoints_test
