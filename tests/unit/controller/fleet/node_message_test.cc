#include "controller/fleet/node_message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/error.h"

namespace wgmesh::node_message_test {
namespace {

using ::testing::HasSubstr;

proto::FromAgent parsed(const proto::FromAgent& message) {
  return parse_node_message(message.SerializeAsString());
}

TEST(NodeMessage, WhatIsInOrderComesAsItIs) {
  proto::FromAgent message;
  proto::Hello& hello = *message.mutable_hello();
  hello.set_public_key(std::string(32, '\x1b'));
  hello.set_kernel_release("6.1.0-ü");
  hello.add_routes()->set_error("no route\nat all");
  EXPECT_EQ(parsed(message).SerializeAsString(), message.SerializeAsString());
}

TEST(NodeMessage, NoTextReachesATerminalThatWouldObeyIt) {
  proto::FromAgent message;
  message.mutable_hello()->add_warnings("\x1b]0;title\x07");
  EXPECT_EQ(parsed(message).hello().warnings(0), "\\x1b]0;title\\x07");
  message.mutable_status()->add_ports()->set_peer("a\rb");
  EXPECT_EQ(parsed(message).status().ports(0).peer(), "a\\x0db");
  message.mutable_error()->set_message(
      "\xc2\x9b"
      "2J");
  EXPECT_EQ(parsed(message).error().message(), "\\xc2\\x9b2J");
}

TEST(NodeMessage, GarbageIsAnError) {
  for (const std::string& octets :
       {std::string(), std::string("\xff\xff\xff"), std::string("\x0a\x7f", 2)}) {
    try {
      parse_node_message(octets);
      ADD_FAILURE() << octets.size();
    } catch (const Error& error) {
      EXPECT_EQ(error.message(), "garbage from the node instead of a message");
      EXPECT_EQ(error.id(), "node-message-garbage");
    }
  }
}

TEST(NodeMessage, ListsAndTextsAreBounded) {
  proto::FromAgent many;
  for (int i = 0; i <= 16384; ++i) { many.mutable_changes()->add_changes(); }
  try {
    parsed(many);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.message(), HasSubstr("16385 wgmesh.proto.Changes.changes"));
    EXPECT_EQ(error.id(), "node-message-oversized");
  }
  proto::FromAgent large;
  large.mutable_changes()->add_changes()->set_text(std::string((512u << 10) + 1, 'x'));
  EXPECT_THROW(parsed(large), Error);
  proto::FromAgent sentences;
  for (int i = 0; i <= 256; ++i) { sentences.mutable_hello()->add_problems("p"); }
  EXPECT_THROW(parsed(sentences), Error);
  proto::FromAgent ids;
  for (int i = 0; i <= 256; ++i) { ids.mutable_hello()->add_warning_ids("some-id"); }
  EXPECT_THROW(parsed(ids), Error);
  proto::FromAgent key;
  key.mutable_hello()->set_public_key(std::string((512u << 10) + 1, 'x'));
  EXPECT_THROW(parsed(key), Error);
  // Together they are too large, though each is within its bound.
  proto::FromAgent sum;
  for (int i = 0; i < 20; ++i) { sum.mutable_committed()->add_notes(std::string(256u << 10, 'x')); }
  EXPECT_THROW(parsed(sum), Error);
}

TEST(NodeMessage, WhatNobodyCouldReadIsCut) {
  const std::string megabyte(1u << 20, 'x');
  proto::FromAgent message;
  message.mutable_hello()->add_warnings(megabyte);
  message.mutable_hello()->set_undone(megabyte);
  EXPECT_EQ(parsed(message).hello().warnings(0),
            std::string(4096, 'x') + "… (1044480 octets more)");
  EXPECT_LT(parsed(message).hello().undone().size(), 5000u);
  message.mutable_error()->set_message(megabyte);
  EXPECT_LT(parsed(message).error().message().size(), 5000u);
  // A command is shown whole.
  message.mutable_changes()->add_changes()->set_text(std::string(100'000, 'x'));
  EXPECT_EQ(parsed(message).changes().changes(0).text().size(), 100'000u);
}

// Unknown groups in groups: nothing that a message of ours has, and a way to exhaust the stack.
TEST(NodeMessage, DepthIsBounded) {
  std::string nested;
  for (int i = 0; i < 100; ++i) { nested += static_cast<char>((15 << 3) | 3); }
  for (int i = 0; i < 100; ++i) { nested += static_cast<char>((15 << 3) | 4); }
  proto::FromAgent message;
  message.mutable_undone();
  EXPECT_NO_THROW(parsed(message));
  EXPECT_THROW(parse_node_message(message.SerializeAsString() + nested), Error);
}

}  // namespace
}  // namespace wgmesh::node_message_test
