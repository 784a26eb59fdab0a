#include "agent/probe.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "agent/firewall.h"
#include "agent/routes.h"
#include "common/error.h"

namespace wgmesh {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Probe, ReadsUdpPorts) {
  EXPECT_THAT(parse_udp_ports(
                  "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt\n"
                  "  104: 00000000:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000\n"
                  "  263: 0100007F:CA6C 00000000:0000 07 00000000:00000000 00:00000000 00000000\n"),
              ElementsAre(53, 51820));
  EXPECT_THAT(parse_udp_ports("    1: 00000000000000000000000000000000:CA6C 0:0\n"),
              ElementsAre(51820));
  EXPECT_THAT(parse_udp_ports(""), IsEmpty());
  EXPECT_THAT(parse_udp_ports("1: \n2: 0:\n3: 00:12\n4: 0:zzzz"), IsEmpty());
}

NetlinkMessage route_message(int family, unsigned flags, std::uint32_t mtu, std::int32_t expires) {
  NetlinkMessage message(RTM_NEWROUTE, 0);
  rtmsg header{};
  header.rtm_family = static_cast<unsigned char>(family);
  header.rtm_flags = flags;
  header.rtm_type = RTN_UNICAST;
  message.put_header(&header, sizeof header);
  message.put_u32(RTA_OIF, 2);
  {
    const Nest metrics(message, RTA_METRICS);
    message.put_u32(RTAX_MTU, mtu);
  }
  rta_cacheinfo cache{};
  cache.rta_expires = expires;
  message.put(RTA_CACHEINFO, {reinterpret_cast<const std::uint8_t*>(&cache), sizeof cache});
  return message;
}

TEST(Routes, TellTheirMtuAndWhetherItWasLearned) {
  const RouteReport fixed = parse_route(route_message(AF_INET, RTM_F_CLONED, 1400, 0).payload());
  EXPECT_EQ(fixed.mtu, 1400u);
  EXPECT_FALSE(fixed.learned);
  EXPECT_THAT(fixed.links, ElementsAre(2));
  EXPECT_TRUE(parse_route(route_message(AF_INET, RTM_F_CLONED, 1400, 99).payload()).learned);
  EXPECT_TRUE(parse_route(route_message(AF_INET6, RTM_F_CLONED, 1400, 99).payload()).learned);
  // The route of a router advertisement expires as a whole.
  EXPECT_FALSE(parse_route(route_message(AF_INET6, 0, 1400, 99).payload()).learned);
}

TEST(Routes, HaveALinkForEachHop) {
  NetlinkMessage message(RTM_NEWROUTE, 0);
  rtmsg header{};
  header.rtm_type = RTN_UNICAST;
  message.put_header(&header, sizeof header);
  const rtnexthop hops[2] = {{sizeof(rtnexthop), 0, 0, 4}, {sizeof(rtnexthop), 0, 0, 7}};
  message.put(RTA_MULTIPATH, {reinterpret_cast<const std::uint8_t*>(hops), sizeof hops});
  EXPECT_THAT(parse_route(message.payload()).links, ElementsAre(4, 7));

  NetlinkMessage endless(RTM_NEWROUTE, 0);
  endless.put_header(&header, sizeof header);
  const rtnexthop none{0, 0, 0, 4};
  endless.put(RTA_MULTIPATH, {reinterpret_cast<const std::uint8_t*>(&none), sizeof none});
  EXPECT_THROW(parse_route(endless.payload()), Error);
}

TEST(Firewall, ReadsTheHookAndPolicyOfABaseChain) {
  NetlinkMessage message(1, 0);
  const nfgenmsg header{.nfgen_family = NFPROTO_INET, .version = 0, .res_id = 0};
  message.put_header(&header, sizeof header);
  EXPECT_EQ(parse_chain(message.payload()), std::nullopt);
  {
    const Nest hook(message, NFTA_CHAIN_HOOK);
    message.put_u32(NFTA_HOOK_HOOKNUM, htonl(NF_INET_FORWARD));
  }
  message.put_u32(NFTA_CHAIN_POLICY, htonl(NF_DROP));
  EXPECT_EQ(parse_chain(message.payload()), (ChainReport{NFPROTO_INET, NF_INET_FORWARD, NF_DROP}));
}

}  // namespace
}  // namespace wgmesh
