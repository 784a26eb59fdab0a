#include "agent/linux/linux_kernel.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <linux/ethtool.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/if_tunnel.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <thread>

#include "agent/netlink/netlink_error.h"
#include "agent/netlink/wireguard_socket.h"
#include "common/error.h"
#include "common/naming.h"
#include "common/unique_fd.h"
#include "tests/support/kernel/kernel_test.h"
#include "tests/support/kernel/seen.h"
#include "tests/support/kernel/wanted_mesh.h"

namespace wgmesh::linux_kernel_test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

using LinuxKernelTest = KernelTest;

void carry_out(LinuxKernel& kernel, const std::vector<Operation>& operations) {
  kernel.apply(operations, {});
}

SetInterface set_interface(const std::string& name) {
  SetInterface set;
  set.name = name;
  return set;
}

template <typename Change>
NetlinkError refusal_of(LinuxKernel& kernel, const Change& change) {
  try {
    carry_out(kernel, {change});
  } catch (const NetlinkError& error) { return error; }
  ADD_FAILURE() << "the kernel took it";
  return NetlinkError(0, "");
}

// The octets of a number, as seen.h has them.
template <typename T>
std::string octets(T value) {
  return hex(&value, sizeof value);
}

class WholeMeshTest : public KernelTest, public testing::WithParamInterface<TunnelKind> {};

INSTANTIATE_TEST_SUITE_P(Both, WholeMeshTest,
                         testing::Values(TunnelKind::kGretap, TunnelKind::kIp6gretap),
                         [](const auto& info) { return std::string(kind_name(info.param)); });

TEST_P(WholeMeshTest, IsObservedAsItWasWanted) {
  const State wanted = wanted_mesh(3, GetParam());
  LinuxKernel kernel;
  std::vector<std::size_t> progress;
  const std::vector<Operation> operations = operations_for(wanted);
  kernel.apply(operations, [&](std::size_t done) { progress.push_back(done); });

  EXPECT_EQ(progress.back(), operations.size());
  EXPECT_TRUE(std::ranges::is_sorted(progress));
  const Observation observation = kernel.observe(scope_for(wanted));
  EXPECT_THAT(observation.taken, IsEmpty());
  EXPECT_EQ(observation.state.wireguard, wanted.wireguard);
  EXPECT_EQ(observation.state.bridge, wanted.bridge);
  EXPECT_EQ(observation.state.tunnels, wanted.tunnels);
}

