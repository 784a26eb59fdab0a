// Between a node's promise to wait and the commit: what it obeys, and what makes it undo.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/store/atomic_file.h"
#include "agent/store/journal.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/test_node.h"
#include "tests/unit/agent/disk_faults.h"

namespace wgmesh::serve_hold_test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ServeHold : public testing::Test {
 protected:
  ~ServeHold() override { disk::stop_watching(); }

  State seen() { return node.kernel.observe({"test", {}, {}}).state; }

  // A session that has applied a first `up`.
  void apply(TestSession& session, std::uint32_t confirm_timeout = 60) {
    proto::Open open = open_for(plan);
    open.set_confirm_timeout(confirm_timeout);
    ASSERT_TRUE(session.open(open).knows_hold());
    session.make_secrets(plan);
    session.propose(proto::UP, &plan);
    ASSERT_TRUE(session.apply().has_applied());
  }

  void expect_committed() {
    EXPECT_EQ(seen().tunnels.size(), 3u);
    EXPECT_TRUE(node.store().load("test").mesh.plan);
    EXPECT_FALSE(Journal(node.store(), "test").open());
  }
  void expect_undone() {
    EXPECT_EQ(seen(), State{});
    EXPECT_FALSE(node.store().load("test").mesh.plan);
    EXPECT_FALSE(Journal(node.store(), "test").open());
  }

  TestNode node;
  const proto::Plan plan = plan_with_addresses();
};

TEST_F(ServeHold, CommitsWhatItHolds) {
  TestSession session(node);
  apply(session);
  ASSERT_TRUE(session.hold().has_held());
  EXPECT_TRUE(session.commit_at_once().has_committed());
  EXPECT_EQ(session.close(), 0);
  expect_committed();
}

TEST_F(ServeHold, CommitsNothingThatItDoesNotHold) {
  TestSession session(node);
  apply(session);
  const auto answer = session.commit_at_once();
  EXPECT_THAT(answer.error().message(), HasSubstr("commit before hold"));
  EXPECT_TRUE(answer.error().undone());
  session.close();
  expect_undone();
}

TEST_F(ServeHold, HasItsPlace) {
  EXPECT_EQ(TestSession(node).hold().error().kind(), proto::Error::PROTOCOL);
  {
    TestSession session(node);
    session.propose_from_the_start(plan);
    EXPECT_THAT(session.hold().error().message(), HasSubstr("hold without apply"));
  }
  {
    TestSession session(node);
    apply(session);
    ASSERT_TRUE(session.hold().has_held());
    EXPECT_THAT(session.hold().error().message(), HasSubstr("second hold"));
  }
  TestSession session(node);
  apply(session);
  ASSERT_TRUE(session.hold().has_held());
  ASSERT_TRUE(session.commit_at_once().has_committed());
  EXPECT_THAT(session.hold().error().message(), HasSubstr("hold without apply"));
}

// A controller of a release that does not ask for it.
TEST_F(ServeHold, IsAskedForAtOpenAlready) {
  TestSession session(node);
  proto::ToAgent message;
  *message.mutable_open() = open_for(plan);
  message.mutable_open()->set_holds(false);
  const auto answer = session.ask(message);
  EXPECT_EQ(answer.error().kind(), proto::Error::PROTOCOL);
  EXPECT_THAT(answer.error().cure(), HasSubstr("of one release"));
  EXPECT_EQ(answer.error().id(), "session-without-hold");
  TestSession reader(node);
  message.mutable_open()->set_changes_state(false);
  EXPECT_TRUE(reader.ask(message).has_hello());
}

TEST_F(ServeHold, ReadsTheKernelAgain) {
  TestSession session(node);
  apply(session);
  node.kernel.interfaces().at("br-test").bridge.priority = 1;
  const auto answer = session.hold();
  EXPECT_THAT(answer.error().message(), HasSubstr("this is still to do"));
  EXPECT_EQ(answer.error().id(), "change-still-due");
  EXPECT_EQ(answer.error().step(), "hold");
  EXPECT_TRUE(answer.error().undone());
  session.close();
  expect_undone();
}

