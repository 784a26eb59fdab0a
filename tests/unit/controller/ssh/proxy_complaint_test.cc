#include "controller/ssh/proxy_complaint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wgmesh::proxy_complaint_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ProxyComplaint, ABannerIsNone) {
  EXPECT_EQ(proxy_complaint("", "gw", "n port 22").words, "");
  EXPECT_EQ(proxy_complaint("Authorised users only.\r\n", "gw", "n port 22").words, "");
}

TEST(ProxyComplaint, AConnectionThatTheLastHopCannotMake) {
  const ProxyComplaint said = proxy_complaint(
      "Authorised users only.\nAll activity is logged.\n"
      "channel 0: open failed: connect failed: Connection refused\r\nstdio forwarding failed\r\n"
      "Connection reset by peer\n",
      "gw", "n port 22");
  EXPECT_EQ(said.words, "connect to n port 22 by way of gw: connect failed: Connection refused");
  EXPECT_THAT(said.cure, Not(HasSubstr("questions")));
}

TEST(ProxyComplaint, AHopThatWantsAnswers) {
  const ProxyComplaint key =
      proxy_complaint("Hello\nHost key verification failed.\r\n", "gw", "n port 22");
  EXPECT_EQ(key.words, "on the way by gw: Host key verification failed.");
  EXPECT_THAT(key.cure, HasSubstr("BatchMode"));
  EXPECT_THAT(
      proxy_complaint("Hello\r\nme@gw: Permission denied (publickey).\r\n", "gw", "n port 22").cure,
      HasSubstr("BatchMode"));
}

TEST(ProxyComplaint, AHopThatIsNotReached) {
  EXPECT_EQ(proxy_complaint("ssh: Could not resolve hostname gw: Name or service not known\r\n"
                            "kex_exchange_identification: Connection closed by remote host\r\n",
                            "gw", "n port 22")
                .words,
            "on the way by gw: ssh: Could not resolve hostname gw: Name or service not known");
}

TEST(ProxyComplaint, OfACommandOfTheUsersTheLastLine) {
  EXPECT_EQ(proxy_complaint("hello\nno way\r\n", "", "n port 22").words, "no way");
}

}  // namespace
}  // namespace wgmesh::proxy_complaint_test