TEST_P(WholeMeshTest, IsSeenByAnotherLibrary) {
  const State wanted = wanted_mesh(3, GetParam());
  LinuxKernel kernel;
  carry_out(kernel, operations_for(wanted));

  const std::map<std::string, SeenInterface> interfaces = seen_interfaces();
  const SeenInterface& bridge = interfaces.at("br-test");
  EXPECT_EQ(bridge.kind, "bridge");
  EXPECT_EQ(bridge.alias, "wgmesh:test");
  EXPECT_EQ(bridge.group, interface_group("test"));
  EXPECT_EQ(bridge.mtu, wanted.bridge->interface.mtu);
  EXPECT_EQ(bridge.mac, to_text(wanted.bridge->mac));
  EXPECT_TRUE(bridge.up);
  EXPECT_THAT(bridge.addresses, Contains("10.11.12.1/24"));
  EXPECT_THAT(bridge.addresses, Contains("fd00:0:0:1::1/64"));
  EXPECT_EQ(bridge.data.at(IFLA_BR_STP_STATE), octets<std::uint32_t>(1));
  EXPECT_EQ(bridge.data.at(IFLA_BR_PRIORITY), octets<std::uint16_t>(8192));
  EXPECT_EQ(bridge.data.at(IFLA_BR_FORWARD_DELAY), octets<std::uint32_t>(400));
  EXPECT_EQ(bridge.data.at(IFLA_BR_AGEING_TIME), octets<std::uint32_t>(1000));

  for (const auto& [name, tunnel] : wanted.tunnels) {
    const SeenInterface& interface = interfaces.at(name);
    EXPECT_EQ(interface.kind, kind_name(GetParam()));
    EXPECT_EQ(interface.alias, tunnel.interface.alias);
    EXPECT_EQ(interface.group, interface_group("test"));
    EXPECT_EQ(interface.mtu, tunnel.interface.mtu);
    EXPECT_EQ(interface.master, "br-test");
    EXPECT_EQ(interface.mac, to_text(tunnel.mac));
    EXPECT_TRUE(interface.up);
    EXPECT_THAT(interface.addresses, IsEmpty()) << "a port has no link-local address";
    EXPECT_EQ(interface.data.at(IFLA_GRE_REMOTE),
              hex(tunnel.remote.octets.data(), tunnel.remote.size()));
    EXPECT_EQ(interface.data.at(IFLA_GRE_TTL), "40");
  }

  const SeenDevice device = seen_device("wg-test");
  EXPECT_EQ(device.private_key, hex(wanted.wireguard->private_key->reveal().data(), kKeySize));
  EXPECT_EQ(device.listen_port, 51850);
  EXPECT_EQ(device.fwmark, 0x77u);
  ASSERT_EQ(device.peers.size(), 3u);
  for (const auto& [key, peer] : wanted.wireguard->peers) {
    const SeenPeer& seen = device.peers.at(hex(key.octets.data(), kKeySize));
    EXPECT_EQ(seen.preshared_key, hex(peer.preshared_key->reveal().data(), kKeySize));
    EXPECT_EQ(seen.persistent_keepalive, 25);
    EXPECT_THAT(seen.allowed_ips, ElementsAre(to_text(*peer.allowed_ips.begin())));
    EXPECT_THAT(seen.endpoint, HasSubstr(octets(htons(peer.endpoint->port))));
  }
}

TEST_P(WholeMeshTest, GoesByGroup) {
  const State wanted = wanted_mesh(3, GetParam());
  LinuxKernel kernel;
  carry_out(kernel, operations_for(wanted));
  ip("link add bystander type dummy");

  DeleteGroup deletion{interface_group("test"), {"wg-test", "br-test"}};
  for (const auto& [name, tunnel] : wanted.tunnels) { deletion.members.insert(name); }
  carry_out(kernel, {deletion});

  EXPECT_EQ(kernel.observe(scope_for(wanted)).state, State());
  EXPECT_TRUE(seen_interfaces().contains("bystander"));
  carry_out(kernel, {deletion});  // nobody is left: nothing to do
}

TEST_F(LinuxKernelTest, GroupWithAStrangerIsNotDeleted) {
  LinuxKernel kernel;
  const std::uint32_t group = interface_group("test");
  ip(fmt::format("link add stranger group {} type dummy", group));
  carry_out(kernel, {CreateBridge{"br-test", group, bridge_mac("test", "n1")}});
  try {
    carry_out(kernel, {DeleteGroup{group, {"br-test"}}});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.id(), "device-group-shared");
    EXPECT_THAT(error.what(), HasSubstr("stranger"));
    EXPECT_EQ(error.cure(), "ip link set stranger group default");
  }
  EXPECT_TRUE(seen_interfaces().contains("stranger"));
  EXPECT_TRUE(seen_interfaces().contains("br-test"));
}

TEST_F(LinuxKernelTest, NameOfAnotherIsTakenAndNeverTouched) {
  ip("link add br-test type bridge");
  ip("link add foreign type dummy");
  ip("link property add dev foreign altname gt-test-n2");
  LinuxKernel kernel;
  const Scope scope{"test", {"wg-test", "br-test", "gt-test-n2"}, {}};
  const Observation observation = kernel.observe(scope);
  EXPECT_EQ(observation.state, State());
  ASSERT_EQ(observation.taken.size(), 2u);
  EXPECT_EQ(observation.taken[0].name, "br-test");
  EXPECT_EQ(observation.taken[0].kind, "bridge");
  EXPECT_EQ(observation.taken[1].name, "gt-test-n2");
  EXPECT_EQ(observation.taken[1].kind, "dummy");
}

