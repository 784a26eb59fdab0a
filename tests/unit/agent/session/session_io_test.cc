#include "agent/session/session_io.h"

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <thread>

#include "common/error.h"

namespace wgmesh::session_io_test {
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

// A clock that has jumped between the first look and the second.
SessionIo::Clock clock_that_jumps(std::chrono::milliseconds by) {
  return [by, looks = 0]() mutable {
    return BootClock::now() + (looks++ == 0 ? std::chrono::milliseconds(0) : by);
  };
}

void send_heartbeat(const UniqueFd& end) {
  const std::string octets = heartbeat();
  EXPECT_EQ(::send(end.get(), octets.data(), octets.size(), 0),
            static_cast<ssize_t>(octets.size()));
}

TEST(SessionIo, ReadsWhatHasArrivedBeforeItLooksAtItsClock) {
  Ends ends;
  UniqueFd out(::dup(ends.ours.get()));
  SessionIo io(std::move(ends.ours), std::move(out), -1, clock_that_jumps(1h));
  send_heartbeat(ends.theirs);
  EXPECT_TRUE(std::get<proto::ToAgent>(io.read(1s)).has_heartbeat());
  // Not only what was there, but also what is behind it.
  EXPECT_EQ(std::get<Ended>(io.read(20ms)), Ended::kSilent);
}

TEST(SessionIo, WaitsALittleMoreAfterASleepThatWasTooLong) {
  for (const bool comes : {true, false}) {
    Ends ends;
    UniqueFd out(::dup(ends.ours.get()));
    SessionIo io(std::move(ends.ours), std::move(out), -1, clock_that_jumps(1h));
    const std::jthread peer([&] {
      std::this_thread::sleep_for(50ms);
      if (comes) { send_heartbeat(ends.theirs); }
    });
    const auto start = std::chrono::steady_clock::now();
    const auto read = io.read(1s, {}, comes ? 20s : 100ms);
    EXPECT_EQ(std::holds_alternative<proto::ToAgent>(read), comes);
    if (!comes) { EXPECT_GE(std::chrono::steady_clock::now() - start, 100ms); }
  }
}

TEST(SessionIo, ASleepThatWasNotTooLongChangesNothing) {
  Ends ends;
  UniqueFd out(::dup(ends.ours.get()));
  SessionIo io(std::move(ends.ours), std::move(out), -1, clock_that_jumps(950ms));
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(std::get<Ended>(io.read(1s, {}, 20s)), Ended::kSilent);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 900ms);
}

// The signal ends the session, but what was said before it counts.
TEST(SessionIo, ObeysWhatHasArrivedWhenASignalComes) {
  Ends ends;
  UniqueFd out(::dup(ends.ours.get()));
  const UniqueFd signal(::eventfd(1, EFD_CLOEXEC));
  SessionIo io(std::move(ends.ours), std::move(out), signal.get());
  send_heartbeat(ends.theirs);
  EXPECT_TRUE(std::get<proto::ToAgent>(io.read(1s)).has_heartbeat());
  EXPECT_EQ(std::get<Ended>(io.read(1s)), Ended::kStopped);
}

TEST(SessionIo, AControllerThatTakesNothingIsGivenUp) {
  Ends ends;
  SessionIo io = io_over(ends);
  io.set_write_patience(50ms);
  proto::FromAgent message;
  message.mutable_applied();
  message.mutable_hello()->set_agent_version(std::string(4u << 20, 'x'));
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(io.write(message));
  EXPECT_LT(std::chrono::steady_clock::now() - start, 20s);
  EXPECT_EQ(std::get<Ended>(io.read(1s)), Ended::kClosed);
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
}  // namespace wgmesh::session_io_test
