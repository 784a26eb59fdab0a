#include "agent/netlink/attributes.h"

#include <gmock/gmock.h>

#include <vector>

#include "agent/netlink/netlink_message.h"
#include "common/error.h"

namespace wgmesh::attributes_test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Property;
using testing::Throws;

auto throws_error(const std::string& id, const std::string& message) {
  return Throws<Error>(AllOf(Property(&Error::id, id), Property(&Error::message, message)));
}

std::vector<int> types_of(Octets octets) {
  std::vector<int> types;
  for (const Attribute& attribute : Attributes(octets)) { types.push_back(attribute.type()); }
  return types;
}

TEST(Attributes, ReadsWhatWasPut) {
  NetlinkMessage message(1, 0);
  message.put_u8(1, 200);
  message.put_u16(2, 60'000);
  message.put_u32(3, 4'000'000'000);
  message.put_text(4, "br-test");
  message.put_ip_address(5, *parse_ip("fd00::1"));
  {
    const Nest nest(message, 6);
    message.put(7, {});
  }
  message.put_u8(8, 1);

  std::vector<Attribute> read;
  for (const Attribute& attribute : Attributes(message.payload())) { read.push_back(attribute); }
  ASSERT_EQ(read.size(), 7u);
  EXPECT_EQ(read[0].u8(), 200);
  EXPECT_EQ(read[1].u16(), 60'000);
  EXPECT_EQ(read[2].u32(), 4'000'000'000);
  EXPECT_EQ(read[3].text(), "br-test");
  EXPECT_EQ(read[4].ip_address(), parse_ip("fd00::1"));
  EXPECT_EQ(read[5].type(), 6);  // without the nested flag
  EXPECT_THAT(types_of(read[5].payload()), ElementsAre(7));
  EXPECT_EQ(read[6].type(), 8);
}

TEST(Attributes, OfTheWrongSizeAreErrors) {
  const std::vector<std::uint8_t> octets{6, 0, 1, 0, 7, 7, 0, 0};
  const Attribute attribute = *Attributes(octets).begin();
  EXPECT_EQ(attribute.u16(), 0x0707);
  EXPECT_THROW(attribute.u8(), Error);
  EXPECT_THAT(
      [&] { attribute.u32(); },
      throws_error("netlink-attribute-malformed", "netlink attribute 1 has 2 octets instead of 4"));
  EXPECT_THROW(attribute.u64(), Error);
  EXPECT_THROW(attribute.ip_address(), Error);
}

TEST(Attributes, TextEndsAtItsNulOrAtItsEnd) {
  const std::vector<std::uint8_t> octets{8, 0, 1, 0, 'a', 'b', 0, 'c', 6, 0, 2, 0, 'd', 'e', 0, 0};
  std::vector<std::string> texts;
  for (const Attribute& attribute : Attributes(octets)) { texts.push_back(attribute.text()); }
  EXPECT_THAT(texts, ElementsAre("ab", "de"));
}

TEST(Attributes, ImpossibleLengthsAreErrors) {
  EXPECT_THROW(types_of(std::vector<std::uint8_t>{3, 0, 1, 0}), Error);  // less than a header
  EXPECT_THROW(types_of(std::vector<std::uint8_t>{0, 0, 0, 0}), Error);  // would never end
  EXPECT_THROW(types_of(std::vector<std::uint8_t>{9, 0, 1, 0, 1, 2, 3, 4}), Error);
}

TEST(Attributes, PaddingAtTheEndMayBeMissing) {
  EXPECT_THAT(types_of(std::vector<std::uint8_t>{5, 0, 1, 0, 1}), ElementsAre(1));
  EXPECT_THAT(types_of(std::vector<std::uint8_t>{5, 0, 1, 0, 1, 0, 0}), ElementsAre(1));
  EXPECT_THAT(types_of(std::vector<std::uint8_t>{}), ElementsAre());
}

TEST(Attributes, HeaderIsReadAndItsPaddingSkipped) {
  struct Header {
    std::uint8_t octets[5];
  };
  const std::vector<std::uint8_t> octets{1, 2, 3, 4, 5, 0, 0, 0, 5, 0, 9, 0, 1};
  Octets rest;
  EXPECT_EQ(read_header<Header>(octets, rest).octets[4], 5);
  EXPECT_THAT(types_of(rest), ElementsAre(9));
  EXPECT_THAT(
      [&] { read_header<Header>(Octets(octets).first(4), rest); },
      throws_error("netlink-message-malformed", "netlink message of 4 octets is too short"));
}

TEST(NetlinkMessage, ThatIsFullIsAnError) {
  NetlinkMessage message(1, 0, 64);
  EXPECT_THAT([&] { message.put_text(1, std::string(100, 'x')); },
              throws_error("netlink-message-full", "netlink message is full"));
}

}  // namespace
}  // namespace wgmesh::attributes_test
