// The values that are fixed here must never change between releases: every node derives its peers'
// addresses from names alone, and a group is how a mesh finds its own interfaces again. A change
// would cut every link between an old and a new release, and leave interfaces behind that nobody
// owns. They were computed apart from this code, from the rule in the header (Python's
// hashlib.blake2b).
#include "common/naming.h"

#include <set>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "common/error.h"

namespace wgmesh::naming_test {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

Prefix prefix(std::string_view text) { return parse_prefix(text).value(); }

std::string inner(std::string_view node, std::string_view underlay) {
  return to_text(inner_address("test", node, prefix(underlay)));
}

TEST(InterfaceName, OfTheMesh) {
  EXPECT_EQ(wireguard_name("test"), "wg-test");
  EXPECT_EQ(bridge_name("test"), "br-test");
  const std::string longest(kMaxMeshName, 'm');
  EXPECT_EQ(wireguard_name(longest).size(), kMaxInterfaceName);
  EXPECT_EQ(bridge_name(longest).size(), kMaxInterfaceName);
}

TEST(TunnelName, IsWholeUpTo15Characters) {
  EXPECT_EQ(tunnel_name("test", "mesh1"), "gt-test-mesh1");
  EXPECT_EQ(tunnel_name("test", "1234567"), "gt-test-1234567");
  EXPECT_EQ(tunnel_name("test", "12345678"), "gt-123456~wmk40");
  EXPECT_EQ(tunnel_full_name("test", "12345678"), "gt-test-12345678");
}

TEST(TunnelName, CutsAreFixed) {
  EXPECT_EQ(tunnel_name("test", "server001"), "gt-server~wfaxx");
  EXPECT_EQ(tunnel_name("production", "frankfurt-1"), "gt-frankf~e3708");
  EXPECT_EQ(tunnel_name("lab-1", "mesh0"), "gt-mesh0~kqdyq") << "a '-' in the mesh's name";
  EXPECT_EQ(tunnel_name("a-b", "c"), "gt-c~zsytr");
}

TEST(TunnelFullName, TellsMeshesApartWhoseNamesHaveADash) {
  EXPECT_EQ(tunnel_full_name("a", "b-c"), "gt-a-b-c");
  EXPECT_EQ(tunnel_full_name("a-b", "c"), "gt-a-b~c");
  EXPECT_EQ(former_full_name("a-b", "c"), "gt-a-b-c");
  const std::string names = "a-b-c-d";
  std::set<std::string> seen;
  for (std::size_t dash = names.find('-'); dash != names.npos; dash = names.find('-', dash + 1)) {
    EXPECT_TRUE(
        seen.insert(tunnel_full_name(names.substr(0, dash), names.substr(dash + 1))).second);
  }
}

TEST(TunnelName, IsOneTheKernelTakes) {
  // dev_valid_name(): 1 to 15 octets, no '/', ':' or white space.
  const std::string longest_node = "N" + std::string(62, '.');
  for (const std::string& mesh : {std::string("m"), std::string("a-b"), std::string(12, '_')}) {
    for (const std::string& peer : {std::string("n"), std::string("a.b_c-d"), longest_node}) {
      const std::string name = tunnel_name(mesh, peer);
      EXPECT_LE(name.size(), kMaxInterfaceName) << name;
      EXPECT_THAT(name, MatchesRegex("gt-[A-Za-z0-9._~-]+"));
    }
  }
}

TEST(TunnelName, MeshesDoNotMeet) {
  // The seed tool gave both the same name.
  EXPECT_NE(tunnel_name("a1", "1"), tunnel_name("a", "11"));
  EXPECT_NE(tunnel_name("a-b", "c"), tunnel_name("a", "b-c"));
  EXPECT_NE(tunnel_name("a-", "b"), tunnel_name("a", "-b"));
  EXPECT_NE(tunnel_name("production", "frankfurt-1"), tunnel_name("production2", "frankfurt-1"));
}

TEST(TunnelName, WholeAndCutNamesDoNotMeet) {
  // '~' is in no mesh or node name, and always in a cut one.
  EXPECT_EQ(tunnel_name("test", "mesh1").find('~'), std::string::npos);
  EXPECT_NE(tunnel_name("test", "server001").find('~'), std::string::npos);
}

TEST(TunnelName, FiveHundredPeersOfOneBeginningDiffer) {
  std::set<std::string> names;
  for (int i = 0; i < 500; ++i) {
    names.insert(tunnel_name("test", fmt::format("server{:03}", i)));
  }
  EXPECT_EQ(names.size(), 500u);
}

TEST(LinkAlias, NamesMeshAndPeer) {
  EXPECT_EQ(interface_alias("test"), "wgmesh:test");
  EXPECT_EQ(interface_alias("test", "mesh1"), "wgmesh:test:mesh1");
}

TEST(LinkGroup, IsFixed) {
  EXPECT_EQ(interface_group("test"), 0x4c85b5dcu);
  EXPECT_EQ(interface_group("lab-1"), 0x5ac1bbb2u);
}

TEST(LinkGroup, IsAwayFromHandMadeOnesAndFitsAnInt) {
  std::set<std::uint32_t> groups;
  for (int i = 0; i < 2000; ++i) {
    const std::uint32_t group = interface_group(fmt::format("m{}", i));
    EXPECT_GE(group, 0x10000u);
    EXPECT_LE(group, 0x7fffffffu);  // iproute2 reads it as an int
    groups.insert(group);
  }
  EXPECT_EQ(groups.size(), 2000u);
}

TEST(Underlay, IsFixed) {
  EXPECT_EQ(to_text(default_underlay("test")), "fdce:ea8b:3e4e:f67a::/64");
  EXPECT_EQ(to_text(default_underlay("lab-1")), "fd1b:e30c:f2b8:f345::/64");
}

TEST(Underlay, IsAUniqueLocalNetworkOfItsMesh) {
  std::set<Prefix> underlays;
  for (int i = 0; i < 1000; ++i) {
    const Prefix underlay = default_underlay(fmt::format("m{}", i));
    EXPECT_TRUE(contains(prefix("fd00::/8"), underlay.address));
    EXPECT_EQ(underlay.length, 64u);
    EXPECT_EQ(network_of(underlay), underlay);
    underlays.insert(underlay);
  }
  EXPECT_EQ(underlays.size(), 1000u);
}

TEST(InnerAddress, IsFixed) {
  EXPECT_EQ(inner("mesh0", "fdce:ea8b:3e4e:f67a::/64"),
            "fdce:ea8b:3e4e:f67a:d647:69c9:723d:1ce4/64");
  EXPECT_EQ(inner("mesh1", "fdce:ea8b:3e4e:f67a::/64"),
            "fdce:ea8b:3e4e:f67a:bba7:ea40:545:a09b/64");
  EXPECT_EQ(inner("mesh0", "fd01:2:3:4000::/50"), "fd01:2:3:5fc2:d647:69c9:723d:1ce4/50");
  EXPECT_EQ(inner("mesh0", "10.99.0.0/24"), "10.99.0.228/24");
  EXPECT_EQ(inner("mesh1", "10.98.0.0/15"), "10.99.160.155/15");
  // Here the first try was a network or broadcast address.
  EXPECT_EQ(inner("mesh0", "10.99.0.0/30"), "10.99.0.1/30");
  EXPECT_EQ(inner("mesh1", "10.99.0.0/30"), "10.99.0.1/30");
}

TEST(InnerAddress, HostBitsOfTheUnderlayDoNotMatter) {
  EXPECT_EQ(inner("mesh0", "10.99.0.77/24"), inner("mesh0", "10.99.0.0/24"));
}

TEST(InnerAddress, IsNeverNetworkOrBroadcast) {
  for (const std::string_view underlay : {"10.99.0.4/30", "10.99.0.0/29", "fd00::/126"}) {
    const Prefix network = prefix(underlay);
    std::set<IpAddress> seen;
    for (int i = 0; i < 300; ++i) {
      const Prefix address = inner_address("test", fmt::format("n{}", i), network);
      EXPECT_TRUE(contains(network, address.address));
      EXPECT_EQ(address.length, network.length);
      seen.insert(address.address);
    }
    // All addresses but the two come up.
    EXPECT_EQ(seen.size(), (1u << (network.address.bits() - network.length)) - 2) << underlay;
    EXPECT_FALSE(seen.contains(network_of(network).address)) << underlay;
    const std::uint8_t host_bits = network.length == 29 ? 7 : 3;
    EXPECT_NE(seen.rbegin()->octets[network.address.size() - 1] & host_bits, host_bits) << underlay;
  }
}

TEST(InnerAddress, RefusesAnUnderlayWithoutRoom) {
  for (const std::string_view underlay : {"10.99.0.0/31", "10.99.0.0/32", "fd00::/127"}) {
    EXPECT_THROW(inner("mesh0", underlay), Error) << underlay;
  }
  try {
    inner("mesh0", "10.99.0.0/31");
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "the underlay 10.99.0.0/31 has no room for node addresses");
    EXPECT_EQ(error.cure(), "take a prefix of at most /30");
    EXPECT_EQ(error.id(), "underlay-too-small");
  }
}

