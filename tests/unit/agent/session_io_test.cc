#include "agent/session_io.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "common/error.h"

namespace wgmesh {
namespace {

using namespace std::chrono_literals;

struct Ends {
  Ends() {
    int fds[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    theirs.reset(fds[0]);
    ours.reset(fds[1]);
  }
  UniqueFd theirs;
  UniqueFd ours;
};

std::string heartbeat() {
  proto::ToAgent message;
  message.mutable_heartbeat();
  return encode_frame(message.SerializeAsString());
}

SessionIo io_over(Ends& ends) {
  UniqueFd out(::dup(ends.ours.get()));
  return SessionIo(std::move(ends.ours), std::move(out));
}

TEST(SessionIo, ReadsMessagesThenTheEnd) {
  Ends ends;
  SessionIo io = io_over(ends);
  const std::string two = heartbeat() + heartbeat();
  ASSERT_EQ(::send(ends.theirs.get(), two.data(), two.size(), 0), static_cast<ssize_t>(two.size()));
  EXPECT_FALSE(io.ended());
  ends.theirs.reset();
  EXPECT_TRUE(io.ended());
  EXPECT_TRUE(std::get<proto::ToAgent>(io.read(1s)).has_heartbeat());
  EXPECT_TRUE(std::get<proto::ToAgent>(io.read(1s)).has_heartbeat());
  EXPECT_EQ(std::get<Ended>(io.read(1s)), Ended::kClosed);
}

TEST(SessionIo, SilenceIsBoundedEvenWhenOctetsTrickle) {
  Ends ends;
  SessionIo io = io_over(ends);
  ASSERT_EQ(::send(ends.theirs.get(), "\x05", 1, 0), 1);
  EXPECT_EQ(std::get<Ended>(io.read(50ms)), Ended::kSilent);
}

TEST(SessionIo, WritingToNobodyIsNoSignalAndNoException) {
  ::signal(SIGPIPE, SIG_IGN);
  Ends ends;
  SessionIo io = io_over(ends);
  ends.theirs.reset();
  proto::FromAgent message;
  message.mutable_applied();
  EXPECT_FALSE(io.write(message));
  EXPECT_EQ(std::get<Ended>(io.read(1s)), Ended::kClosed);
}

TEST(SessionIo, BoundsNestingAndSize) {
  proto::ToAgent message;
  message.mutable_open()->set_mesh(std::string(3u << 20, 'x'));
  EXPECT_FALSE(parse_message(message.SerializeAsString()));
  // Unknown groups, one in the other: the parser must not follow them down the stack.
  EXPECT_FALSE(parse_message(std::string(100'000, '\x0b')));
  EXPECT_FALSE(parse_message(""));
  EXPECT_FALSE(parse_message("\x01"));
}

}  // namespace
}  // namespace wgmesh