TEST_F(LinuxKernelTest, GroupAloneMarksALinkWhoseCreationWasCutOff) {
  LinuxKernel kernel;
  carry_out(kernel, {CreateBridge{"br-test", interface_group("test"), bridge_mac("test", "n1")}});
  const Observation observation = kernel.observe({"test", {"br-test"}, {}});
  ASSERT_TRUE(observation.state.bridge);
  EXPECT_EQ(observation.state.bridge->interface.alias, "");
  EXPECT_THAT(observation.taken, IsEmpty());
}

TEST_F(LinuxKernelTest, AliasAloneMarksALinkToo) {
  ip("link add br-test type bridge");
  ip("link set br-test alias wgmesh:test");
  LinuxKernel kernel;
  EXPECT_TRUE(kernel.observe({"test", {"br-test"}, {}}).state.bridge);
  // "wgmesh:testing" begins with the same letters.
  ip("link set br-test alias wgmesh:testing");
  EXPECT_FALSE(kernel.observe({"test", {"br-test"}, {}}).state.bridge);
}

TEST_F(LinuxKernelTest, RefusalHasTheKernelsOwnWords) {
  ip("link add br-test type bridge");
  ip("link add br-other type bridge");
  LinuxKernel kernel;
  SetInterface enslave = set_interface("br-other");
  enslave.master = "br-test";
  const NetlinkError error = refusal_of(kernel, enslave);
  EXPECT_EQ(error.error_number(), ELOOP);
  EXPECT_EQ(error.extended_ack(), "Can not enslave a bridge to a bridge");
  EXPECT_EQ(error.message(), describe(enslave) +
                                 ": Too many levels of symbolic links (kernel: Can not enslave a "
                                 "bridge to a bridge)");
}

TEST_F(LinuxKernelTest, RefusalNamesTheOperationOfALongList) {
  LinuxKernel kernel;
  std::vector<Operation> operations;
  for (int i = 0; i < 300; ++i) {
    operations.push_back(
        CreateBridge{fmt::format("br-{}", i), interface_group("test"), bridge_mac("test", "n1")});
  }
  operations[270] = operations[3];
  std::size_t acknowledged = 0;
  try {
    kernel.apply(operations, [&](std::size_t done) { acknowledged = done; });
    FAIL();
  } catch (const NetlinkError& error) {
    EXPECT_EQ(error.error_number(), EEXIST);
    EXPECT_THAT(error.message(), HasSubstr(describe(operations[3])));
  }
  EXPECT_LE(acknowledged, 270u);
  EXPECT_TRUE(seen_interfaces().contains("br-269"));
}

TEST_F(LinuxKernelTest, TwoTunnelsWithTheSameEndsAreRefused) {
  LinuxKernel kernel;
  CreateTunnel create{.name = "gt-test-a",
                      .group = interface_group("test"),
                      .mtu = 1362,
                      .master = {},
                      .mac = tunnel_mac("test", "n1", "a"),
                      .kind = TunnelKind::kIp6gretap,
                      .local = *parse_ip("fd77::1"),
                      .remote = *parse_ip("fd77::2"),
                      .path_mtu_discovery = true,
                      .ignore_df = false};
  carry_out(kernel, {create});
  create.name = "gt-test-b";
  EXPECT_EQ(refusal_of(kernel, create).error_number(), EEXIST);
}

TEST_F(LinuxKernelTest, MissingMasterIsNoSuchDevice) {
  LinuxKernel kernel;
  ip("link add port type dummy");
  SetInterface enslave = set_interface("port");
  enslave.master = "br-test";
  const NetlinkError error = refusal_of(kernel, enslave);
  EXPECT_EQ(error.error_number(), ENODEV);
  EXPECT_EQ(error.message(), describe(enslave) + ": No such device");
}

