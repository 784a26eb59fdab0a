#include "controller/init/draft_addresses.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/error.h"

namespace wgmesh::draft_addresses_test {
namespace {

using testing::ElementsAre;

Draft draft_of(const char* network, std::size_t nodes) {
  Draft draft;
  draft.network = *parse_prefix(network);
  draft.nodes.resize(nodes);
  return draft;
}

std::vector<std::string> first_addresses(const Draft& draft) {
  std::vector<std::string> texts;
  for (const DraftNode& node : draft.nodes) { texts.push_back(to_text(node.addresses.at(0))); }
  return texts;
}

TEST(UniqueLocalNetwork, HasTheGlobalIdAndSubnetZero) {
  EXPECT_EQ(to_text(unique_local_network({0x12, 0x34, 0x56, 0x78, 0x9a})), "fd12:3456:789a::/64");
}

TEST(CoveringNetwork, HasAllAddressesAsHosts) {
  const auto covering = [](std::initializer_list<const char*> texts) {
    std::vector<Prefix> addresses;
    for (const char* text : texts) { addresses.push_back(*parse_prefix(text)); }
    const auto network = covering_network(addresses);
    return network ? to_text(*network) : "none";
  };
  EXPECT_EQ(covering({"10.1.0.1/16", "10.1.9.1/16"}), "10.1.0.0/16");
  EXPECT_EQ(covering({"10.1.0.1/24", "fd00::1/64", "10.1.1.1/24"}), "10.1.0.0/23");
  EXPECT_EQ(covering({"192.168.1.2/32"}), "192.168.1.0/30");
  EXPECT_EQ(covering({"192.168.1.4/32", "192.168.1.7/32"}), "192.168.1.0/28");
  EXPECT_EQ(covering({"fd00::1/128", "fd00::2/128"}), "fd00::/126");
  EXPECT_EQ(covering({"10.0.0.1/32", "192.0.2.1/32"}), "none");
  EXPECT_EQ(covering({}), "none");
}

TEST(NumberNodes, CountsFromTheFirstHost) {
  Draft six = draft_of("fd00::/64", 3);
  number_nodes(six);
  EXPECT_THAT(first_addresses(six), ElementsAre("fd00::1/64", "fd00::2/64", "fd00::3/64"));
  Draft four = draft_of("10.0.0.254/31", 2);
  number_nodes(four);
  EXPECT_THAT(first_addresses(four), ElementsAre("10.0.0.254/31", "10.0.0.255/31"));
}

TEST(NumberNodes, CarriesOverTheOctets) {
  Draft draft = draft_of("10.0.0.0/23", 300);
  number_nodes(draft);
  EXPECT_EQ(to_text(draft.nodes[255].addresses[0]), "10.0.1.0/23");
  EXPECT_EQ(to_text(draft.nodes[299].addresses[0]), "10.0.1.44/23");
}

TEST(NumberNodes, KeepsWhatANodeHas) {
  Draft draft = draft_of("10.0.0.0/24", 4);
  draft.nodes[0].addresses = {*parse_prefix("fd80::1/64")};
  draft.nodes[1].addresses = {*parse_prefix("10.0.0.1/32")};
  draft.nodes[2].addresses = {*parse_prefix("10.0.0.1/24")};
  draft.nodes[3].addresses = {*parse_prefix("192.0.2.1/24"), *parse_prefix("10.0.0.0/24")};
  number_nodes(draft);
  EXPECT_THAT(first_addresses(draft),
              ElementsAre("10.0.0.2/24", "10.0.0.1/24", "10.0.0.3/24", "10.0.0.4/24"));
  EXPECT_EQ(to_text(draft.nodes[0].addresses.at(1)), "fd80::1/64");
  EXPECT_THAT(draft.nodes[2].notes, ElementsAre("Another node has its address 10.0.0.1, too."));
}

TEST(NumberNodes, SaysThatTheNetworkIsFull) {
  for (const char* network : {"10.0.0.0/30", "255.255.255.252/30"}) {
    Draft draft = draft_of(network, 3);
    try {
      number_nodes(draft);
      ADD_FAILURE() << "there was room";
    } catch (const Error& error) {
      EXPECT_EQ(error.id(), "init-network-full");
      EXPECT_EQ(error.message(),
                "the network " + std::string(network) + " has no room for 3 nodes");
    }
  }
  Draft two = draft_of("10.0.0.0/30", 2);
  EXPECT_NO_THROW(number_nodes(two));
}

}  // namespace
}  // namespace wgmesh::draft_addresses_test
