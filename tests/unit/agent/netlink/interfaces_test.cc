#include "agent/netlink/interfaces.h"

#include <gmock/gmock.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "common/error.h"

namespace wgmesh::interfaces_test {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

std::uint16_t type_of(NetlinkMessage& message) { return message.header()->nlmsg_type; }

bool is_up(const NetlinkMessage& message) { return parse_interface(message.payload()).up; }

TEST(Interfaces, CreatedTunnelReadsAsItWasAsked) {
  for (const TunnelKind kind : {TunnelKind::kGretap, TunnelKind::kIp6gretap}) {
    const bool is_ipv4 = kind == TunnelKind::kGretap;
    CreateTunnel create;
    create.name = "gt-test-mesh1";
    create.group = 77777;
    create.mtu = 1362;
    create.mac = *parse_mac("02:00:00:00:00:01");
    create.kind = kind;
    create.local = *parse_ip(is_ipv4 ? "198.18.0.1" : "fd00::1");
    create.remote = *parse_ip(is_ipv4 ? "198.18.0.2" : "fd00::2");
    create.path_mtu_discovery = !is_ipv4;
    create.ignore_df = is_ipv4;
    const InterfaceReport interface = parse_interface(make_change(create, 5).payload());
    EXPECT_EQ(interface.name, create.name);
    EXPECT_EQ(interface.group, create.group);
    EXPECT_EQ(interface.mtu, create.mtu);
    EXPECT_EQ(interface.mac, create.mac);
    EXPECT_EQ(interface.master, 5);
    EXPECT_EQ(interface.kind, kind_name(kind));
    EXPECT_FALSE(interface.up);
    EXPECT_EQ(interface.tunnel, (TunnelData{kind, create.local, create.remote, !is_ipv4, is_ipv4}));
  }
}

// Without EXCL the kernel would change an interface of others that has the name.
TEST(Interfaces, CreationTakesNothingThatIsThere) {
  CreateBridge bridge;
  bridge.name = "br-test";
  CreateWireguard wireguard;
  wireguard.name = "wg-test";
  CreateTunnel tunnel;
  tunnel.name = "gt-test-b";
  const AddAltname altname{"gt-test-b", "gt-test-bbb"};
  const auto expect_exclusive = [](NetlinkMessage message) {
    const unsigned flags = message.header()->nlmsg_flags;
    EXPECT_NE(flags & NLM_F_CREATE, 0U);
    EXPECT_NE(flags & NLM_F_EXCL, 0U);
  };
  expect_exclusive(make_change(bridge));
  expect_exclusive(make_change(wireguard));
  expect_exclusive(make_change(tunnel, 5));
  expect_exclusive(make_change(altname));
}

TEST(Interfaces, BridgeIsNeverCreatedWithAnMtu) {
  CreateBridge create;
  create.name = "br-test";
  create.group = 77777;
  create.mac = *parse_mac("02:00:00:00:00:02");
  const InterfaceReport interface = parse_interface(make_change(create).payload());
  EXPECT_EQ(interface.kind, "bridge");
  EXPECT_EQ(interface.mac, create.mac);
  EXPECT_EQ(interface.mtu, 0u);
}

TEST(Interfaces, BridgeSettingsReadAsTheyWereAsked) {
  SetBridge set;
  set.name = "br-test";
  set.stp = true;
  set.priority = 100;
  set.forward_delay = 400;
  set.hello_time = 100;
  set.max_age = 600;
  set.ageing = 1000;
  BridgeData expected;
  expected.stp = true;
  expected.priority = 100;
  expected.forward_delay = 400;
  expected.hello_time = 100;
  expected.max_age = 600;
  expected.ageing = 1000;
  EXPECT_EQ(parse_interface(make_change(set).payload()).bridge, expected);
}

TEST(Interfaces, PortIsSetIsolatedAndUpInThatOrder) {
  SetInterface set;
  set.name = "gt-test-mesh1";
  set.alias = "wgmesh:test:mesh1";
  set.generates_link_local = false;
  set.isolated = true;
  set.path_cost = 7;
  set.up = true;
  std::vector<NetlinkMessage> messages = make_changes(set, 0);
  ASSERT_THAT(messages, SizeIs(3));
  EXPECT_EQ(type_of(messages[0]), RTM_SETLINK);
  EXPECT_EQ(parse_interface(messages[0].payload()).alias, "wgmesh:test:mesh1");
  EXPECT_FALSE(is_up(messages[0]));
  EXPECT_EQ(type_of(messages[1]), RTM_NEWLINK);
  const auto port = parse_interface(messages[1].payload()).port;
  ASSERT_TRUE(port);
  EXPECT_TRUE(port->isolated);
  EXPECT_EQ(port->path_cost, 7u);
  EXPECT_FALSE(is_up(messages[1]));
  EXPECT_EQ(type_of(messages[2]), RTM_SETLINK);
  EXPECT_TRUE(is_up(messages[2]));
}

TEST(Interfaces, DetachingIsOneMessage) {
  SetInterface set;
  set.name = "gt-test-mesh1";
  set.master = "";
  set.up = false;
  std::vector<NetlinkMessage> messages = make_changes(set, 0);
  ASSERT_THAT(messages, SizeIs(1));
  EXPECT_EQ(parse_interface(messages[0].payload()).master, 0);
  Octets attributes;
  const auto header = read_header<ifinfomsg>(messages[0].payload(), attributes);
  EXPECT_EQ(header.ifi_change, 1u);
  EXPECT_EQ(header.ifi_flags, 0u);
}

TEST(Interfaces, AltnamesAreReadFromTheirList) {
  const AddAltname add{"gt-test-abc", "gt-test-a-long-name"};
  EXPECT_THAT(parse_interface(make_change(add).payload()).altnames,
              ElementsAre("gt-test-a-long-name"));
}

TEST(Interfaces, AddressReadsAsItWasAsked) {
  for (const char* const text : {"10.1.2.3/24", "fd00::1/64"}) {
    const AddAddress add{"br-test", *parse_prefix(text)};
    const auto address = parse_address(make_change(add, 9).payload());
    ASSERT_TRUE(address);
    EXPECT_EQ(address->interface, 9);
    EXPECT_EQ(to_text(address->address), text);
    EXPECT_FALSE(address->link_local);
  }
  const auto link_local =
      parse_address(make_change(AddAddress{"br-test", *parse_prefix("fe80::1/64")}, 9).payload());
  EXPECT_TRUE(link_local->link_local);
}

TEST(Interfaces, MalformedReportsAreErrors) {
  EXPECT_THROW(parse_interface(Octets()), Error);
  EXPECT_THROW(parse_address(Octets()), Error);
  NetlinkMessage message(RTM_NEWLINK, 0);
  const ifinfomsg header{};
  message.put_header(&header, sizeof header);
  message.put_u8(IFLA_MTU, 1);
  EXPECT_THROW(parse_interface(message.payload()), Error);
}

}  // namespace
}  // namespace wgmesh::interfaces_test