TEST(InnerAddress, FiveHundredNodesDifferAndSoDoMeshes) {
  std::set<Prefix> addresses;
  const Prefix underlay = default_underlay("test");
  for (int i = 0; i < 500; ++i) {
    addresses.insert(inner_address("test", fmt::format("node{}", i), underlay));
  }
  EXPECT_EQ(addresses.size(), 500u);
  EXPECT_NE(inner_address("a1", "1", underlay), inner_address("a", "11", underlay));
}

TEST(Mac, IsFixed) {
  EXPECT_EQ(to_text(bridge_mac("test", "mesh0")), "ae:69:62:42:ee:95");
  EXPECT_EQ(to_text(bridge_mac("test", "mesh1")), "32:2b:d7:7b:0c:81");
  EXPECT_EQ(to_text(tunnel_mac("test", "mesh0", "mesh1")), "ee:27:e8:6c:90:63");
  EXPECT_EQ(to_text(tunnel_mac("test", "mesh1", "mesh0")), "6a:8c:ea:4b:5a:57");
}

TEST(Mac, IsLocalUnicastAndUnique) {
  std::set<MacAddress> macs;
  for (int i = 0; i < 500; ++i) {
    const std::string node = fmt::format("n{}", i);
    for (const MacAddress& mac : {bridge_mac("test", node), tunnel_mac("test", node, "peer"),
                                  tunnel_mac("test", "peer", node), bridge_mac("test2", node)}) {
      EXPECT_EQ(mac.octets[0] & 3, 2) << to_text(mac);
      macs.insert(mac);
    }
  }
  EXPECT_EQ(macs.size(), 2000u);
}