TEST_F(LinuxKernelTest, BridgeKeepsAnMtuThatWasSetBeforeItsFirstPort) {
  State wanted = wanted_mesh(1, TunnelKind::kGretap);
  wanted.bridge->interface.mtu = 1500;
  std::vector<Operation> operations = operations_for(wanted);
  // 1500 is what a bridge has: set to the same it would not count as chosen.
  for (auto place = operations.begin(); place != operations.end(); ++place) {
    const auto* set = std::get_if<SetInterface>(&*place);
    if (set != nullptr && set->mtu) {
      SetInterface before = set_interface(set->name);
      before.mtu = 1499;
      operations.insert(place, before);
      break;
    }
  }
  LinuxKernel kernel;
  carry_out(kernel, operations);
  EXPECT_EQ(seen_interfaces().at("br-test").mtu, 1500u);
  EXPECT_EQ(seen_interfaces().at("gt-test-n2").mtu, 1382u);
}

TEST_F(LinuxKernelTest, TunnelChangesItsEndsAndStaysTheSameLink) {
  for (const TunnelKind kind : {TunnelKind::kGretap, TunnelKind::kIp6gretap}) {
    const State wanted = wanted_mesh(1, kind);
    LinuxKernel kernel;
    carry_out(kernel, operations_for(wanted));
    const int index = seen_interfaces().at("gt-test-n2").index;
    SetTunnel change{.name = "gt-test-n2",
                     .kind = kind,
                     .local = wanted.tunnels.at("gt-test-n2").local,
                     .remote = *parse_ip(kind == TunnelKind::kGretap ? "198.18.9.9" : "fd77::99"),
                     .path_mtu_discovery = true,
                     .ignore_df = false};
    SetInterface mtu = set_interface("gt-test-n2");
    mtu.mtu = wanted.tunnels.at("gt-test-n2").interface.mtu;
    carry_out(kernel, {change, mtu});
    Tunnel expected = wanted.tunnels.at("gt-test-n2");
    expected.remote = change.remote;
    EXPECT_EQ(kernel.observe(scope_for(wanted)).state.tunnels.at("gt-test-n2"), expected);
    EXPECT_EQ(seen_interfaces().at("gt-test-n2").index, index);
    carry_out(kernel, {DeleteGroup{interface_group("test"), {"gt-test-n2", "wg-test", "br-test"}}});
  }
}

TEST_F(LinuxKernelTest, GretapGoesIntoFragmentingModeAndBack) {
  const State wanted = wanted_mesh(1, TunnelKind::kGretap);
  LinuxKernel kernel;
  carry_out(kernel, operations_for(wanted));
  const Tunnel& tunnel = wanted.tunnels.at("gt-test-n2");
  SetTunnel change{.name = "gt-test-n2",
                   .kind = TunnelKind::kGretap,
                   .local = tunnel.local,
                   .remote = tunnel.remote,
                   .path_mtu_discovery = false,
                   .ignore_df = true};
  carry_out(kernel, {change});
  const auto observed = [&] {
    return kernel.observe(scope_for(wanted)).state.tunnels.at("gt-test-n2");
  };
  EXPECT_FALSE(observed().path_mtu_discovery);
  EXPECT_TRUE(observed().ignore_df);
  change.path_mtu_discovery = true;
  change.ignore_df = false;
  carry_out(kernel, {change});
  EXPECT_TRUE(observed().path_mtu_discovery);
  EXPECT_FALSE(observed().ignore_df);
}

TEST_F(LinuxKernelTest, PortSettingsGoWithALinkThatIsInTheBridge) {
  const State wanted = wanted_mesh(1, TunnelKind::kIp6gretap);
  LinuxKernel kernel;
  carry_out(kernel, operations_for(wanted));
  SetInterface set = set_interface("gt-test-n2");
  set.isolated = true;
  set.path_cost = 7;
  carry_out(kernel, {set});
  const SeenInterface interface = seen_interfaces().at("gt-test-n2");
  EXPECT_EQ(interface.port_data.at(IFLA_BRPORT_COST), octets<std::uint32_t>(7));
  EXPECT_EQ(interface.port_data.at(IFLA_BRPORT_ISOLATED), "01");
  const Tunnel tunnel = kernel.observe(scope_for(wanted)).state.tunnels.at("gt-test-n2");
  EXPECT_EQ(tunnel.path_cost, 7u);
  EXPECT_TRUE(tunnel.isolated);
}

