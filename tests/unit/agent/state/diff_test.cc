// What diff lists for the changes that users make, as text, in golden files.
#include "agent/state/diff.h"

#include <gtest/gtest.h>

#include "common/naming.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/fake_kernel.h"
#include "tests/support/golden.h"

namespace wgmesh::diff_test {
namespace {

std::string listing(const std::vector<Operation>& operations) {
  std::string text;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    if (i == first_deletion(operations)) { text += "# at commit\n"; }
    text += describe(operations[i]) + "\n";
  }
  return text.empty() ? "# nothing to do\n" : text;
}

void expect_golden(const std::string& name, const std::vector<Operation>& operations) {
  wgmesh::expect_golden(std::string(WGMESH_TEST_DATA) + "/golden/operations/" + name + ".txt",
                        listing(operations));
}

// Whether it works is asked of the fake kernel, besides what it looks like.
void expect_leads_to(const State& desired, const State& observed) {
  FakeKernel kernel;
  kernel.put(observed);
  std::vector<Operation> operations = diff(desired, observed);
  kernel.apply(operations, {});
  Scope scope{.mesh = "test"};
  for (const auto& [name, port] : observed.foreign_ports) { scope.foreign_ports.insert(name); }
  const State found = kernel.observe(scope).state;
  EXPECT_EQ(listing(diff(desired, found)), "# nothing to do\n");
  EXPECT_TRUE(matches(desired, found));
}

void expect_change(const std::string& golden, const State& desired, const State& observed) {
  expect_golden(golden, diff(desired, observed));
  expect_leads_to(desired, observed);
}

const State& up() {
  static const State state = example_state(example_plan());
  return state;
}

std::string tunnel_to(const char* node) { return tunnel_name("test", node); }

TEST(Diff, BringsAMeshUp) { expect_change("up", up(), {}); }

TEST(Diff, HasNothingToDoTheSecondTime) { EXPECT_TRUE(diff(up(), up()).empty()); }

TEST(Diff, TakesAMeshDown) { expect_change("down", {}, up()); }

// An adoption is undone: no device goes down, for its tunnels would send in plain.
TEST(Diff, GivesTheToolBeforeItsKeyBack) {
  State observed = up();
  observed.predecessors["wg-old"] = {};
  State desired;
  desired.predecessors["wg-old"] = {observed.wireguard->private_key, 51821};
  expect_golden("adoption_undone", diff(desired, observed));
}

TEST(Diff, DropsAPeer) {
  proto::Plan plan = example_plan();
  plan.mutable_peers()->RemoveLast();
  const State desired = example_state(plan);
  expect_change("peer_dropped", desired, up());
}

TEST(Diff, MendsEditsWithoutRestartingAnything) {
  proto::Plan plan = example_plan();
  plan.mutable_device()->set_listen_port(51850);
  plan.mutable_bridge()->set_priority(100);
  plan.mutable_bridge()->set_addresses(0, "fd00:0:0:1::9/64");
  plan.mutable_peers(0)->set_persistent_keepalive(0);
  State desired = example_state(plan);
  const PublicKey mesh2 = public_key_from(plan.peers(1).public_key()).value();
  desired.wireguard->peers.at(mesh2).endpoint = parse_socket_address("[2001:db8::2]:51820");
  expect_change("edits", desired, up());
}

TEST(Diff, GivesAReinstalledPeerItsTunnelAgain) {
  proto::Plan plan = example_plan();
  plan.mutable_peers(0)->set_public_key(std::string(kKeySize, 9));
  expect_change("peer_reinstalled", example_state(plan), up());
}

TEST(Diff, ReplacesTunnelsOfAnotherKind) {
  expect_change("underlay_changed", example_state(example_plan(Underlay::kIpv4)), up());
}

TEST(Diff, FinishesACreationThatWasCutOff) {
  State observed = up();
  observed.bridge->interface.alias.clear();
  observed.bridge->interface.mtu = 1500;
  observed.bridge->interface.up = false;
  Tunnel& tunnel = observed.tunnels.at(tunnel_to("a-longer-name"));
  tunnel.interface.alias.clear();
  tunnel.interface.altnames.clear();
  tunnel.interface.up = false;
  tunnel.generates_link_local = true;
  observed.tunnels.erase(tunnel_to("mesh2"));
  expect_change("cut_off_creation", up(), observed);
}

TEST(Diff, TakesForeignPortsInLast) {
  proto::Plan plan = example_plan();
  plan.add_bridge_ports("eth1");
  State observed;
  observed.foreign_ports["eth1"] = {"", 1500, true};
  expect_change("bridge_port_joins", example_state(plan), observed);
}

TEST(Diff, GivesForeignPortsBackFirst) {
  proto::Plan plan = example_plan();
  plan.add_bridge_ports("eth1");
  const State observed = example_state(plan);
  State desired;
  desired.foreign_ports["eth1"] = {"", 1500, false};
  expect_change("down_with_bridge_port", desired, observed);
}

TEST(Diff, SwapsTheEndsOfTwoTunnels) {
  State desired = up();
  std::swap(desired.tunnels.at(tunnel_to("mesh1")).remote,
            desired.tunnels.at(tunnel_to("mesh2")).remote);
  expect_change("ends_swapped", desired, up());
}

TEST(Diff, RenamesAPeerThatKeepsItsAddress) {
  State desired = up();
  auto node = desired.tunnels.extract(tunnel_to("mesh1"));
  node.key() = tunnel_to("mesh9");
  node.mapped().interface.name = tunnel_to("mesh9");
  node.mapped().interface.alias = interface_alias("test", "mesh9");
  desired.tunnels.insert(std::move(node));
  expect_change("peer_renamed", desired, up());
}

TEST(Diff, IsolatesBeforeSpanningTreeGoesOff) {
  proto::Plan plan = example_plan();
  plan.mutable_bridge()->set_stp(false);
  expect_change("split_horizon", example_state(plan), up());
  expect_change("stp_again", up(), example_state(plan));
}

TEST(Diff, TurnsPathMtuDiscoveryOnInTwoSteps) {
  State observed = example_state(example_plan(Underlay::kIpv4));
  const State desired = observed;
  for (auto& [name, tunnel] : observed.tunnels) {
    tunnel.path_mtu_discovery = false;
    tunnel.ignore_df = true;
  }
  expect_leads_to(desired, observed);
  expect_leads_to(observed, desired);
}

TEST(Diff, ClearsWhatThePlanDoesNotHave) {
  State desired = up();
  WireguardPeer& peer = desired.wireguard->peers.begin()->second;
  peer.preshared_key.reset();
  peer.persistent_keepalive = 0;
  desired.wireguard->private_key.reset();
  expect_leads_to(desired, up());
}

TEST(Diff, LeavesAnEndpointThatIsNotWanted) {
  State desired = up();
  desired.wireguard->peers.begin()->second.endpoint.reset();
  EXPECT_TRUE(diff(desired, up()).empty());
  EXPECT_TRUE(matches(desired, up()));
}

TEST(Diff, TakesABridgeTimerOneTickOffAsEqual) {
  State observed = up();
  observed.bridge->forward_delay -= 1;
  observed.bridge->max_age += 1;
  EXPECT_TRUE(diff(up(), observed).empty());
  EXPECT_TRUE(matches(up(), observed));
  observed.bridge->forward_delay -= 1;
  EXPECT_FALSE(diff(up(), observed).empty());
  EXPECT_FALSE(matches(up(), observed));
}

TEST(Diff, AddsIpv6AddressesAgainThatGoingDownTook) {
  State desired = up();
  desired.bridge->interface.up = false;
  expect_leads_to(desired, up());
}

TEST(Diff, ReplacesAnIpv4AddressInItsSubnet) {
  State observed = up();
  observed.bridge->addresses = {parse_prefix("10.0.0.1/24").value(),
                                parse_prefix("10.0.0.2/24").value()};
  State desired = up();
  desired.bridge->addresses = {parse_prefix("10.0.0.2/24").value(),
                               parse_prefix("10.0.0.3/24").value()};
  expect_leads_to(desired, observed);
}

TEST(Diff, DeletesByNameWhatIsNotInTheGroup) {
  State observed = up();
  observed.bridge->interface.group = 0;  // by hand; still ours by alias
  std::vector<Operation> operations = diff({}, observed);
  std::vector<Operation> deletions(
      operations.begin() + static_cast<std::ptrdiff_t>(first_deletion(operations)),
      operations.end());
  ASSERT_EQ(deletions.size(), 2u);
  EXPECT_EQ(deletions[0], Operation(DeleteInterface{"br-test"}));
  EXPECT_FALSE(std::get<DeleteGroup>(deletions[1]).members.contains("br-test"));
}

// Interfaces of others may be in it.
TEST(Diff, DeletesNoGroupThatWasSetByHand) {
  State observed = up();
  observed.wireguard->interface.group = 7;
  observed.bridge->interface.group = 7;
  for (auto& [name, tunnel] : observed.tunnels) { tunnel.interface.group = 7; }
  std::size_t by_name = 0;
  for (const Operation& operation : diff({}, observed)) {
    EXPECT_FALSE(std::holds_alternative<DeleteGroup>(operation)) << describe(operation);
    if (std::holds_alternative<DeleteInterface>(operation)) { ++by_name; }
  }
  EXPECT_EQ(by_name, 2 + observed.tunnels.size());
  EXPECT_GE(by_name, 3u);
}

TEST(Diff, LeavesForeignPortsThatNobodyMentions) {
  State observed = up();
  observed.foreign_ports["eth1"] = {"br-other", 9000, true};
  EXPECT_TRUE(diff(up(), observed).empty());
  EXPECT_TRUE(matches(up(), observed));
}

TEST(FirstDeletion, IsBehindDeletionsThatMadeRoom) {
  const std::vector<Operation> operations = {DeleteInterface{"a"}, AddAltname{"b", "c"},
                                             DeleteInterface{"d"}};
  EXPECT_EQ(first_deletion(operations), 2u);
  EXPECT_EQ(first_deletion({}), 0u);
  EXPECT_EQ(first_deletion({DeleteInterface{"d"}}), 0u);
}

}  // namespace
}  // namespace wgmesh::diff_test
