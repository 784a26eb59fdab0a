#include "agent/linux/node_probe.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdlib>

#include "agent/linux/firewall.h"
#include "agent/linux/linux_kernel.h"
#include "agent/netlink/netlink_error.h"
#include "agent/session/node_facts.h"
#include "agent/state/kernel.h"
#include "tests/support/kernel/kernel_test.h"
#include "tests/support/kernel/wanted_mesh.h"

namespace wgmesh::node_probe_test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

using ProbeTest = KernelTest;

// Of what the kernel has now.
class ProbeNow {
 public:
  Probe* operator->() { return &probe_; }

 private:
  KernelReading reading_ = LinuxKernel().read(kMesh, false);
  Probe probe_{reading_};
};

TEST_F(ProbeTest, KernelThatCanHasNothingMissingAndNothingIsCreated) {
  EXPECT_THAT(ProbeNow()->find_missing_modules(TunnelKind::kGretap), IsEmpty());
  EXPECT_THAT(ProbeNow()->find_missing_modules(TunnelKind::kIp6gretap), IsEmpty());
  EXPECT_FALSE(ProbeNow()->find_port("a/b"));
}

TEST_F(ProbeTest, Ipv6ThatIsSwitchedOffIsMissing) {
  ASSERT_EQ(std::system("echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6"), 0);
  const auto missing = ProbeNow()->find_missing_modules(TunnelKind::kIp6gretap);
  ASSERT_EQ(missing.size(), 1u);
  EXPECT_EQ(missing[0].module, "ipv6");
  EXPECT_THAT(ProbeNow()->find_missing_modules(TunnelKind::kGretap), IsEmpty());
}

TEST_F(ProbeTest, RouteMtuIsTheRoutesOrTheLinks) {
  ip("link add up0 type dummy");
  ip("link set up0 mtu 1492 up");
  ip("addr add 192.0.2.1/24 dev up0");
  ip("addr add 2001:db8::1/64 dev up0 nodad");
  ip("route add 198.51.100.0/24 via 192.0.2.2 mtu 1400");
  ip("-6 route add 2001:db8:1::/64 via 2001:db8::2 mtu 1380");
  EXPECT_EQ(ProbeNow()->read_route_mtu(*parse_ip("192.0.2.9")), 1492u);
  EXPECT_EQ(ProbeNow()->read_route_mtu(*parse_ip("198.51.100.9")), 1400u);
  EXPECT_EQ(ProbeNow()->read_route_mtu(*parse_ip("2001:db8::9")), 1492u);
  EXPECT_EQ(ProbeNow()->read_route_mtu(*parse_ip("2001:db8:1::9")), 1380u);
  for (const char* const nowhere : {"203.0.113.1", "2001:db8:f::1"}) {
    try {
      ProbeNow()->read_route_mtu(*parse_ip(nowhere));
      ADD_FAILURE() << nowhere;
    } catch (const NetlinkError& error) { EXPECT_EQ(error.error_number(), ENETUNREACH); }
  }
}

