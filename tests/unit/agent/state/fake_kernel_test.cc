// The rules that the fake copies, each stated once. That the kernel has them is for the kernel
// layer.
#include "tests/support/agent/fake_kernel.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "agent/netlink/netlink_error.h"
#include "common/naming.h"

namespace wgmesh::fake_kernel_test {
namespace {

IpAddress ip(const char* text) { return parse_ip(text).value(); }

CreateTunnel tunnel(const char* name, const char* remote) {
  return {.name = name,
          .group = interface_group("test"),
          .mtu = 1362,
          .local = ip("fd00::1"),
          .remote = ip(remote)};
}

int error_of(FakeKernel& kernel, const Operation& operation) {
  try {
    kernel.apply(operation);
    return 0;
  } catch (const NetlinkError& error) { return error.error_number(); }
}

class Fake : public ::testing::Test {
 protected:
  Fake() { kernel.apply(CreateBridge{.name = "br-test", .group = interface_group("test")}); }
  FakeKernel kernel;
};

TEST_F(Fake, HasEachNameOnce) {
  EXPECT_EQ(error_of(kernel, CreateWireguard{.name = "br-test"}), EEXIST);
  EXPECT_EQ(error_of(kernel, AddAltname{"br-test", "br-test"}), EEXIST);
  EXPECT_EQ(error_of(kernel, CreateWireguard{.name = "sixteen-letters!"}), EINVAL);
  EXPECT_EQ(error_of(kernel, DeleteInterface{"nothing"}), ENODEV);
}

TEST_F(Fake, HasEachPairOfEndsOnce) {
  EXPECT_EQ(error_of(kernel, tunnel("a", "fd00::2")), 0);
  EXPECT_EQ(error_of(kernel, tunnel("b", "fd00::2")), EEXIST);
  EXPECT_EQ(error_of(kernel, tunnel("b", "fd00::3")), 0);
}

TEST_F(Fake, RefusesABridgeAsPort) {
  kernel.apply(CreateBridge{.name = "br-two"});
  EXPECT_EQ(error_of(kernel, SetInterface{.name = "br-two", .master = "br-test"}), ELOOP);
}

TEST_F(Fake, LetsABridgesMtuFollowItsPortsUntilItIsSet) {
  kernel.apply(SetInterface{.name = "br-test", .mtu = 1500});  // as it is: does not count as set
  kernel.apply(tunnel("a", "fd00::2"));
  kernel.apply(SetInterface{.name = "a", .master = "br-test"});
  EXPECT_EQ(kernel.interfaces().at("br-test").mtu, 1362u);
  kernel.apply(SetInterface{.name = "br-test", .mtu = 1400});
  kernel.apply(SetInterface{.name = "a", .mtu = 1300});
  EXPECT_EQ(kernel.interfaces().at("br-test").mtu, 1400u);
}

TEST_F(Fake, AppliesAPortsOwnSettingsBeforeMaster) {
  kernel.apply(tunnel("a", "fd00::2"));
  EXPECT_EQ(error_of(kernel, SetInterface{.name = "a", .master = "br-test", .isolated = true}),
            EOPNOTSUPP);
}

TEST_F(Fake, DropsIpv6AddressesWhenALinkGoesDown) {
  kernel.apply(SetInterface{.name = "br-test", .up = true});
  kernel.apply(AddAddress{"br-test", parse_prefix("fd00::1/64").value()});
  kernel.apply(AddAddress{"br-test", parse_prefix("10.0.0.1/24").value()});
  kernel.apply(SetInterface{.name = "br-test", .up = false});
  EXPECT_EQ(kernel.interfaces().at("br-test").addresses,
            std::vector{parse_prefix("10.0.0.1/24").value()});
}

TEST_F(Fake, TakesSecondaryAddressesWithTheirPrimary) {
  for (const char* text : {"10.0.0.1/24", "10.0.0.2/24", "10.1.0.1/24"}) {
    kernel.apply(AddAddress{"br-test", parse_prefix(text).value()});
  }
  kernel.apply(RemoveAddress{"br-test", parse_prefix("10.0.0.1/24").value()});
  EXPECT_EQ(kernel.interfaces().at("br-test").addresses,
            std::vector{parse_prefix("10.1.0.1/24").value()});
}

TEST_F(Fake, MovesAnAllowedIpToWhoAsksLast) {
  kernel.apply(CreateWireguard{.name = "wg-test"});
  std::set<Prefix> prefixes = {parse_prefix("fd00::2/128").value()};
  PublicKey first{{1}}, second{{2}};
  for (const PublicKey& key : {first, second}) {
    kernel.apply(
        SetWireguard{.name = "wg-test", .peers = {{.public_key = key, .allowed_ips = prefixes}}});
  }
  const auto& peers = kernel.interfaces().at("wg-test").wireguard.peers;
  EXPECT_TRUE(peers.at(first).allowed_ips.empty());
  EXPECT_EQ(peers.at(second).allowed_ips, prefixes);
}

TEST_F(Fake, DeletesAGroupOnlyWithoutStrangers) {
  kernel.apply(tunnel("a", "fd00::2"));
  EXPECT_THROW(kernel.apply(DeleteGroup{interface_group("test"), {"a"}}), Error);
  kernel.apply(DeleteGroup{interface_group("test"), {"a", "br-test"}});
  EXPECT_TRUE(kernel.interfaces().empty());
}

TEST_F(Fake, NamesTheOperationThatFailed) {
  std::vector<Operation> operations = {DeleteInterface{"br-test"}, DeleteInterface{"br-test"}};
  std::size_t done = 0;
  try {
    kernel.apply(operations, [&](std::size_t count) { done = count; });
    FAIL();
  } catch (const NetlinkError& error) {
    EXPECT_EQ(error.message(), "ip link del br-test: No such device");
  }
  EXPECT_EQ(done, 1u);
}

TEST_F(Fake, ObservesWhatCarriesAMarkAndNamesWhatDoesNot) {
  kernel.put(FakeInterface{.name = "wg-test", .kind = "dummy"});
  kernel.put(FakeInterface{.name = "gt-test-a", .kind = "ip6gretap", .alias = "wgmesh:test:a"});
  kernel.put(FakeInterface{.name = "gt-test-b", .kind = "ip6gretap", .alias = "wgmesh:testing:b"});
  kernel.put(FakeInterface{.name = "eth1", .up = true});
  Observation seen = kernel.observe({.mesh = "test",
                                     .wanted_names = {"wg-test", "gt-test-b"},
                                     .foreign_ports = {"eth1", "eth2"}});
  EXPECT_TRUE(seen.state.bridge);
  EXPECT_FALSE(seen.state.wireguard);
  EXPECT_TRUE(seen.state.tunnels.contains("gt-test-a"));
  EXPECT_FALSE(seen.state.tunnels.contains("gt-test-b"));
  ASSERT_EQ(seen.taken.size(), 2u);
  EXPECT_EQ(seen.taken[1].kind, "dummy");
  EXPECT_EQ(seen.state.foreign_ports.at("eth1"), (ForeignPort{"", 1500, true}));
  EXPECT_EQ(seen.missing_ports, std::set<std::string>{"eth2"});
}

}  // namespace
}  // namespace wgmesh::fake_kernel_test
