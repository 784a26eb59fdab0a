#include "agent/state/desired.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "common/error.h"
#include "common/naming.h"
#include "tests/support/agent/example_plan.h"

namespace wgmesh::desired_test {
namespace {

using ::testing::HasSubstr;

TEST(DesiredState, MarksEveryLinkAsOurs) {
  State state = example_state(example_plan());
  EXPECT_EQ(state.wireguard->interface.group, interface_group("test"));
  EXPECT_EQ(state.wireguard->interface.alias, "wgmesh:test");
  EXPECT_EQ(state.bridge->interface.group, interface_group("test"));
  ASSERT_EQ(state.tunnels.size(), 3u);
  const Tunnel& tunnel = state.tunnels.at(tunnel_name("test", "a-longer-name"));
  EXPECT_EQ(tunnel.interface.alias, "wgmesh:test:a-longer-name");
  EXPECT_EQ(tunnel.interface.altnames, std::set<std::string>{"gt-test-a-longer-name"});
  EXPECT_EQ(tunnel.interface.master, "br-test");
  EXPECT_TRUE(state.tunnels.at("gt-test-mesh1").interface.altnames.empty());
}

TEST(DesiredState, GivesAPeerOneAllowedAddress) {
  const proto::Plan plan = example_plan();
  State state = example_state(plan);
  const WireguardPeer& peer = state.wireguard->peers.begin()->second;
  IpAddress inner = parse_ip(plan.peers(0).inner_address()).value();
  EXPECT_EQ(peer.allowed_ips, (std::set<Prefix>{{inner, 128}}));
  EXPECT_EQ(peer.preshared_key, secret_of(0x60));
  EXPECT_EQ(state.tunnels.at("gt-test-mesh1").remote, inner);
}

TEST(DesiredState, HasTheNamesOfAPlan) {
  proto::Plan plan = example_plan();
  EXPECT_FALSE(example_state(plan).hosts);
  plan.add_needs("hosts");
  proto::Host& first = *plan.add_hosts();
  first.set_node("mesh0");
  first.add_addresses("fd00:0:0:1::1");
  first.add_addresses("192.0.2.1");
  plan.add_hosts()->set_node("mesh-without");
  const State state = example_state(plan);
  EXPECT_EQ(
      state.hosts,
      (HostsBlock{"test", {"fd00:0:0:1::1  mesh0 mesh0.test", "192.0.2.1      mesh0 mesh0.test"}}));
}

// The file is root's, and a controller is hostile until its plan was read.
TEST(DesiredState, LetsOnlyNamesAndAddressesIntoTheHosts) {
  const auto refusal = [](const std::string& node, const std::string& address) {
    proto::Plan plan = example_plan();
    proto::Host& host = *plan.add_hosts();
    host.set_node(node);
    host.add_addresses(address);
    try {
      example_state(plan);
    } catch (const Error& error) { return error.message(); }
    return std::string("none");
  };
  EXPECT_EQ(refusal("mesh0", "192.0.2.1"), "none");
  for (const char* name : {"", "a b", "a\n192.0.2.9 bank.example.com", "#", "a\tb", "-a"}) {
    EXPECT_THAT(refusal(name, "192.0.2.1"), HasSubstr("hosts: invalid node name"));
  }
  for (const char* address :
       {"", "192.0.2.1/24", "192.0.2.1\n::1 x", "fd00::1%eth0", "localhost"}) {
    EXPECT_THAT(refusal("mesh0", address), HasSubstr("is no address"));
  }
  proto::Plan plan = example_plan();
  plan.add_hosts()->set_node("mesh0");
  plan.add_hosts()->set_node("mesh0");
  EXPECT_THROW(example_state(plan), Error);
}

TEST(DesiredState, CountsBridgeTimesInHundredths) {
  State state = example_state(example_plan());
  EXPECT_EQ(state.bridge->forward_delay, 400u);
  EXPECT_EQ(state.bridge->ageing, 1000u);
}

TEST(DesiredState, IsolatesPortsWithoutSpanningTree) {
  proto::Plan plan = example_plan();
  plan.mutable_bridge()->set_stp(false);
  State state = example_state(plan);
  EXPECT_FALSE(state.bridge->stp);
  EXPECT_TRUE(state.tunnels.at("gt-test-mesh1").isolated);
}

TEST(DesiredState, PutsForeignPortsIntoTheBridge) {
  proto::Plan plan = example_plan();
  plan.add_bridge_ports("eth1");
  EXPECT_EQ(example_state(plan).foreign_ports.at("eth1"), (ForeignPort{"br-test", 1362, true}));
}

TEST(DesiredState, RefusesAPlanThatNeedsWhatItDoesNotKnow) {
  proto::Plan plan = example_plan();
  plan.add_needs("fragments");
  EXPECT_NO_THROW(example_state(plan));
  plan.add_needs("what comes later");
  try {
    example_state(plan);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.message(), HasSubstr("needs `what comes later`, which this agent ("));
    EXPECT_EQ(error.cure(), "a newer mesh has made it: run `mesh up` with that one again");
    EXPECT_EQ(error.id(), "plan-need-unknown");
  }
}

// ---- plans that do not hold together ----

struct BadPlan {
  const char* name;
  std::function<void(proto::Plan&)> put;
  const char* says;
};

class DesiredStateRefuses : public ::testing::TestWithParam<BadPlan> {};

TEST_P(DesiredStateRefuses, APlanWith) {
  proto::Plan plan = example_plan();
  GetParam().put(plan);
  try {
    example_state(plan);
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_THAT(error.message(), HasSubstr(GetParam().says));
    EXPECT_EQ(error.id(), plan.format_version() > 1 ? "plan-format-newer" : "plan-invalid");
  }
}

proto::Peer& second_peer(proto::Plan& plan) { return *plan.mutable_peers(1); }

const BadPlan kFaults[] = {
    {"NewerFormat", [](auto& plan) { plan.set_format_version(2); },
     "the plan has format 2, and this agent knows formats up to 1"},
    {"NoFormat", [](auto& plan) { plan.set_format_version(0); }, "no format version"},
    {"NoDevice", [](auto& plan) { plan.clear_device(); }, "device or bridge is missing"},
    {"BadMeshName", [](auto& plan) { plan.set_mesh("../etc"); }, "no mesh name"},
    {"ForeignDeviceName", [](auto& plan) { plan.mutable_device()->set_name("eth0"); },
     "device.name is 'eth0', not 'wg-test'"},
    {"ForeignBridgeName", [](auto& plan) { plan.mutable_bridge()->set_name("docker0"); },
     "bridge.name is 'docker0'"},
    {"ForeignTunnelName", [](auto& plan) { second_peer(plan).mutable_tunnel()->set_name("eth0"); },
     "peer mesh2: plan: tunnel.name is 'eth0'"},
    {"ForeignAltname", [](auto& plan) { second_peer(plan).mutable_tunnel()->set_altname("eth0"); },
     "tunnel.altname is 'eth0'"},
    {"PortZero", [](auto& plan) { plan.mutable_device()->set_listen_port(0); },
     "device.listen_port is 0"},
    {"PortTooLarge", [](auto& plan) { plan.mutable_device()->set_listen_port(65536); },
     "device.listen_port is 65536"},
    {"SmallDeviceMtu", [](auto& plan) { plan.mutable_device()->set_mtu(1279); },
     "device.mtu is 1279"},
    {"SmallSegmentMtu", [](auto& plan) { plan.set_segment_mtu(1279); }, "IPv6 needs 1280"},
    {"NoPrefixLength", [](auto& plan) { plan.mutable_device()->set_inner_address("fd00::1"); },
     "no address with a prefix length"},
    {"OtherFamily", [](auto& plan) { second_peer(plan).set_inner_address("198.18.0.1"); },
     "does not fit ip6gretap"},
    {"NoTunnelKind", [](auto& plan) { plan.set_tunnel_kind(proto::TUNNEL_KIND_UNSPECIFIED); },
     "tunnel_kind 0 is unknown"},
    {"ShortKey", [](auto& plan) { second_peer(plan).set_public_key("x"); },
     "public_key has 1 octets"},
    {"SameKeyTwice",
     [](auto& plan) { second_peer(plan).set_public_key(plan.peers(0).public_key()); },
     "another peer's too"},
    {"OwnKey",
     [](auto& plan) {
       PublicKey own = public_key_of(secret_of(0x50));
       second_peer(plan).set_public_key(std::string(own.octets.begin(), own.octets.end()));
     },
     "the node's own"},
    {"SameAddressTwice",
     [](auto& plan) { second_peer(plan).set_inner_address(plan.peers(0).inner_address()); },
     "another node's too"},
    {"ItselfAsPeer", [](auto& plan) { plan.set_node("mesh2"); }, "its own peer"},
    {"BadNodeName", [](auto& plan) { second_peer(plan).set_node("a/b"); }, "invalid node name"},
    {"ShortMac", [](auto& plan) { second_peer(plan).mutable_tunnel()->set_mac("x"); },
     "tunnel.mac has 1 octets"},
    {"GroupMac",
     [](auto& plan) { plan.mutable_bridge()->set_mac(std::string("\x01\0\0\0\0\0", 6)); },
     "group address"},
    {"AddressTwice", [](auto& plan) { plan.mutable_bridge()->add_addresses("fd00:0:0:1::1/64"); },
     "twice"},
    {"EndlessTimer", [](auto& plan) { plan.mutable_bridge()->set_max_age(4294967295u); },
     "bridge.max_age"},
    {"PathAsPort", [](auto& plan) { plan.add_bridge_ports("../eth0"); }, "cannot be a port"},
    {"OwnLinkAsPort", [](auto& plan) { plan.add_bridge_ports("wg-test"); }, "cannot be a port"},
};

INSTANTIATE_TEST_SUITE_P(Plans, DesiredStateRefuses, ::testing::ValuesIn(kFaults),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(DesiredState, RefusesAPeerWithoutPresharedKey) {
  const proto::Plan plan = example_plan();
  NodeSecrets secrets = example_secrets(plan);
  secrets.preshared_keys.erase("mesh2");
  EXPECT_THROW(desired_state(plan, secrets, {}), Error);
}

// ---- endpoints that roam ----

class Endpoint : public ::testing::Test {
 protected:
  Endpoint() {
    known.committed = &committed;
    known.observed = &observed;
    known.status = &status;
    known.now = 1000;
    known.resolved["mesh1"] = kResolved;
    observed.wireguard->peers.at(key).endpoint = kPresent;
    proto::PeerStatus& peer = *status.mutable_device()->add_peers();
    peer.set_public_key(plan.peers(0).public_key());
    peer.set_latest_handshake(1000 - 135);
  }

  std::optional<SocketAddress> decided() {
    return desired_state(plan, example_secrets(plan), known).wireguard->peers.at(key).endpoint;
  }

  const SocketAddress kResolved = parse_socket_address("192.0.2.1:51820").value();
  const SocketAddress kPresent = parse_socket_address("[2001:db8::1]:4000").value();
  proto::Plan plan = example_plan();
  proto::Plan committed = plan;
  PublicKey key = public_key_from(plan.peers(0).public_key()).value();
  State observed = example_state(plan);
  proto::Status status;
  EndpointKnowledge known;
};

TEST_F(Endpoint, OfALivePeerIsLeftAlone) { EXPECT_EQ(decided(), kPresent); }

TEST_F(Endpoint, OfAQuietPeerIsResolvedAgain) {
  known.now += 1;
  EXPECT_EQ(decided(), kResolved);
}

TEST_F(Endpoint, OfAPeerNeverHeardOfIsResolved) {
  status.mutable_device()->mutable_peers(0)->set_latest_handshake(0);
  EXPECT_EQ(decided(), kResolved);
}

TEST_F(Endpoint, FollowsAnEdit) {
  committed.mutable_peers(0)->set_endpoint("elsewhere.example.com:51820");
  EXPECT_EQ(decided(), kResolved);
}

TEST_F(Endpoint, IsResolvedWhereNothingIsStored) {
  known.committed = nullptr;
  EXPECT_EQ(decided(), kResolved);
}

TEST_F(Endpoint, ThatDoesNotResolveStaysAsItIs) {
  known.resolved.clear();
  known.now += 1000;
  EXPECT_EQ(decided(), kPresent);
  known.observed = nullptr;
  EXPECT_EQ(decided(), std::nullopt);
}

TEST_F(Endpoint, IsNotWantedForAPeerThatDialsIn) {
  plan.mutable_peers(0)->clear_endpoint();
  EXPECT_EQ(decided(), std::nullopt);
}

// With a new key a peer is where it was heard with the former one.
TEST_F(Endpoint, OutlivesThePeersKey) {
  plan.mutable_peers(0)->set_public_key(std::string(32, 'n'));
  key = public_key_from(plan.peers(0).public_key()).value();
  EXPECT_EQ(decided(), kPresent);
  known.now += 1;  // if it was heard of late
  EXPECT_EQ(decided(), kResolved);
  plan.mutable_peers(0)->clear_endpoint();  // or where nobody knows better
  EXPECT_EQ(decided(), kPresent);
}

TEST(ScopeOf, NamesEveryLinkOfThePlan) {
  proto::Plan plan = example_plan();
  plan.add_bridge_ports("eth1");
  const Scope scope = scope_of(plan);
  EXPECT_EQ(scope.mesh, "test");
  EXPECT_EQ(scope.wanted_names,
            (std::set<std::string>{"wg-test", "br-test", "gt-test-mesh1", "gt-test-mesh2",
                                   tunnel_name("test", "a-longer-name"), "gt-test-a-longer-name"}));
  EXPECT_EQ(scope.foreign_ports, std::set<std::string>{"eth1"});
}

}  // namespace
}  // namespace wgmesh::desired_test
