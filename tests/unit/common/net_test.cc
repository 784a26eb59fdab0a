#include "common/net.h"

#include <string>

#include <gmock/gmock.h>

namespace wgmesh::net_test {
namespace {

using testing::Optional;

IpAddress ip(std::string_view text) { return parse_ip(text).value(); }
Prefix prefix(std::string_view text) { return parse_prefix(text).value(); }

TEST(ParseIp, AcceptsAndPrintsCanonically) {
  const struct {
    std::string_view text, printed;
  } rows[] = {
      {"0.0.0.0", "0.0.0.0"},
      {"255.255.255.255", "255.255.255.255"},
      {"192.0.2.1", "192.0.2.1"},
      {"::", "::"},
      {"::1", "::1"},
      {"FD00:0:0:1::1", "fd00:0:0:1::1"},
      {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
      {"fd00:0000:0000:0001:0000:0000:0000:0001", "fd00:0:0:1::1"},
      {"::ffff:192.0.2.1", "::ffff:192.0.2.1"},
      {"0000:0000:0000:0000:0000:ffff:255.255.255.255", "::ffff:255.255.255.255"},
  };
  for (const auto& row : rows) {
    const auto address = parse_ip(row.text);
    ASSERT_TRUE(address) << row.text;
    EXPECT_EQ(to_text(*address), row.printed);
    EXPECT_THAT(parse_ip(to_text(*address)), Optional(*address));
  }
}

TEST(ParseIp, Refuses) {
  for (const std::string_view text : {"",
                                      " ",
                                      "1",
                                      "1.2.3",
                                      "1.2.3.4.5",
                                      "1.2.3.256",
                                      "01.2.3.4",
                                      "0x1.2.3.4",
                                      "1.2.3.-4",
                                      " 1.2.3.4",
                                      "1.2.3.4 ",
                                      "1.2.3.4/8",
                                      ":",
                                      ":::",
                                      "1::2::3",
                                      "12345::",
                                      "g::",
                                      "[::1]",
                                      "fe80::1%eth0",
                                      "1:2:3:4:5:6:7",
                                      "1:2:3:4:5:6:7:8:9",
                                      "example.com"}) {
    EXPECT_EQ(parse_ip(text), std::nullopt) << text;
  }
  EXPECT_EQ(parse_ip(std::string_view("1.2.3.4\0", 8)), std::nullopt);
  EXPECT_EQ(parse_ip(std::string_view("::1\0::2", 7)), std::nullopt);
  EXPECT_EQ(parse_ip(std::string(1u << 20, ':')), std::nullopt);
}

TEST(ParseIp, ReadsOnlyItsView) {
  EXPECT_THAT(parse_ip(std::string_view("192.0.2.1234").substr(0, 9)), Optional(ip("192.0.2.1")));
}

TEST(IpAddress, FamiliesAreNeverEqualAndHaveATotalOrder) {
  EXPECT_NE(ip("0.0.0.0"), ip("::"));
  EXPECT_LT(ip("255.255.255.255"), ip("::"));
  EXPECT_LT(ip("10.0.0.2"), ip("10.0.0.10"));
  EXPECT_LT(ip("fd00::2"), ip("fd00::10"));
}

TEST(ParsePrefix, KeepsHostBits) {
  EXPECT_EQ(to_text(prefix("fd00:0:0:1::1/64")), "fd00:0:0:1::1/64");
  EXPECT_EQ(prefix("10.1.2.3/8"), (Prefix{ip("10.1.2.3"), 8}));
  for (const std::string_view text : {"0.0.0.0/0", "::/0", "10.0.0.1/32", "fd00::1/128"}) {
    EXPECT_EQ(to_text(prefix(text)), text);
  }
}

TEST(ParsePrefix, Refuses) {
  for (const std::string_view text :
       {"", "/", "/24", "10.0.0.1", "fd00::1", "10.0.0.1/", "10.0.0.1/33", "fd00::1/129",
        "10.0.0.1/-1", "10.0.0.1/+8", "10.0.0.1/08", "10.0.0.1/ 8", "10.0.0.1/8 ", "10.0.0.1/8/8",
        "10.0.0.1/255.0.0.0", "10.0.0.1/0x8", "10.0.0.1/4294967304", "10/8", "name/24"}) {
    EXPECT_EQ(parse_prefix(text), std::nullopt) << text;
  }
}

TEST(HostPort, RoundTrip) {
  const struct {
    std::string_view text, host;
    std::uint16_t port;
  } rows[] = {
      {"lan1.example.com:51821", "lan1.example.com", 51821},
      {"localhost:1", "localhost", 1},
      {"192.0.2.1:65535", "192.0.2.1", 65535},
      {"[2001:db8::1]:51820", "2001:db8::1", 51820},
      {"[::]:1", "::", 1},
  };
  for (const auto& row : rows) {
    EXPECT_THAT(parse_host_port(row.text), Optional(HostPort{std::string(row.host), row.port}));
    EXPECT_EQ(to_text(HostPort{std::string(row.host), row.port}), row.text);
  }
}

TEST(HostPort, Refuses) {
  // The seed tool cut 2001:db8::1 at its last colon.
  for (const std::string_view text : {"",
                                      ":",
                                      "host",
                                      "host:",
                                      ":51820",
                                      "host:0",
                                      "host:65536",
                                      "host:-1",
                                      "host:+1",
                                      "host:051820",
                                      "host: 1",
                                      "host:1 ",
                                      "host:1:2",
                                      "2001:db8::1",
                                      "::1",
                                      "2001:db8::1:51820",
                                      "[::1]",
                                      "[::1]:",
                                      "[::1]51820",
                                      "[::1:51820",
                                      "[]:51820",
                                      "[192.0.2.1]:51820",
                                      "[host]:51820",
                                      "[::1]]:51820",
                                      "[::1]:5]:6"}) {
    EXPECT_EQ(parse_host_port(text), std::nullopt) << text;
  }
}

TEST(SocketAddress, RoundTripAndRefuses) {
  for (const std::string_view text : {"192.0.2.1:51820", "[2001:db8::1]:1", "[::]:65535"}) {
    const auto address = parse_socket_address(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(to_text(*address), text);
  }
  for (const std::string_view text : {"host:1", "192.0.2.1", "192.0.2.1:0", "::1:1", "1:2"}) {
    EXPECT_EQ(parse_socket_address(text), std::nullopt) << text;
  }
}

TEST(MacAddress, RoundTripAndRefuses) {
  EXPECT_THAT(parse_mac("02:00:5e:10:FF:ab"),
              Optional(MacAddress{{0x02, 0x00, 0x5e, 0x10, 0xff, 0xab}}));
  EXPECT_EQ(to_text(MacAddress{{0x02, 0x00, 0x5e, 0x10, 0xff, 0xab}}), "02:00:5e:10:ff:ab");
  for (const std::string_view text :
       {"", "02:00:5e:10:ff", "02:00:5e:10:ff:ab:", "02:00:5e:10:ff:ab:cd", "02-00-5e-10-ff-ab",
        "02:00:5e:10:ff:ag", "02:00:5e:10:ff:0x", "02:00:5e:10:ff:-1", "2:0:5e:10:ff:ab00000",
        "02:00:5e:10:ff: 1", "02005e10ffab"}) {
    EXPECT_EQ(parse_mac(text), std::nullopt) << text;
  }
}

TEST(Prefix, NetworkOfClearsHostBits) {
  const struct {
    std::string_view text, network;
  } rows[] = {
      {"10.1.2.3/8", "10.0.0.0/8"},       {"10.1.2.3/0", "0.0.0.0/0"},
      {"10.1.2.3/32", "10.1.2.3/32"},     {"10.1.2.255/25", "10.1.2.128/25"},
      {"10.1.2.255/31", "10.1.2.254/31"}, {"fd00:0:0:1::1/64", "fd00:0:0:1::/64"},
      {"ffff::ffff/1", "8000::/1"},       {"fd00::ff/121", "fd00::80/121"},
      {"fd00::ff/128", "fd00::ff/128"},   {"fd00::ff/0", "::/0"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(to_text(network_of(prefix(row.text))), row.network) << row.text;
    EXPECT_EQ(network_of(prefix(row.network)), prefix(row.network));
  }
}

TEST(Prefix, Contains) {
  EXPECT_TRUE(contains(prefix("10.0.0.0/8"), ip("10.255.255.255")));
  EXPECT_TRUE(contains(prefix("10.0.0.77/8"), ip("10.0.0.0")));
  EXPECT_FALSE(contains(prefix("10.0.0.0/8"), ip("11.0.0.0")));
  EXPECT_TRUE(contains(prefix("10.0.0.1/32"), ip("10.0.0.1")));
  EXPECT_FALSE(contains(prefix("10.0.0.1/32"), ip("10.0.0.0")));
  EXPECT_TRUE(contains(prefix("fd00:0:0:1::/64"), ip("fd00:0:0:1:ffff::")));
  EXPECT_FALSE(contains(prefix("fd00:0:0:1::/64"), ip("fd00:0:0:2::")));
  EXPECT_FALSE(contains(prefix("0.0.0.0/0"), ip("::"))) << "all of IPv4 holds no IPv6 address";
  EXPECT_FALSE(contains(prefix("::/0"), ip("0.0.0.0")));
}

TEST(Prefix, Overlap) {
  const struct {
    std::string_view a, b;
    bool overlap;
  } rows[] = {
      {"10.0.0.0/8", "10.1.0.0/16", true},  {"10.0.0.0/8", "10.0.0.0/8", true},
      {"10.0.0.5/24", "10.0.0.6/24", true}, {"10.0.0.0/25", "10.0.0.128/25", false},
      {"0.0.0.0/0", "192.0.2.0/24", true},  {"0.0.0.0/0", "fd00::/8", false},
      {"fd00::/64", "fd00::1/128", true},   {"fd00:0:0:1::/64", "fd00:0:0:2::/64", false},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(overlap(prefix(row.a), prefix(row.b)), row.overlap) << row.a << ' ' << row.b;
    EXPECT_EQ(overlap(prefix(row.b), prefix(row.a)), row.overlap) << row.b << ' ' << row.a;
  }
}

TEST(IpAddress, IsLoopbackAndIsOneHost) {
  const struct {
    std::string_view address;
    bool loopback, one_host;
  } rows[] = {
      {"127.0.0.1", true, true},         {"127.255.255.255", true, true}, {"::1", true, true},
      {"126.255.255.255", false, true},  {"128.0.0.0", false, true},      {"::2", false, true},
      {"223.255.255.255", false, true},  {"fe80::1", false, true},        {"0.0.0.0", false, false},
      {"0.255.255.255", false, false},   {"224.0.0.0", false, false},     {"::", false, false},
      {"255.255.255.255", false, false}, {"ff02::1", false, false},
  };
  for (const auto& row : rows) {
    const auto address = parse_ip(row.address);
    ASSERT_TRUE(address) << row.address;
    EXPECT_EQ(is_loopback(*address), row.loopback) << row.address;
    EXPECT_EQ(is_one_host(*address), row.one_host) << row.address;
  }
}

TEST(IpAddress, IsPublicIfOthersCanSeeANodeThere) {
  for (const char* text : {"203.0.113.1", "1.1.1.1", "2001:db8::1"}) {
    EXPECT_TRUE(is_public(*parse_ip(text))) << text;
  }
  for (const char* text :
       {"0.0.0.0", "127.0.0.1", "169.254.0.1", "10.0.0.1", "100.64.0.1", "224.0.0.1",
        "255.255.255.255", "::", "::1", "fe80::1", "fd00::1", "ff02::1", "::ffff:203.0.113.1"}) {
    EXPECT_FALSE(is_public(*parse_ip(text))) << text;
  }
}

TEST(IpAddress, KnowsWhichNetworksOthersHaveToo) {
  for (const char* text : {"10.0.0.1", "172.31.0.1", "192.168.255.1", "100.127.0.1", "fd00::1"}) {
    EXPECT_TRUE(is_private(*parse_ip(text))) << text;
  }
  for (const char* text : {"11.0.0.1", "172.32.0.1", "192.169.0.1", "100.128.0.1", "2001:db8::1"}) {
    EXPECT_FALSE(is_private(*parse_ip(text))) << text;
  }
  EXPECT_TRUE(is_link_local(*parse_ip("169.254.7.1")));
  EXPECT_TRUE(is_link_local(*parse_ip("fe80::1")));
  EXPECT_FALSE(is_link_local(*parse_ip("169.255.0.1")));
  EXPECT_FALSE(is_link_local(*parse_ip("fec0::1")));
}

}  // namespace
}  // namespace wgmesh::net_test
