#include "agent/peers/name_servers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wgmesh::name_servers_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

NameServer server(const char* address, const char* zone = "") { return {*parse_ip(address), zone}; }

TEST(NameServers, KeepTheirZones) {
  EXPECT_THAT(parse_name_servers("# made by a router\n"
                                 "nameserver fe80::1%eth0\n"
                                 "search lan\n"
                                 "nameserver\t192.0.2.53\r\n"
                                 "  nameserver  fe80::2%3  # its index\n"
                                 "nameserver 2001:db8::53"),
              ElementsAre(server("fe80::1", "eth0"), server("192.0.2.53"), server("fe80::2", "3"),
                          server("2001:db8::53")));
}

TEST(NameServers, WhatIsNoAddressIsLeftOut) {
  EXPECT_THAT(parse_name_servers(""), IsEmpty());
  EXPECT_THAT(parse_name_servers("nameserver\nnameserver dns.example\nnameservers 192.0.2.1\n"
                                 "#nameserver 192.0.2.1\nnameserver %eth0\n"),
              IsEmpty());
}

}  // namespace
}  // namespace wgmesh::name_servers_test
