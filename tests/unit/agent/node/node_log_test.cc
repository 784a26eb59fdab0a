#include "agent/node/node_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>

#include "agent/change/settle.h"
#include "agent/commands.h"
#include "agent/store/atomic_file.h"
#include "agent/store/journal.h"
#include "agent/store/last_change.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/test_node.h"

namespace wgmesh::node_log_test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// Somebody who listens at a path, as journald or a syslog daemon does.
class Listener {
 public:
  Listener(const std::string& path, int type)
      : type_(type), socket_(::socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    if (type == SOCK_STREAM) { EXPECT_EQ(::listen(socket_.get(), 5), 0); }
  }
  int fd() const { return socket_.get(); }
  std::vector<std::string> heard() {
    std::vector<std::string> texts;
    for (;;) {
      UniqueFd caller;
      if (type_ == SOCK_STREAM) { caller.reset(::accept(socket_.get(), nullptr, nullptr)); }
      char text[4096];
      const int from = type_ == SOCK_STREAM ? caller.get() : socket_.get();
      const ssize_t size = ::recv(from, text, sizeof text, MSG_DONTWAIT);
      if (size <= 0) { return texts; }
      texts.emplace_back(text, static_cast<std::size_t>(size));
    }
  }

 private:
  int type_;
  UniqueFd socket_;
};

struct Told {
  Told() { bring_up(node, plan); }
  std::string journal() const { return node.this_node.paths.journal_socket; }
  std::string syslog() const { return node.this_node.paths.syslog_socket; }
  void tell(LastChange change) {
    NodeLog(node.this_node.paths).tell(node.store(), "test", std::move(change));
  }
  TestNode node;
  proto::Plan plan = plan_with_addresses();
};

TEST(NodeLog, TellsTheJournalInItsOwnFields) {
  Told here;
  Listener journal(here.journal(), SOCK_DGRAM);
  Listener syslog(here.syslog(), SOCK_DGRAM);
  here.tell({.changes = 19, .origin = "root@ci7"});
  EXPECT_THAT(journal.heard(),
              ElementsAre(AllOf(StartsWith("MESSAGE=test: committed, generation 1, 19 changes, "
                                           "asked for by root@ci7\n"),
                                HasSubstr("\nPRIORITY=5\n"),
                                HasSubstr("\nSYSLOG_IDENTIFIER=wgmesh-agent\n"),
                                HasSubstr("\nWGMESH_MESH=test\n"),
                                EndsWith("\nWGMESH_GENERATION=1\nWGMESH_CHANGES=19\n"))));
  EXPECT_THAT(syslog.heard(), IsEmpty());
}

TEST(NodeLog, ElseTellsSyslogByDatagramOrStream) {
  for (const int type : {SOCK_DGRAM, SOCK_STREAM}) {
    Told here;
    Listener syslog(here.syslog(), type);
    here.tell({.deed = Deed::kUndone, .changes = 1, .origin = "root@ci7", .afterwards = true});
    EXPECT_THAT(syslog.heard(),
                ElementsAre(AllOf(StartsWith("<29>wgmesh-agent["),
                                  HasSubstr("]: test: undone after an interruption, generation 1, "
                                            "1 change, asked for by root@ci7"))));
  }
}

// What calls itself by a name that a log or a terminal would obey adds no line and no field.
TEST(NodeLog, AnOriginIsOneWord) {
  Told here;
  Listener journal(here.journal(), SOCK_DGRAM);
  here.tell({.origin = "x\nMESSAGE=forged\x1b[2J\x7f"});
  const auto heard = journal.heard();
  ASSERT_EQ(heard.size(), 1u);
  EXPECT_THAT(heard[0], HasSubstr("asked for by x?MESSAGE=forged?[2J?\n"));
  EXPECT_EQ(read_last_change(here.node.store(), "test")->origin, "x?MESSAGE=forged?[2J?");
}

TEST(NodeLog, WaitsForNobody) {
  Told here;
  const Listener deaf(here.journal(), SOCK_DGRAM);
  const int least = 1;
  ::setsockopt(deaf.fd(), SOL_SOCKET, SO_RCVBUF, &least, sizeof least);
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 100; ++i) { here.tell({.changes = 1, .origin = "root@ci7"}); }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
  EXPECT_TRUE(read_last_change(here.node.store(), "test"));
}

