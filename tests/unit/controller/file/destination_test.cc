#include "controller/file/destination.h"

#include <gtest/gtest.h>

#include <vector>

#include "common/error.h"

namespace wgmesh::destination_test {
namespace {

SshTarget target(const char* user, const char* host, std::optional<std::uint16_t> port) {
  SshTarget target;
  target.user = user;
  target.host = host;
  target.port = port;
  return target;
}

TEST(SplitHostPort, TakesEveryForm) {
  EXPECT_EQ(split_host_port("n1"), (HostAndPort{"n1", {}}));
  EXPECT_EQ(split_host_port("n1:22"), (HostAndPort{"n1", 22}));
  EXPECT_EQ(split_host_port("192.0.2.1:51820"), (HostAndPort{"192.0.2.1", 51820}));
  EXPECT_EQ(split_host_port("[2001:db8::1]:51820"), (HostAndPort{"2001:db8::1", 51820}));
  EXPECT_EQ(split_host_port("[2001:db8::1]"), (HostAndPort{"2001:db8::1", {}}));
}

TEST(SplitHostPort, NeverCutsABareIpv6Address) {
  EXPECT_EQ(split_host_port("2001:db8::1"), (HostAndPort{"2001:db8::1", {}}));
  EXPECT_EQ(split_host_port("::1"), (HostAndPort{"::1", {}}));
  EXPECT_EQ(split_host_port("fe80::1%eth0"), (HostAndPort{"fe80::1%eth0", {}}));
}

TEST(ParseSshTarget, TakesWhatSshTakes) {
  EXPECT_EQ(parse_ssh_target("test0"), target("", "test0", {}));
  EXPECT_EQ(parse_ssh_target("root@test0:2222"), target("root", "test0", 2222));
  EXPECT_EQ(parse_ssh_target("root@[2001:db8::1]:22"), target("root", "2001:db8::1", 22));
  EXPECT_EQ(parse_ssh_target("me@corp@gate"), target("me@corp", "gate", {}));
  EXPECT_EQ(parse_ssh_target("ssh://root@n1:2222"), target("root", "n1", 2222));
  EXPECT_EQ(parse_ssh_target("ssh://n1"), target("", "n1", {}));
  EXPECT_EQ(parse_ssh_target("ssh://me%40corp@[2001:db8::1]:22/"),
            target("me@corp", "2001:db8::1", 22));
  EXPECT_EQ(parse_ssh_target("vsock/3"), target("", "vsock/3", {}));
  EXPECT_EQ(parse_ssh_target("root@machine/web1"), target("root", "machine/web1", {}));
}

struct Bad {
  const char* text;
  const char* message;
  const char* id;
};

class BadSshTargets : public testing::TestWithParam<Bad> {};
TEST_P(BadSshTargets, AreRefused) {
  try {
    parse_ssh_target(GetParam().text);
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), GetParam().message);
    EXPECT_EQ(error.id(), GetParam().id);
  }
}
INSTANTIATE_TEST_SUITE_P(
    All, BadSshTargets,
    testing::ValuesIn(std::vector<Bad>{
        Bad{"", "expected a host, found nothing", "file-host-missing"},
        Bad{"root@", "expected a host, found nothing", "file-host-missing"},
        Bad{"@host", "the user is empty", "file-ssh-word-empty"},
        Bad{"-oProxyCommand=x", "the host begins with a dash", "file-ssh-word-dash"},
        Bad{"-l@host", "the user begins with a dash", "file-ssh-word-dash"},
        Bad{"a b", "the host has a blank in it", "file-ssh-word-character"},
        Bad{"ssh://h/x", "an ssh:// address has no path: ssh://user@host:port",
            "file-host-with-path"},
        Bad{"ssh://", "expected a host, found nothing", "file-host-missing"},
        Bad{"ssh://-l@h", "the user begins with a dash", "file-ssh-word-dash"},
        Bad{"ssh://%2dl@h", "the user begins with a dash", "file-ssh-word-dash"},
        Bad{"ssh://a%0ab@h", "the user has a blank in it", "file-ssh-word-character"},
        Bad{"ssh://a%4@h", "expected two hexadecimal digits after the % in \"a%4\"",
            "file-host-percent-malformed"},
        Bad{"ssh://h:0", "expected a port number 1..65535 after the colon, found \"0\"",
            "file-host-malformed"},
        Bad{":22", "expected a host before the colon", "file-host-missing"},
        Bad{"h:", "expected a port number 1..65535 after the colon, found \"\"",
            "file-host-malformed"},
        Bad{"h:0", "expected a port number 1..65535 after the colon, found \"0\"",
            "file-host-malformed"},
        Bad{"h:65536", "expected a port number 1..65535 after the colon, found \"65536\"",
            "file-host-malformed"},
        Bad{"h:022", "expected a port number 1..65535 after the colon, found \"022\"",
            "file-host-malformed"},
        Bad{"[::1", "the bracket [ is not closed", "file-host-bracket-open"},
        Bad{"[host]:1", "expected an IPv6 address between the brackets, found \"host\"",
            "file-host-malformed"},
        Bad{"[::1]22", "expected :port after the bracket, found \"22\"", "file-host-malformed"},
        Bad{"a:b:c",
            "\"a:b:c\" is not an IPv6 address; an address with a port is written "
            "[address]:port",
            "file-host-many-colons"}}));