TEST_F(LinuxKernelTest, DetachedPortIsDownAndWithoutMaster) {
  const State wanted = wanted_mesh(2, TunnelKind::kIp6gretap);
  LinuxKernel kernel;
  carry_out(kernel, operations_for(wanted));
  SetInterface detach = set_interface("gt-test-n2");
  detach.up = false;
  detach.master = "";
  carry_out(kernel, {detach});
  EXPECT_FALSE(seen_interfaces().at("gt-test-n2").up);
  EXPECT_EQ(seen_interfaces().at("gt-test-n2").master, "");
  carry_out(kernel, {DeleteInterface{"gt-test-n2"}});
  EXPECT_FALSE(seen_interfaces().contains("gt-test-n2"));
}

TEST_F(LinuxKernelTest, LongNameIsAnAltname) {
  LinuxKernel kernel;
  CreateBridge bridge{"br-test", interface_group("test"), bridge_mac("test", "n1")};
  carry_out(kernel, {bridge, AddAltname{"br-test", "gt-test-a-name-of-more-than-15"}});
  EXPECT_THAT(seen_interfaces().at("br-test").altnames,
              ElementsAre("gt-test-a-name-of-more-than-15"));
  EXPECT_EQ(refusal_of(kernel, AddAltname{"br-test", "br-test"}).error_number(), EEXIST);
  carry_out(kernel, {RemoveAltname{"br-test", "gt-test-a-name-of-more-than-15"}});
  EXPECT_THAT(seen_interfaces().at("br-test").altnames, IsEmpty());
}

TEST_F(LinuxKernelTest, AddressThatIsThereAndOneThatIsGoneAreNoErrors) {
  LinuxKernel kernel;
  const Prefix four = *parse_prefix("10.11.12.1/24");
  const Prefix six = *parse_prefix("fd00::1/64");
  carry_out(kernel, {CreateBridge{"br-test", interface_group("test"), bridge_mac("test", "n1")},
                     AddAddress{"br-test", four}, AddAddress{"br-test", six},
                     AddAddress{"br-test", four}, AddAddress{"br-test", six}});
  EXPECT_THAT(seen_interfaces().at("br-test").addresses,
              ElementsAre("10.11.12.1/24", "fd00::1/64"));
  carry_out(kernel, {RemoveAddress{"br-test", four}, RemoveAddress{"br-test", six},
                     RemoveAddress{"br-test", four}, RemoveAddress{"br-test", six}});
  EXPECT_THAT(seen_interfaces().at("br-test").addresses, IsEmpty());
}

TEST_F(LinuxKernelTest, RouterAdvertisementsAreSeenAndRefused) {
  LinuxKernel kernel;
  carry_out(kernel, {CreateBridge{"br-test", interface_group("test"), bridge_mac("test", "n1")}});
  const Scope scope{"test", {"br-test"}, {}};
  EXPECT_TRUE(kernel.observe(scope).state.bridge->accepts_router_advertisements);
  carry_out(kernel, {SetRouterAdvertisements{"br-test", false}});
  EXPECT_FALSE(kernel.observe(scope).state.bridge->accepts_router_advertisements);
  carry_out(kernel, {SetRouterAdvertisements{"br-test", true}});
  EXPECT_TRUE(kernel.observe(scope).state.bridge->accepts_router_advertisements);
}

// As somebody else asks, over another kind of socket.
bool is_scatter_gather_on(const char* interface) {
  ethtool_value value{.cmd = ETHTOOL_GSG, .data = 0};
  ifreq request{};
  std::strncpy(request.ifr_name, interface, IFNAMSIZ - 1);
  request.ifr_data = reinterpret_cast<char*>(&value);
  const UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(ioctl(socket.get(), SIOCETHTOOL, &request), 0);
  return value.data != 0;
}

