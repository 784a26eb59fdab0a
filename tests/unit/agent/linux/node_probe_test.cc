#include "agent/linux/node_probe.h"

#include <gmock/gmock.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>
#include <map>

#include "agent/netlink/routes.h"
#include "common/error.h"

namespace wgmesh::node_probe_test {
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

TEST(Routes, TellWhatTheNodeSendsFrom) {
  NetlinkMessage message = route_message(AF_INET, 0, 1400, 0);
  EXPECT_FALSE(parse_route(message.payload()).source);
  message.put_ip_address(RTA_PREFSRC, *parse_ip("192.168.1.10"));
  EXPECT_EQ(parse_route(message.payload()).source, parse_ip("192.168.1.10"));
}

TEST(Routes, TellTheirMtuAndWhetherItWasLearned) {
  const RouteReport fixed = parse_route(route_message(AF_INET, RTM_F_CLONED, 1400, 0).payload());
  EXPECT_EQ(fixed.mtu, 1400u);
  EXPECT_FALSE(fixed.learned);
  EXPECT_THAT(fixed.interfaces, ElementsAre(2));
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
  EXPECT_THAT(parse_route(message.payload()).interfaces, ElementsAre(4, 7));

  NetlinkMessage endless(RTM_NEWROUTE, 0);
  endless.put_header(&header, sizeof header);
  const rtnexthop none{0, 0, 0, 4};
  endless.put(RTA_MULTIPATH, {reinterpret_cast<const std::uint8_t*>(&none), sizeof none});
  EXPECT_THROW(parse_route(endless.payload()), Error);
}

std::map<int, Octets> attributes_of(const NetlinkMessage& message) {
  Octets attributes;
  read_header<rtmsg>(message.payload(), attributes);
  std::map<int, Octets> found;
  for (const Attribute& attribute : Attributes(attributes)) {
    found[attribute.type()] = attribute.payload();
  }
  return found;
}

// Rules may ask for any of these, and send WireGuard's packets another way.
TEST(Routes, AreAskedForWithWhatThePacketsCarry) {
  const NetlinkMessage plain = make_route_question(*parse_ip("192.0.2.1"));
  EXPECT_EQ(attributes_of(plain).size(), 1u);
  const NetlinkMessage marked = make_route_question(
      *parse_ip("2001:db8::1"), {.mark = 51820, .from_port = 1, .to_port = 258});
  const auto attributes = attributes_of(marked);
  const std::uint32_t mark = 51820;
  EXPECT_EQ(std::memcmp(attributes.at(RTA_MARK).data(), &mark, sizeof mark), 0);
  EXPECT_THAT(attributes.at(RTA_IP_PROTO), ElementsAre(IPPROTO_UDP));
  EXPECT_THAT(attributes.at(RTA_SPORT), ElementsAre(0, 1));
  EXPECT_THAT(attributes.at(RTA_DPORT), ElementsAre(1, 2));
}

}  // namespace
}  // namespace wgmesh::node_probe_test
