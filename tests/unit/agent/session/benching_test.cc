// A bench as a controller asks for it, in whole sessions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <ctime>

#include "agent/store/lock.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/test_node.h"

namespace wgmesh::benching_test {
namespace {

using testing::HasSubstr;

class ABenchSession : public testing::Test {
 protected:
  ABenchSession() { bring_up(node_, plan_); }

  static proto::Open reading(const proto::Plan& plan) {
    proto::Open open = open_for(plan);
    open.set_changes_state(false);
    return open;
  }
  static void put_path(proto::BenchPath& path) {
    path.set_token(std::string(32, 't'));
    path.set_own("fd00:0:0:1::1");
    path.set_peer("fd00:0:0:1::2");
  }
  static proto::ToAgent receive() {
    proto::ToAgent message;
    put_path(*message.mutable_bench_receive()->mutable_path());
    message.mutable_bench_receive()->set_duration(1000);
    message.mutable_bench_receive()->set_most_octets(1000);
    return message;
  }
  static proto::ToAgent send(std::uint32_t port = 4000) {
    proto::ToAgent message;
    put_path(*message.mutable_bench_send()->mutable_path());
    message.mutable_bench_send()->set_tcp_port(port);
    message.mutable_bench_send()->set_udp_port(port);
    return message;
  }

  const proto::Plan plan_ = plan_with_addresses();
  TestNode node_;
};

// The fake kernel's bridge is not one of this machine.
TEST_F(ABenchSession, IsBoundToTheBridge) {
  TestSession session(node_);
  session.open(reading(plan_));
  for (const proto::ToAgent& wanted : {receive(), send()}) {
    const proto::FromAgent answer = session.ask(wanted);
    EXPECT_EQ(answer.error().kind(), proto::Error::FAILED);
    EXPECT_EQ(answer.error().step(), "bench");
    EXPECT_EQ(answer.error().message(), "bind to br-test: No such device");
  }
  EXPECT_EQ(session.close(), 0);  // it went on
}

TEST_F(ABenchSession, IsRefusedWhileAnotherControllerChangesTheMesh) {
  TestSession session(node_);
  session.open(reading(plan_));
  const Holder ann{"ann@desk", 7, std::time(nullptr), ::getpid()};
  const MeshLock lock(node_.this_node.paths.run, "test", ann, std::chrono::seconds(1));
  for (const proto::ToAgent& wanted : {receive(), send()}) {
    const proto::FromAgent answer = session.ask(wanted);
    EXPECT_EQ(answer.error().kind(), proto::Error::REFUSED);
    EXPECT_EQ(answer.error().id(), "bench-change-open");
    EXPECT_THAT(answer.error().message(),
                HasSubstr("while a change of the mesh goes on here: locked by ann@desk since "));
  }
}

TEST_F(ABenchSession, LeavesTheLockToWhoeverChangesTheMesh) {
  TestSession session(node_);
  session.open(reading(plan_));
  session.ask(receive());
  const Holder ann{"ann@desk", 7, std::time(nullptr), ::getpid()};
  EXPECT_TRUE(MeshLock::try_take(node_.this_node.paths.run, "test", ann));
}

TEST_F(ABenchSession, IsRefusedInTheMiddleOfAChange) {
  TestSession session(node_);
  session.open(open_for(plan_));
  const auto changes = session.propose(proto::UP, &plan_);
  ASSERT_TRUE(changes.has_changes());
  const proto::FromAgent answer = session.ask(receive());
  EXPECT_EQ(answer.error().kind(), proto::Error::PROTOCOL);
  EXPECT_EQ(answer.error().id(), "session-message-misplaced");
  EXPECT_EQ(answer.error().message(), "bench in a session that changes the node");
}

TEST_F(ABenchSession, WantsPorts) {
  TestSession session(node_);
  session.open(reading(plan_));
  for (const std::uint32_t port : {0U, 65536U}) {
    EXPECT_EQ(session.ask(send(port)).error().id(), "bench-port-invalid");
  }
}

TEST_F(ABenchSession, NeverTellsTheToken) {
  TestSession session(node_);
  session.open(reading(plan_));
  EXPECT_THAT(session.ask(receive()).SerializeAsString(), testing::Not(HasSubstr("tttt")));
}

}  // namespace
}  // namespace wgmesh::benching_test