TEST_F(ServeHold, ReadsTheFilesAgain) {
  for (const char* file : {"private_key.next", "preshared_keys.next", "journal.undo"}) {
    TestSession session(node);
    apply(session);
    ASSERT_TRUE(remove_file(node.store().folder("test") + "/" + file)) << file;
    const auto answer = session.hold();
    EXPECT_THAT(answer.error().message(), HasSubstr(file));
    session.close();
    expect_undone();
  }
}

TEST_F(ServeHold, PromisesNothingWhenTheDiskDoesNotSync) {
  TestSession session(node);
  apply(session);
  make_folder(node.folder.path() + "/kept");
  disk::watch(node.this_node.paths.state, node.folder.path() + "/kept");
  disk::fail_at(1, EIO, false);
  EXPECT_TRUE(session.hold().error().undone());
  disk::stop_watching();
  session.close();
  expect_undone();
}

// The commit is one rename, and so is what follows of each file.
TEST_F(ServeHold, CommitsOnADiskThatIsFullSince) {
  TestSession session(node);
  apply(session);
  ASSERT_TRUE(session.hold().has_held());
  make_folder(node.folder.path() + "/kept");
  disk::watch(node.this_node.paths.state, node.folder.path() + "/kept");
  disk::fill();
  EXPECT_TRUE(session.commit_at_once().has_committed());
  disk::stop_watching();
  EXPECT_EQ(session.close(), 0);
  expect_committed();
}

// It cannot commit, and says so: the controller hears it instead of `committed`.
TEST_F(ServeHold, SaysThatItHasUndoneWhenTheDiskIsReadOnlySince) {
  TestSession session(node);
  apply(session);
  ASSERT_TRUE(session.hold().has_held());
  make_folder(node.folder.path() + "/kept");
  disk::watch(node.this_node.paths.state, node.folder.path() + "/kept");
  disk::fail_at(1, EROFS, false);
  const auto answer = session.commit_at_once();
  EXPECT_EQ(answer.error().step(), "commit");
  EXPECT_TRUE(answer.error().undone()) << answer.error().message();
  disk::stop_watching();
  session.close();
  expect_undone();
}

TEST_F(ServeHold, EndsWithTheControllerWhateverItPromised) {
  TestSession session(node);
  apply(session);
  ASSERT_TRUE(session.hold().has_held());
  EXPECT_EQ(session.close(), 1);
  expect_undone();
}

TEST_F(ServeHold, UndoesWhenThePromiseHasRunOut) {
  TestSession session(node);
  apply(session, 1);
  const auto start = std::chrono::steady_clock::now();
  ASSERT_TRUE(session.hold().has_held());
  const auto told = session.receive();
  ASSERT_TRUE(told && told->has_undone());
  EXPECT_GE(std::chrono::steady_clock::now() - start, 1s);
  EXPECT_THAT(told->undone().error(), IsEmpty());
  expect_undone();
}

// ---- a machine that slept (the session's clock jumps) ----

TEST_F(ServeHold, ObeysACommitThatItReadsWhenItWakesHoweverLate) {
  TestSession session(node);
  apply(session);
  ASSERT_TRUE(session.hold().has_held());
  node.slept = 3 * 60'000ms;
  EXPECT_TRUE(session.commit_at_once().has_committed());
  EXPECT_EQ(session.close(), 0);
  expect_committed();
}

TEST_F(ServeHold, UndoesASecondAfterItWokeUpTooLate) {
  TestSession session(node);
  apply(session);
  ASSERT_TRUE(session.hold().has_held());
  node.slept = 3 * 60'000ms;
  const auto told = session.receive();
  ASSERT_TRUE(told && told->has_undone());
  expect_undone();
}

TEST_F(ServeHold, AnswersHeartbeatsAtAnyTime) {
  TestSession session(node);
  proto::ToAgent beat;
  beat.mutable_heartbeat();
  EXPECT_TRUE(session.ask(beat).has_alive());
  apply(session);
  EXPECT_TRUE(session.ask(beat).has_alive());
  ASSERT_TRUE(session.hold().has_held());
  EXPECT_TRUE(session.ask(beat).has_alive());
  EXPECT_TRUE(session.commit_at_once().has_committed());
}

}  // namespace
}  // namespace wgmesh::serve_hold_test
