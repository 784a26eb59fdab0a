#include "controller/ssh/proxy_complaint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wgmesh::proxy_complaint_test {
namespace {

using ::testing::HasSubstr;

TEST(ProxyComplaint, ABannerIsNone) {
  EXPECT_EQ(proxy_complaint("", "gw", "n port 22"), std::nullopt);
  EXPECT_EQ(proxy_complaint("Authorised users only.\r\n", "gw", "n port 22"), std::nullopt);
}

TEST(ProxyComplaint, AConnectionThatTheLastHopCannotMake) {
  const Said said = *proxy_complaint(
      "Authorised users only.\nAll activity is logged.\n"
      "channel 0: open failed: connect failed: Connection refused\r\nstdio forwarding failed\r\n"
      "Connection reset by peer\n",
      "gw", "n port 22");
  EXPECT_EQ(said.text, "connect to n port 22 by way of gw: connect failed: Connection refused");
  EXPECT_EQ(said.cure, "look whether an SSH server listens at n port 22, as it is reached from gw");
  EXPECT_EQ(said.id, "ssh-jump-goes-no-further");
}

TEST(ProxyComplaint, AHopThatWantsAnswers) {
  const Said key = *proxy_complaint("Hello\nHost key verification failed.\r\n", "gw", "n port 22");
  EXPECT_EQ(key.id, "ssh-jump-refused");
  EXPECT_EQ(key.text, "on the way by gw: Host key verification failed.");
  EXPECT_THAT(key.cure, HasSubstr("BatchMode"));
  EXPECT_THAT(
      proxy_complaint("Hello\r\nme@gw: Permission denied (publickey).\r\n", "gw", "n port 22")
          ->cure,
      HasSubstr("BatchMode"));
}

TEST(ProxyComplaint, AHopThatIsNotReached) {
  const Said said = *proxy_complaint(
      "ssh: Could not resolve hostname gw: Name or service not known\r\n"
      "kex_exchange_identification: Connection closed by remote host\r\n",
      "gw", "n port 22");
  EXPECT_EQ(said.id, "ssh-jump-failed");
  EXPECT_EQ(said.cure, "make `ssh gw true` work");
  EXPECT_EQ(said.text,
            "on the way by gw: ssh: Could not resolve hostname gw: Name or service not known");
}

TEST(ProxyComplaint, OfACommandOfTheUsersTheLastLine) {
  const Said said = *proxy_complaint("hello\nno way\r\n", "", "n port 22");
  EXPECT_EQ(said.text, "no way");
  EXPECT_EQ(said.id, "ssh-proxy-command-failed");
}

}  // namespace
}  // namespace wgmesh::proxy_complaint_test