TEST(NodeLog, ANoteThatCannotBeWrittenOrReadIsNone) {
  Told here;
  const std::string path = here.node.store().folder("test") + "/" + std::string(kLastChange);
  remove_file(path);
  make_folder(path);
  write_file(path + "/x", "x");
  here.tell({.origin = "root@ci7"});
  EXPECT_FALSE(read_last_change(here.node.store(), "test"));
  NodeLog().tell(Store("/nonexistent"), "test", {});
}

// Each way in which a mesh changes leaves its line.
TEST(NodeLog, HearsOfEachCommitUndoRestoreAndRemoval) {
  Told here;
  TestNode& node = here.node;
  Listener journal(here.journal(), SOCK_DGRAM);
  here.plan.mutable_bridge()->set_priority(100);
  {
    TestSession session(node);
    session.open(open_for(here.plan));
    session.propose(proto::UP, &here.plan);
    ASSERT_TRUE(session.apply().has_applied());
    session.undo();
  }
  EXPECT_EQ(read_last_change(node.store(), "test")->deed, Deed::kUndone);
  bring_up(node, here.plan);
  node.kernel.interfaces().clear();
  testing::internal::CaptureStdout();
  EXPECT_EQ(run_restore(node.this_node, "test"), 0);
  const State now = node.kernel.observe({"test", {}, {}}).state;
  for (const bool is_committed : {false, true}) {
    Journal(node.store(), "test").begin({now, now, {}, "root@gone", boot_id()});
    if (is_committed) { Journal(node.store(), "test").commit(); }
    settle(node.kernel, node.store(), "test", Errand::kToChange, NodeLog(node.this_node.paths));
  }
  EXPECT_EQ(run_down(node.this_node, "test", true), 0);
  testing::internal::GetCapturedStdout();
  EXPECT_THAT(
      journal.heard(),
      ElementsAre(
          HasSubstr("test: undone, generation 1, 1 change, asked for by root@test\n"),
          HasSubstr("test: committed, generation 2, "), HasSubstr("test: restored, generation 2, "),
          HasSubstr("test: undone after an interruption, generation 2, 0 changes, asked "
                    "for by root@gone\n"),
          HasSubstr("test: committed after an interruption, generation 2, "),
          AllOf(HasSubstr("test: removed, "), HasSubstr("asked for by wgmesh-agent down\n"))));
  EXPECT_FALSE(exists(node.store().folder("test")));
}

TEST(NodeLog, AnUndoThatTheKernelRefusesIsToldToo) {
  Told here;
  Listener journal(here.journal(), SOCK_DGRAM);
  here.plan.mutable_bridge()->set_priority(100);
  here.plan.mutable_peers(0)->set_persistent_keepalive(5);
  here.node.fault = {.fail_at = 2, .stays = true};
  TestSession session(here.node);
  session.open(open_for(here.plan));
  session.propose(proto::UP, &here.plan);
  EXPECT_FALSE(session.apply().error().undone());
  EXPECT_THAT(journal.heard(), ElementsAre(HasSubstr("test: left half done, because the kernel")));
}

TEST(NodeLog, StatusShowsTheLastChange) {
  const Told here;
  testing::internal::CaptureStdout();
  run_status(here.node.this_node, {}, StatusForm::kText);
  run_status(here.node.this_node, {}, StatusForm::kWgJson);
  EXPECT_THAT(
      testing::internal::GetCapturedStdout(),
      AllOf(HasSubstr("  last change: committed, generation 1, "), HasSubstr("\"lastChange\": {\n"),
            HasSubstr("\"deed\": \"committed\""), HasSubstr("\"origin\": \"root@test\"")));
}

TEST(LastChange, RoundTripsAndRefusesTheRest) {
  const LastChange change{.deed = Deed::kLeftOpen,
                          .generation = 7,
                          .changes = 3,
                          .origin = "root@ci 7",
                          .afterwards = true,
                          .time = 1000};
  EXPECT_EQ(parse_last_change(put_last_change(change)), change);
  for (const char* text : {"", "\n", "committed\n", "committed 1 2 0 5 x", "burnt 1 2 0 5 x\n",
                           "committed x 2 0 5 y\n", "committed 1 2 0 99999999999999999999 y\n"}) {
    EXPECT_FALSE(parse_last_change(text)) << text;
  }
}

}  // namespace
}  // namespace wgmesh::node_log_test