TEST_F(LinuxKernelTest, ScatterGatherIsOnInANewDeviceAndGoesOff) {
  LinuxKernel kernel;
  carry_out(kernel, {CreateWireguard{"wg-test", interface_group("test"), 1420}});
  EXPECT_TRUE(is_scatter_gather_on("wg-test"));
  for (int twice = 0; twice < 2; ++twice) {
    carry_out(kernel, {NoScatterGather{"wg-test"}});
    EXPECT_FALSE(is_scatter_gather_on("wg-test"));
  }
}

TEST_F(LinuxKernelTest, ScatterGatherThatCannotBeSwitchedIsNoFailure) {
  LinuxKernel kernel;
  EXPECT_TRUE(is_scatter_gather_on("lo"));
  carry_out(kernel, {NoScatterGather{"lo"}});
  EXPECT_TRUE(is_scatter_gather_on("lo"));
}

TEST_F(LinuxKernelTest, ScatterGatherOfAMissingDeviceIsRefused) {
  LinuxKernel kernel;
  const auto refused = [&] { carry_out(kernel, {NoScatterGather{"wg-test"}}); };
  EXPECT_THAT(refused, ThrowsMessage<SystemError>(HasSubstr("ethtool -K wg-test sg off: ")));
}

TEST_F(LinuxKernelTest, ForeignPortIsObservedAndAMissingOneIsNamed) {
  LinuxKernel kernel;
  ip("link add vlan7 type dummy");
  ip("link set vlan7 mtu 1400 up");
  carry_out(kernel, {CreateBridge{"br-test", interface_group("test"), bridge_mac("test", "n1")}});
  SetInterface enslave = set_interface("vlan7");
  enslave.master = "br-test";
  carry_out(kernel, {enslave});
  const Observation observation = kernel.observe({"test", {"br-test"}, {"vlan7", "eth9"}});
  EXPECT_EQ(observation.state.foreign_ports.at("vlan7"), (ForeignPort{"br-test", 1400, true}));
  EXPECT_THAT(observation.missing_ports, ElementsAre("eth9"));
}

TEST_F(LinuxKernelTest, PeersAreChangedClearedAndRemoved) {
  const State wanted = wanted_mesh(2, TunnelKind::kIp6gretap);
  LinuxKernel kernel;
  carry_out(kernel, operations_for(wanted));
  const auto first = wanted.wireguard->peers.begin();
  const auto second = std::next(first);

  SetWireguard change;
  change.name = "wg-test";
  PeerUpdate clear;
  clear.public_key = first->first;
  clear.update_only = true;
  clear.preshared_key.emplace(std::nullopt);
  clear.persistent_keepalive = 0;
  clear.allowed_ips.emplace();
  PeerUpdate remove;
  remove.public_key = second->first;
  remove.remove = true;
  PeerUpdate absent;
  absent.public_key = public_key_of(Secret::make_private_key());
  absent.update_only = true;
  change.peers = {clear, remove, absent};
  carry_out(kernel, {change});

  WireguardPeer expected = first->second;
  expected.preshared_key.reset();
  expected.persistent_keepalive = 0;
  expected.allowed_ips.clear();
  const auto observed = kernel.observe(scope_for(wanted)).state.wireguard->peers;
  EXPECT_EQ(observed, (std::map<PublicKey, WireguardPeer>{{first->first, expected}}));
}

TEST_F(LinuxKernelTest, PeersGoAtOnceWhileTheirDeviceStays) {
  const State wanted = wanted_mesh(5, TunnelKind::kIp6gretap);
  LinuxKernel kernel;
  carry_out(kernel, operations_for(wanted));
  WireguardSocket().remove_peers("wg-test");
  const Wireguard left = kernel.observe(scope_for(wanted)).state.wireguard.value();
  EXPECT_TRUE(left.peers.empty());
  EXPECT_EQ(left.private_key, wanted.wireguard->private_key);
  EXPECT_EQ(left.listen_port, wanted.wireguard->listen_port);
  carry_out(kernel, {DeleteInterface{"wg-test", true}});
  EXPECT_FALSE(seen_interfaces().contains("wg-test"));
}