TEST(Naming, KnowsWhatMayBeAName) {
  EXPECT_TRUE(is_mesh_name("Mesh_1-a"));
  EXPECT_TRUE(is_mesh_name(std::string(kMaxMeshName, 'a')));
  for (const char* name : {"", "a.b", "a/b", "a b", "..", "\u00e4"}) {
    EXPECT_FALSE(is_mesh_name(name));
  }
  EXPECT_FALSE(is_mesh_name(std::string(kMaxMeshName + 1, 'a')));

  EXPECT_TRUE(is_node_name("1.example_a-b"));
  EXPECT_TRUE(is_node_name(std::string(kMaxNodeName, 'a')));
  for (const char* name : {"", ".a", "_a", "-a", "..", "a/b", "a b"}) {
    EXPECT_FALSE(is_node_name(name));
  }
  EXPECT_FALSE(is_node_name(std::string(kMaxNodeName + 1, 'a')));

  EXPECT_TRUE(is_interface_name("eth0.1@x"));
  EXPECT_TRUE(is_interface_name(std::string(kMaxInterfaceName, 'a')));
  for (const char* name : {"", ".", "..", "a/b", "a:b", "a b", "a\x7f"}) {
    EXPECT_FALSE(is_interface_name(name));
  }
  EXPECT_FALSE(is_interface_name(std::string(kMaxInterfaceName + 1, 'a')));
}

}  // namespace
}  // namespace wgmesh::naming_test