TEST_F(ProbeTest, PortUserIsNamedAndOurOwnDeviceIsNone) {
  const State wanted = wanted_mesh(1, TunnelKind::kIp6gretap);
  LinuxKernel kernel;
  EXPECT_EQ(ProbeNow()->find_port_user(51850, kMesh), std::nullopt);
  kernel.apply(operations_for(wanted), {});
  EXPECT_EQ(ProbeNow()->find_port_user(51850, kMesh), std::nullopt);
  EXPECT_EQ(ProbeNow()->find_port_user(51850, "other"), "WireGuard device wg-test");

  const UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(51777);
  ASSERT_EQ(bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(ProbeNow()->find_port_user(51777, kMesh), "another program's UDP socket");

  proto::Open open;
  open.set_mesh(kMesh);
  open.set_inner_address("fd01::1/64");
  open.set_listen_port(51777);
  proto::Hello hello;
  put_node_facts(open, {}, LinuxKernel().read(open.mesh(), false), {}, hello);
  EXPECT_THAT(hello.problems(),
              ElementsAre("listen_port 51777 is in use here (another program's UDP socket)"));
  EXPECT_THAT(hello.problem_ids(), ElementsAre("listen-port-in-use"));
  EXPECT_FALSE(hello.has_survey());
}

TEST_F(ProbeTest, SurveySaysWhatAMeshFileCanPropose) {
  ip("link set lo up");
  ip("link add up0 mtu 1400 type dummy");
  ip("link set up0 up");
  ip("addr add 198.51.100.9/24 dev up0");
  const UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(51777);
  ASSERT_EQ(bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  proto::Open open;
  open.set_mesh(kMesh);
  open.set_inner_address("fd01::1/64");
  open.set_listen_port(51777);
  open.set_surveys(true);
  proto::Hello hello;
  put_node_facts(open, {}, LinuxKernel().read(open.mesh(), false), {}, hello);
  ASSERT_EQ(hello.survey().addresses_size(), 1);
  EXPECT_EQ(hello.survey().addresses(0).address(), "198.51.100.9/24");
  EXPECT_EQ(hello.survey().addresses(0).mtu(), 1400U);
  EXPECT_EQ(hello.survey().free_port(), 51778U);
  EXPECT_EQ(hello.survey().port_user(), "another program's UDP socket");
  EXPECT_EQ(hello.survey().outside_mtu(), 0U);

  ip("route add default via 198.51.100.1");
  open.set_listen_port(51778);
  hello.Clear();
  put_node_facts(open, {}, LinuxKernel().read(open.mesh(), false), {}, hello);
  EXPECT_EQ(hello.survey().outside_mtu(), 1400U);
  EXPECT_EQ(hello.survey().free_port(), 51778U);
  EXPECT_EQ(hello.survey().port_user(), "");
}

TEST_F(ProbeTest, ForeignPrefixesAreThoseOfOtherLinks) {
  const State wanted = wanted_mesh(1, TunnelKind::kIp6gretap);
  LinuxKernel kernel;
  kernel.apply(operations_for(wanted), {});
  ip("link set lo up");
  ip("link add up0 type dummy");
  ip("link set up0 up");
  ip("addr add 192.0.2.1/24 dev up0");
  EXPECT_THAT(ProbeNow()->read_foreign_prefixes(kMesh),
              ElementsAre(NodePrefix{"up0", *parse_prefix("192.0.2.1/24")}));
  EXPECT_THAT(ProbeNow()->read_foreign_addresses(kMesh),
              ElementsAre(InterfaceAddress{*parse_prefix("192.0.2.1/24"), 1500}));
  EXPECT_THAT(ProbeNow()->read_foreign_prefixes("other"),
              Contains(NodePrefix{"br-test", *parse_prefix("10.11.12.1/24")}));
}

TEST_F(ProbeTest, InterfaceTellsWhatSpeaksAgainstBridgingIt) {
  ip("link add up0 type dummy");
  ip("link add spare0 type dummy");
  ip("link add br0 type bridge");
  ip("link set spare0 master br0");
  ip("link set up0 up");
  ip("addr add 192.0.2.1/24 dev up0");
  ip("route add default via 192.0.2.2");
  const auto up = ProbeNow()->find_port("up0");
  ASSERT_TRUE(up);
  EXPECT_EQ(up->kind, "dummy");
  EXPECT_THAT(up->global_addresses, ElementsAre(*parse_prefix("192.0.2.1/24")));
  EXPECT_TRUE(up->carries_default_route);
  const auto spare = ProbeNow()->find_port("spare0");
  ASSERT_TRUE(spare);
  EXPECT_EQ(spare->master, "br0");
  EXPECT_THAT(spare->global_addresses, IsEmpty());
  EXPECT_FALSE(spare->carries_default_route);
  EXPECT_EQ(ProbeNow()->find_port("eth9"), std::nullopt);
  EXPECT_EQ(ProbeNow()->find_port("a-name-of-more-than-15"), std::nullopt);
  ip("link property add dev up0 altname a-name-of-more-than-15");
  EXPECT_EQ(ProbeNow()->find_port("a-name-of-more-than-15"), up);
  EXPECT_TRUE(ProbeNow()->find_port("lo")->loopback);
}

TEST_F(ProbeTest, ReadsTheRouteThatWireguardsPacketsTake) {
  ip("link set lo up");
  ip("link add up0 type dummy");
  ip("link set up0 up");
  ip("addr add 192.0.2.1/24 dev up0");
  ip("route add 198.51.100.0/24 dev up0");
  ip("route add 198.51.100.0/24 dev up0 mtu 1300 table 51821");
  ip("rule add not fwmark 51820 table 51821 pref 90");
  ip("rule add ipproto udp dport 9 table 51821 pref 80");
  const IpAddress there = *parse_ip("198.51.100.1");
  EXPECT_EQ(ProbeNow()->read_route_mtu(there), 1300u);
  EXPECT_EQ(ProbeNow()->read_route_mtu(there, {.mark = 51820}), 1500u);
  EXPECT_EQ(
      ProbeNow()->read_route_mtu(there, {.mark = 51820, .from_port = 51820, .to_port = 51820}),
      1500u);
  EXPECT_EQ(ProbeNow()->read_route_mtu(there, {.mark = 51820, .to_port = 9}), 1300u);
  EXPECT_EQ(ProbeNow()->read_route_mtu(*parse_ip("127.0.0.1")), 65535u);
}

TEST_F(ProbeTest, SaysWhatABridgeWouldNotTake) {
  ip("link add d0 type dummy");
  ip("link add link d0 name mv0 type macvlan mode bridge");
  ip("link add wgx type wireguard");
  EXPECT_TRUE(ProbeNow()->find_port("d0")->is_ethernet);
  EXPECT_EQ(ProbeNow()->find_port("d0")->lower_of, "mv0");
  EXPECT_EQ(ProbeNow()->find_port("mv0")->lower_of, "");
  EXPECT_FALSE(ProbeNow()->find_port("wgx")->is_ethernet);
}

TEST_F(ProbeTest, FirewallOfTheBridgeFamilyAndTheLastRuleAreSeen) {
  if (std::system("modprobe br_netfilter && command -v nft >/dev/null") != 0) {
    skip("no br_netfilter or no nft here");
    return;
  }
  ASSERT_EQ(std::system("echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables"), 0);
  ASSERT_EQ(
      std::system("nft 'table ip filter { chain FORWARD { type filter hook forward priority 0; "
                  "policy accept; ct state established accept; reject; }; }; "
                  "table ip nat { chain POSTROUTING { type nat hook postrouting priority 100; "
                  "masquerade; }; }; "
                  "table bridge b { chain f { type filter hook forward priority 0; policy "
                  "drop; }; }'"),
      0);
  std::set<std::string> chains;
  for (const auto& fault : find_firewall_faults("br-test")) { chains.insert(fault.chain()); }
  EXPECT_EQ(chains,
            (std::set<std::string>{"ip filter FORWARD", "ip nat POSTROUTING", "bridge b f"}));
  ASSERT_EQ(std::system("nft insert rule ip filter FORWARD iifname br-test oifname br-test accept; "
                        "nft insert rule ip nat POSTROUTING oifname br-test return; "
                        "nft insert rule bridge b f meta ibrname br-test accept"),
            0);
  EXPECT_THAT(find_firewall_faults("br-test"), IsEmpty());
}

TEST_F(ProbeTest, FirewallDropsWhereBrNetfilterAndAForwardPolicySaySo) {
  EXPECT_TRUE(find_firewall_faults("br-test").empty());
  if (std::system("modprobe br_netfilter && command -v nft >/dev/null") != 0) {
    skip("no br_netfilter or no nft here");
    return;
  }
  ASSERT_EQ(std::system("echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables"), 0);
  EXPECT_TRUE(find_firewall_faults("br-test").empty());
  ASSERT_EQ(std::system("nft add table ip filter && nft 'add chain ip filter FORWARD { type filter "
                        "hook forward priority 0; policy drop; }'"),
            0);
  EXPECT_EQ(find_firewall_faults("br-test").size(), 1u);
}

// A set of ports is what most firewalls of nftables have.
TEST_F(ProbeTest, FirewallThatDropsQuestionsOfPeersIsSeenUntilARuleOrASetLetsThemIn) {
  if (std::system("modprobe nf_tables && command -v nft >/dev/null") != 0) {
    skip("no nf_tables or no nft here");
    return;
  }
  const auto chains_with = [](const std::string& rule) {
    std::system("nft delete table inet f 2>/dev/null");
    const std::string table =
        "table inet f { chain in { type filter hook input priority 0; policy "
        "drop; ct state established accept; " +
        rule + "; }; }";
    EXPECT_EQ(std::system(("nft '" + table + "'").c_str()), 0) << rule;
    std::vector<std::string> chains;
    for (const auto& fault : find_firewall_faults("br-test", "wg-test")) {
      EXPECT_EQ(fault.what(), proto::FirewallFault::DROPS_UNASKED);
      chains.push_back(fault.chain());
    }
    return chains;
  };
  for (const std::string lets_nothing_in :
       {"udp dport 51820 accept", "udp dport { 53, 51820 } accept",
        "iifname { \"lo\", \"wg-test2\" } accept", "udp dport { 53, 21820 } drop"}) {
    EXPECT_THAT(chains_with(lets_nothing_in), testing::ElementsAre("inet f in")) << lets_nothing_in;
  }
  for (const std::string lets_them_in :
       {"udp dport 21820 accept", "udp dport { 53, 21820 } accept",
        "iifname { \"lo\", \"wg-test\" } accept", "iifname \"wg-*\" udp dport 21820 accept"}) {
    EXPECT_THAT(chains_with(lets_them_in), IsEmpty()) << lets_them_in;
  }
}

TEST_F(ProbeTest, FirewallOfTheOlderIptablesIsSeenToo) {
  // The module's own setting makes the policy drop, so the test needs no program for it.
  if (std::system("! grep -q ^iptable_filter /proc/modules && modprobe br_netfilter && modprobe "
                  "iptable_filter forward=0") != 0) {
    skip("no br_netfilter or iptable_filter here, or the latter is in use");
    return;
  }
  ASSERT_EQ(std::system("echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables"), 0);
  EXPECT_EQ(find_firewall_faults("br-test").size(), 1u);
  // It does so in every namespace from now on.
  EXPECT_EQ(std::system("modprobe -r iptable_filter"), 0);
}

}  // namespace
}  // namespace wgmesh::node_probe_test