TEST_F(LinuxKernelTest, HundredPeersInManySmallMessages) {
  State wanted = wanted_mesh(100, TunnelKind::kIp6gretap);
  wanted.tunnels.clear();
  // One peer that is larger than a message, both ways.
  std::set<Prefix>& allowed_ips = wanted.wireguard->peers.begin()->second.allowed_ips;
  for (int i = 0; i < 1000; ++i) {
    allowed_ips.insert(*parse_prefix(fmt::format("fd88::{:x}/128", i)));
  }
  LinuxKernel kernel(2048);
  carry_out(kernel, operations_for(wanted));
  EXPECT_EQ(kernel.observe(scope_for(wanted)).state, wanted);
  const SeenDevice seen = seen_device("wg-test");
  EXPECT_EQ(seen.peers.size(), 100u);
  EXPECT_EQ(seen.peers.at(hex(wanted.wireguard->peers.begin()->first.octets.data(), kKeySize))
                .allowed_ips.size(),
            1001u);
}

TEST_F(LinuxKernelTest, ObservationIsWholeWhileOtherLinksComeAndGo) {
  const State wanted = wanted_mesh(20, TunnelKind::kIp6gretap);
  LinuxKernel kernel;
  carry_out(kernel, operations_for(wanted));
  std::atomic<bool> stop = false;
  std::atomic<int> rounds = 0;
  std::thread neighbour([&] {  // in the same network namespace
    LinuxKernel other;
    const CreateBridge bridge{"br-neighbour", 5, bridge_mac("other", "n1")};
    for (; !stop; ++rounds) { carry_out(other, {bridge, DeleteInterface{"br-neighbour"}}); }
  });
  while (rounds == 0) { std::this_thread::yield(); }
  for (int i = 0; i < 50; ++i) {
    const State state = kernel.observe(scope_for(wanted)).state;
    EXPECT_EQ(state.tunnels, wanted.tunnels);
  }
  stop = true;
  neighbour.join();
}

TEST_F(LinuxKernelTest, MeasuresDeviceBridgeAndPorts) {
  const State wanted = wanted_mesh(2, TunnelKind::kIp6gretap);
  LinuxKernel kernel;
  EXPECT_FALSE(kernel.measure("test").is_up());
  carry_out(kernel, operations_for(wanted));
  const proto::Status status = kernel.measure("test");
  EXPECT_TRUE(status.is_up());
  EXPECT_EQ(status.device().name(), "wg-test");
  EXPECT_EQ(status.device().listen_port(), 51850u);
  EXPECT_EQ(public_key_from(status.device().public_key()),
            public_key_of(*wanted.wireguard->private_key));
  ASSERT_EQ(status.device().peers_size(), 2);
  EXPECT_TRUE(status.device().peers(0).has_preshared_key());
  EXPECT_EQ(status.device().peers(0).latest_handshake(), 0);
  EXPECT_EQ(status.bridge().root_port(), 0u);
  EXPECT_EQ(status.bridge().root_id(), status.bridge().bridge_id());
  EXPECT_THAT(status.bridge().bridge_id(), testing::StartsWith("2000."));
  EXPECT_THAT(status.bridge().addresses(),
              testing::UnorderedElementsAre("10.11.12.1/24", "fd00:0:0:1::1/64"));
  ASSERT_EQ(status.ports_size(), 2);
  EXPECT_EQ(status.ports(0).peer(), "n2");
  EXPECT_EQ(status.ports(0).number(), 1u);
  EXPECT_EQ(status.ports(0).path_cost(), 100u);
  EXPECT_THAT(status.ports(0).state(), testing::AnyOf("listening", "learning", "forwarding"));
  EXPECT_EQ(status.ports(1).peer(), "n3");
}

}  // namespace
}  // namespace wgmesh::linux_kernel_test