TEST(CheckEndpointHost, TakesNamesAndAddresses) {
  for (const char* host : {"lan1.example.com", "lan1.example.com.", "under_score", "1and1.com", "a",
                           "192.0.2.1", "2001:db8::1", "128.0.0.1", "xn--bcher-kva.example"}) {
    EXPECT_NO_THROW(check_endpoint_host(host)) << host;
  }
}

class BadEndpointHosts : public testing::TestWithParam<Bad> {};
TEST_P(BadEndpointHosts, AreRefused) {
  try {
    check_endpoint_host(GetParam().text);
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), GetParam().message);
    EXPECT_EQ(error.id(), GetParam().id);
  }
}
INSTANTIATE_TEST_SUITE_P(
    All, BadEndpointHosts,
    testing::ValuesIn(std::vector<Bad>{
        Bad{"", "expected a host name of 1 to 253 characters", "file-endpoint-name-length"},
        Bad{"192.0.2.300", "\"192.0.2.300\" is not an IPv4 address", "file-endpoint-no-address"},
        Bad{"10.1", "\"10.1\" is not an IPv4 address", "file-endpoint-no-address"},
        Bad{"2001:db8::g", "\"2001:db8::g\" is not an IPv6 address", "file-endpoint-no-address"},
        Bad{"fe80::1", "a link-local address means another interface on every peer",
            "file-endpoint-link-local"},
        Bad{"fe80::1%eth0", "an address with a zone means another interface on every peer",
            "file-endpoint-link-local"},
        Bad{"0.0.0.0", "no peer can send to the unspecified address", "file-endpoint-unspecified"},
        Bad{"::", "no peer can send to the unspecified address", "file-endpoint-unspecified"},
        Bad{"ff02::1", "a multicast address is no endpoint", "file-endpoint-multicast"},
        Bad{"a..b", "\"a..b\" has an empty part between dots", "file-endpoint-name-part-empty"},
        Bad{"-a.b", "a part of \"-a.b\" begins with a dash", "file-endpoint-name-part-unfit"},
        Bad{"a/b", "expected a host name or an address, found \"a/b\"", "file-host-malformed"}}));

TEST(CheckProxyJump, TakesAChain) {
  EXPECT_NO_THROW(check_proxy_jump("none"));
  EXPECT_NO_THROW(check_proxy_jump("a"));
  EXPECT_NO_THROW(check_proxy_jump("u@a:22,[::1]:22,b"));
  EXPECT_THROW(check_proxy_jump(""), Error);
  EXPECT_THROW(check_proxy_jump("a,"), Error);
  EXPECT_THROW(check_proxy_jump("a,-x"), Error);
}

}  // namespace
}  // namespace wgmesh::destination_test
