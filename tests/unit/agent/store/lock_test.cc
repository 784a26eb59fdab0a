#include "agent/store/lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <thread>

#include "agent/store/atomic_file.h"
#include "tests/support/agent/test_node.h"

namespace wgmesh::lock_test {
namespace {

using namespace std::chrono_literals;

Holder session(std::uint64_t number) { return {"root@ci", number, 1700000000, 42}; }

// Runs `end` once a session is waiting for `held`, then frees the lock.
MeshLock wait_for(std::optional<MeshLock>& held, const std::string& folder, const Holder& me,
                  const std::function<void(MeshLock&)>& end) {
  std::atomic<bool> waiting = false;
  const std::jthread release([&] {
    while (!waiting) { std::this_thread::sleep_for(1ms); }
    end(*held);
    held.reset();
  });
  return MeshLock(folder, "test", me, 20s, [&] {
    waiting = true;
    return false;
  });
}

TEST(MeshLock, HolderLineRoundTrip) {
  EXPECT_EQ(parse_holder(put_holder(session(7))), session(7));
  EXPECT_EQ(parse_holder(""), std::nullopt);
  EXPECT_EQ(parse_holder("42 7 1700000000 root@ci"), std::nullopt);  // half written
  EXPECT_EQ(parse_holder("42 x 1700000000 root@ci\n"), std::nullopt);
  Holder hostile = session(7);
  hostile.origin = "a\nb\x1b[2J";
  EXPECT_THAT(put_holder(hostile), ::testing::HasSubstr("a?b?[2J\n"));
}

// Nobody but root can write there; a link may be older than that rule.
TEST(MeshLock, FollowsNoLink) {
  const TemporaryFolder folder;
  const std::string victim = folder.path() + "/victim";
  write_file(victim, "theirs");
  ASSERT_EQ(::symlink(victim.c_str(), (folder.path() + "/test.lock").c_str()), 0);
  EXPECT_THROW(MeshLock(folder.path(), "test", session(1), 1s), SystemError);
  EXPECT_EQ(read_file(victim), "theirs");
}

TEST(MeshLock, TheYoungerDiesAtOnceAndSaysWhoHoldsIt) {
  const TemporaryFolder folder;
  const MeshLock held(folder.path(), "test", session(5), 1s);
  const auto start = std::chrono::steady_clock::now();
  try {
    MeshLock(folder.path(), "test", session(6), 20s);
    FAIL();
  } catch (const Locked& locked) {
    EXPECT_THAT(locked.what(),
                ::testing::HasSubstr("locked by root@ci since 2023-11-14 22:13:20 UTC"));
    EXPECT_EQ(locked.id(), "store-lock-held");
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
}

// Two nodes of one mesh file that are one machine.
TEST(MeshLock, ASessionThatMeetsItselfIsNoOther) {
  const TemporaryFolder folder;
  const MeshLock held(folder.path(), "test", session(5), 1s);
  try {
    MeshLock(folder.path(), "test", session(5), 20s);
    FAIL();
  } catch (const LockedByItself& error) {
    EXPECT_EQ(error.id(), "store-lock-same-run");
    EXPECT_THAT(error.what(), ::testing::HasSubstr("another node of the mesh"));
    EXPECT_THAT(error.cure(), ::testing::HasSubstr("two nodes of the mesh file"));
  }
}

TEST(MeshLock, TheOlderWaitsUntilItIsFree) {
  const TemporaryFolder folder;
  std::optional<MeshLock> held(std::in_place, folder.path(), "test", session(5), 1s);
  const MeshLock mine = wait_for(held, folder.path(), session(4), [](MeshLock&) {});
  EXPECT_FALSE(MeshLock::try_take(folder.path(), "test", session(1)));
}

TEST(MeshLock, NobodyWaitsForOneThatGoesOn) {
  const TemporaryFolder folder;
  MeshLock held(folder.path(), "test", session(5), 1s);
  held.set_number(kGoesOn);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THROW(MeshLock(folder.path(), "test", session(4), 20s), Locked);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
}

TEST(MeshLock, WhoHasWaitedForOneThatWentOnHasLost) {
  const TemporaryFolder folder;
  std::optional<MeshLock> held(std::in_place, folder.path(), "test", session(5), 1s);
  EXPECT_THROW(
      wait_for(held, folder.path(), session(4), [](MeshLock& l) { l.set_number(kGoesOn); }),
      Locked);
  held.emplace(folder.path(), "test", session(5), 1s);
  EXPECT_THROW(wait_for(held, folder.path(), session(4), [](MeshLock& l) { l.remove_file(); }),
               Locked);
  // Its line is no hindrance to who comes later.
  const MeshLock next(folder.path(), "test", session(9), 1s);
}

TEST(MeshLock, EverybodyWaitsForOneThatEndsSoon) {
  const TemporaryFolder folder;
  std::optional<MeshLock> held(std::in_place, folder.path(), "test", session(5), 1s);
  held->set_number(kGoesOn);
  held->set_number(kEndsSoon);
  const MeshLock mine = wait_for(held, folder.path(), session(9), [](MeshLock&) {});
  EXPECT_FALSE(MeshLock::try_take(folder.path(), "test", session(1)));
}

TEST(MeshLock, GivesUpWhenAsked) {
  const TemporaryFolder folder;
  const MeshLock held(folder.path(), "test", session(5), 1s);
  EXPECT_THROW(MeshLock(folder.path(), "test", session(4), 60s, [] { return true; }), Locked);
}

TEST(MeshLock, ARemovedFileIsNoLock) {
  const TemporaryFolder folder;
  const std::string run = folder.path() + "/run";
  std::optional<MeshLock> held(std::in_place, run, "test", session(5), 1s);
  held->remove_file();
  EXPECT_TRUE(remove_folder_if_empty(run));
  held.reset();
  const MeshLock next(run, "test", session(9), 1s);
  EXPECT_FALSE(MeshLock::try_take(run, "test", session(1)));
}

TEST(MeshLock, MeshesDoNotMeet) {
  const TemporaryFolder folder;
  const MeshLock a(folder.path(), "a", session(5), 1s);
  const MeshLock b(folder.path(), "b", session(6), 1s);
}

}  // namespace
}  // namespace wgmesh::lock_test
