#include "agent/locate/locate_packet.h"

#include <gtest/gtest.h>

#include <vector>

namespace wgmesh::locate_packet_test {
namespace {

std::span<const std::uint8_t> octets_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

LocateQuestion question() {
  LocateQuestion question{.nonce = {1, 2, 3, 4, 5, 6, 7, 8}, .key = {}};
  question.key.octets.fill(0x2a);
  return question;
}

TEST(LocatePacket, QuestionsAndAnswersAreReadAsTheyWereWritten) {
  const std::string octets = put_locate_question(question());
  EXPECT_EQ(octets.size(), kLocateQuestionSize);
  EXPECT_EQ(parse_locate_question(octets_of(octets)), question());
  for (const char* const seen : {"203.0.113.9:51820", "[2001:db8::7]:1"}) {
    const LocateAnswer answer{{9, 8, 7}, parse_socket_address(seen)};
    EXPECT_EQ(parse_locate_answer(octets_of(put_locate_answer(answer))), answer) << seen;
  }
  const LocateAnswer unknown{{9, 8, 7}, {}};
  EXPECT_EQ(parse_locate_answer(octets_of(put_locate_answer(unknown))), unknown);
}

TEST(LocatePacket, AnAnswerIsNeverLongerThanItsQuestion) {
  const LocateAnswer answer{{}, parse_socket_address("[2001:db8::7]:65535")};
  EXPECT_EQ(put_locate_answer(answer).size(), kLocateAnswerSize);
  EXPECT_LE(put_locate_answer(answer).size(), put_locate_question(question()).size());
}

TEST(LocatePacket, WhatIsNoQuestionIsNothing) {
  const std::string whole = put_locate_question(question());
  EXPECT_EQ(parse_locate_question({}), std::nullopt);
  EXPECT_EQ(parse_locate_question(octets_of(whole.substr(0, whole.size() - 1))), std::nullopt);
  EXPECT_EQ(parse_locate_question(octets_of(whole + '\0')), std::nullopt);
  std::string other = whole;
  other[7] = '2';
  EXPECT_EQ(parse_locate_question(octets_of(other)), std::nullopt);
  EXPECT_EQ(parse_locate_answer(octets_of(whole)), std::nullopt);
}

TEST(LocatePacket, WhatIsNoAnswerIsNothing) {
  const std::string whole = put_locate_answer({{1}, parse_socket_address("203.0.113.9:51820")});
  const auto with = [&](std::size_t at, char octet) {
    std::string other = whole;
    other[at] = octet;
    return parse_locate_answer(octets_of(other));
  };
  EXPECT_EQ(parse_locate_answer(octets_of(whole.substr(1))), std::nullopt);
  EXPECT_EQ(parse_locate_question(octets_of(whole)), std::nullopt);
  EXPECT_EQ(with(16, 5), std::nullopt);      // no family
  EXPECT_EQ(with(16, 0), std::nullopt);      // nowhere, and yet a place
  EXPECT_EQ(with(17 + 4, 1), std::nullopt);  // an IPv4 address of five octets
  std::string no_port = whole;
  no_port[33] = no_port[34] = 0;
  EXPECT_EQ(parse_locate_answer(octets_of(no_port)), std::nullopt);
  EXPECT_NE(with(17, 1), std::nullopt);
}

}  // namespace
}  // namespace wgmesh::locate_packet_test
