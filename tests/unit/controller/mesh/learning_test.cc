#include "controller/mesh/learning.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wgmesh::learning_test {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

LearnedLink link_at(const char* first, const char* second) {
  return {parse_socket_address(first), parse_socket_address(second)};
}

const LinkName kAb{"a", "b"};
const LinkName kAc{"a", "c"};
const LearnedLink kLocal = link_at("192.168.1.1:1", "192.168.1.2:2");
const LearnedLink kOutside = link_at("203.0.113.1:1", "203.0.113.1:2");
const NoLink kTried{NoLink::Why::kNoHandshake, "", "tried"};
const NoLink kPort{NoLink::Why::kPortDiffers, "c", "c at 203.0.113.3"};

TEST(Learning, TriesOnePlaceAfterTheOtherAndThenTakesTheLinkBack) {
  Learning learning({}, {{kAb, {{kLocal, seconds(5)}, {kOutside, seconds(15)}}, kTried}});
  EXPECT_EQ(learning.wanted().links.at(kAb), kLocal);
  EXPECT_EQ(learning.patience(), seconds(5));
  EXPECT_TRUE(learning.conclude({}));
  EXPECT_EQ(learning.wanted().links.at(kAb), kOutside);
  EXPECT_EQ(learning.patience(), seconds(15));
  EXPECT_TRUE(learning.conclude({}));
  EXPECT_THAT(learning.wanted().links, IsEmpty());
  EXPECT_EQ(learning.wanted().no_links.at(kAb), kTried);
  EXPECT_THAT(learning.tried(), IsEmpty());
  EXPECT_FALSE(learning.conclude({}));
}

TEST(Learning, EndsWithTheLastHandshake) {
  Learning learning({}, {{kAb, {{kOutside, seconds(15)}}, kTried}});
  EXPECT_THAT(learning.tried(), ElementsAre(kAb));
  EXPECT_FALSE(learning.conclude({kAb}));
  EXPECT_EQ(learning.wanted().links.at(kAb), kOutside);
}

TEST(Learning, StoresWhatIsKnownBeforehandBesideWhatIsTried) {
  Learned known;
  known.links[{"x", "y"}] = kLocal;
  known.no_links[kAb] = kPort;
  Learning learning(known, {{kAb, {{kOutside, seconds(15)}}, kTried}, {kAc, {}, kPort}});
  EXPECT_EQ(learning.wanted().links.size(), 2u);
  EXPECT_FALSE(learning.wanted().no_links.contains(kAb));
  EXPECT_EQ(learning.wanted().no_links.at(kAc), kPort);
  EXPECT_THAT(learning.tried(), ElementsAre(kAb));
}

TEST(Learning, ALinkThatWorksStaysWhenAnotherIsTakenBack) {
  Learning learning(
      {}, {{kAb, {{kOutside, seconds(15)}}, kTried}, {kAc, {{kLocal, seconds(15)}}, kTried}});
  EXPECT_TRUE(learning.conclude({kAc}));
  EXPECT_EQ(learning.wanted().links.at(kAc), kLocal);
  EXPECT_FALSE(learning.wanted().links.contains(kAb));
  EXPECT_EQ(learning.wanted().no_links.at(kAb), kTried);
}

}  // namespace
}  // namespace wgmesh::learning_test
