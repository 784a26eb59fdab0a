// Whole sessions over a socket pair, with a fake kernel.
#include "agent/session/serve.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <ctime>

#include "agent/peers/endpoints.h"
#include "agent/store/atomic_file.h"
#include "agent/store/journal.h"
#include "common/naming.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/test_node.h"

namespace wgmesh::serve_test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Opens the session, and proposes `plan` as what shall be.
void propose(TestSession& session, const proto::Plan& plan) {
  ASSERT_TRUE(session.propose_from_the_start(plan).has_changes());
}

State seen(TestNode& node) { return node.kernel.observe({"test", {}, {"eth1"}}).state; }

TEST(Serve, BringsAMeshUpAndStoresIt) {
  TestNode node;
  const proto::Plan plan = plan_with_addresses();
  bring_up(node, plan);

  const State state = seen(node);
  ASSERT_TRUE(state.wireguard);
  EXPECT_EQ(state.wireguard->peers.size(), 3u);
  EXPECT_EQ(state.tunnels.size(), 3u);
  const Loaded loaded = node.store().load("test");
  EXPECT_TRUE(loaded.mesh.private_key);
  EXPECT_EQ(loaded.mesh.private_key, state.wireguard->private_key);
  EXPECT_EQ(loaded.mesh.preshared_keys.size(), 3u);
  EXPECT_EQ(loaded.mesh.plan->generation(), 1u);
  EXPECT_FALSE(Journal(node.store(), "test").open());
}

TEST(Serve, SecondRunHasNothingToDoAndWritesNothing) {
  TestNode node;
  const proto::Plan plan = plan_with_addresses();
  bring_up(node, plan);
  const auto before = node.files();

  TestSession session(node);
  const proto::Hello hello = session.open(open_for(plan));
  EXPECT_EQ(hello.preshared_size(), 3);
  EXPECT_FALSE(hello.public_key_is_new());
  const auto changes = session.propose(proto::UP, &plan);
  EXPECT_EQ(changes.changes().changes_size(), 0);
  EXPECT_FALSE(changes.changes().stored_state_changes());
  EXPECT_EQ(session.commit().committed().generation(), 1u);
  session.close();
  EXPECT_EQ(node.files(), before);
}

TEST(Serve, CountsItsChangesWhereNobodyReadsTheirWords) {
  TestNode node;
  const proto::Plan plan = plan_with_addresses();
  TestSession session(node);
  const int listed = session.propose_from_the_start(plan).changes().changes_size();
  const proto::Changes counts = session.propose(proto::UP, &plan, true).changes();
  EXPECT_EQ(counts.changes_size(), 0);
  EXPECT_EQ(counts.count(), static_cast<unsigned>(listed));
  EXPECT_GT(counts.count(), counts.count_of_agent());
  EXPECT_TRUE(session.apply().has_applied());
}

TEST(Serve, UndoesWhenTheControllerGoes) {
  TestNode node;
  const proto::Plan plan = plan_with_addresses();
  TestSession session(node);
  session.propose_from_the_start(plan);
  ASSERT_TRUE(session.apply().has_applied());
  EXPECT_TRUE(seen(node).wireguard);
  EXPECT_EQ(session.close(), 1);
  EXPECT_EQ(seen(node), State{});
  EXPECT_THAT(node.files(), IsEmpty());
}

TEST(Serve, UndoesAfterSilence) {
  TestNode node;
  const proto::Plan plan = plan_with_addresses();
  TestSession session(node);
  proto::Open open = open_for(plan);
  open.set_confirm_timeout(1);
  session.open(open);
  session.make_secrets(plan);
  session.propose(proto::UP, &plan);
  ASSERT_TRUE(session.apply().has_applied());
  const auto told = session.receive();
  ASSERT_TRUE(told);
  EXPECT_TRUE(told->has_undone());
  EXPECT_THAT(told->undone().error(), IsEmpty());
  EXPECT_EQ(seen(node), State{});
}

TEST(Serve, UndoGivesBackWhatWas) {
  TestNode node;
  proto::Plan plan = plan_with_addresses();
  bring_up(node, plan);
  const State before = seen(node);
  const auto files = node.files();

  plan.mutable_peers()->RemoveLast();
  plan.mutable_device()->set_listen_port(51900);
  plan.mutable_bridge()->set_priority(100);
  TestSession session(node);
  session.open(open_for(plan));
  ASSERT_GT(session.propose(proto::UP, &plan).changes().changes_size(), 0);
  ASSERT_TRUE(session.apply().has_applied());
  EXPECT_FALSE(before == seen(node));
  EXPECT_THAT(session.undo().undone().error(), IsEmpty());
  EXPECT_EQ(seen(node), before);
  EXPECT_EQ(node.files(), files);
}

// Whatever operation the kernel refuses, of a first `up` as of a change: the node is as before.
TEST(Serve, RefusedOperationLeavesTheNodeAsItWas) {
  for (const bool is_change : {false, true}) {
    bool reached_end = false;
    for (std::size_t k = 1; !reached_end; ++k) {
      TestNode node;
      proto::Plan plan = plan_with_addresses();
      if (is_change) {
        bring_up(node, plan);
        plan.mutable_peers()->RemoveLast();
        plan.mutable_peers(0)->set_persistent_keepalive(5);
        plan.set_segment_mtu(1300);
      }
      const State before = seen(node);
      const auto files = node.files();
      node.fault.fail_at = k;
      TestSession session(node);
      session.open(open_for(plan));
      if (!is_change) { session.make_secrets(plan); }
      const auto changes = session.propose(proto::UP, &plan);
      ASSERT_TRUE(changes.has_changes());
      const auto answer = session.apply();
      reached_end = answer.has_applied();
      if (reached_end) { break; }
      EXPECT_TRUE(answer.error().undone()) << answer.error().message();
      EXPECT_THAT(answer.error().message(), HasSubstr("a fault that a test asked for"));
      EXPECT_TRUE(session.undo().has_undone());
      session.close();
      EXPECT_EQ(seen(node), before) << "after operation " << k;
      EXPECT_EQ(node.files(), files);
      ASSERT_LT(k, 200u);
    }
  }
}

// The way back is kept for the next command, which finishes it.
TEST(Serve, BeginsNothingWhileAnUndoIsOpen) {
  TestNode node;
  proto::Plan plan = plan_with_addresses();
  bring_up(node, plan);
  const State before = seen(node);
  plan.mutable_bridge()->set_priority(100);
  plan.mutable_peers(0)->set_persistent_keepalive(5);
  node.fault = {.fail_at = 2, .stays = true};
  {
    TestSession session(node);
    session.open(open_for(plan));
    session.propose(proto::UP, &plan);
    const proto::FromAgent failed = session.apply();
    EXPECT_FALSE(failed.error().undone());
    EXPECT_THAT(failed.error().message(), HasSubstr("; and undoing it failed: "));
    EXPECT_THAT(failed.error().cure(), HasSubstr("or `wgmesh-agent down test` there"));
    EXPECT_EQ(failed.error().id(), "change-undo-failed");
    const proto::FromAgent again = session.propose(proto::UP, &plan);
    EXPECT_THAT(again.error().message(), HasSubstr("after an undo that failed"));
    EXPECT_FALSE(again.error().undone());
  }
  node.fault = {};
  TestSession next(node);
  EXPECT_THAT(next.open(open_for(plan)).undone(), HasSubstr("undone the interrupted change"));
  EXPECT_EQ(seen(node), before);
}

// What the user has seen is what is applied, or nothing is.
TEST(Serve, RefusesToApplyAListThatIsNoLongerTrue) {
  TestNode node;
  const proto::Plan plan = plan_with_addresses();
  bring_up(node, plan);
  TestSession session(node);
  propose(session, changed(plan));
  State by_hand = seen(node);
  by_hand.bridge->priority = 0;
  node.kernel.put(by_hand);
  const auto answer = session.apply();
  EXPECT_EQ(answer.error().kind(), proto::Error::REFUSED);
  EXPECT_THAT(answer.error().message(), HasSubstr("has changed since"));
  EXPECT_EQ(answer.error().id(), "change-list-stale");
  EXPECT_TRUE(answer.error().undone());
  session.close();
  EXPECT_EQ(seen(node), by_hand);
  EXPECT_FALSE(Journal(node.store(), "test").open());
}

// Peers roam, and others set up their own interfaces, while the controller waits for other nodes.
TEST(Serve, AppliesAListThatPeersAndPortsOfOthersHaveOutlived) {
  TestNode node;
  node.kernel.put(FakeInterface{.name = "eth1"});
  const proto::Plan plan = plan_with_addresses();
  bring_up(node, plan);
  TestSession session(node);
  proto::Plan other = changed(plan);
  other.add_bridge_ports("eth1");
  propose(session, other);
  State roamed = seen(node);
  for (auto& [key, peer] : roamed.wireguard->peers) {
    peer.endpoint = parse_socket_address("192.0.2.99:7");
  }
  node.kernel.put(roamed);
  node.kernel.put(FakeInterface{.name = "eth1", .mtu = 1492, .up = true});
  EXPECT_TRUE(session.apply().has_applied());
  EXPECT_TRUE(session.commit().has_committed());
}

// A bridge port of others that left while the controller waited is put back, though the list had no
// line for it.
TEST(Serve, WorksOutAnewWhatIsDueForPortsOfOthers) {
  TestNode node;
  node.kernel.put(FakeInterface{.name = "eth1", .mtu = 1500, .up = true});
  proto::Plan plan = plan_with_addresses();
  plan.add_bridge_ports("eth1");
  bring_up(node, plan);
  TestSession session(node);
  proto::Plan other = plan;
  other.mutable_bridge()->set_priority(100);
  propose(session, other);
  node.kernel.apply(SetInterface{.name = "eth1", .master = "", .up = false});
  EXPECT_TRUE(session.apply().has_applied());
  EXPECT_TRUE(session.commit().has_committed());
  EXPECT_EQ(seen(node).foreign_ports.at("eth1").master, "br-test");
  EXPECT_TRUE(seen(node).foreign_ports.at("eth1").up);
}

// A bridge that is not the root does not show its own times: they are no change of anybody's.
TEST(Serve, AppliesAListThatATimeWhichCannotBeReadHasOutlived) {
  TestNode node;
  const proto::Plan plan = plan_with_addresses();
  bring_up(node, plan);
  State drifted = seen(node);
  drifted.bridge->forward_delay = kTimeUnknown;
  node.kernel.put(drifted);
  TestSession session(node);
  proto::Plan other = plan;
  other.mutable_bridge()->set_priority(100);
  propose(session, other);
  drifted.bridge->forward_delay = 2900;  // it is the root now, and somebody had set that by hand
  node.kernel.put(drifted);
  const auto answer = session.apply();
  EXPECT_THAT(answer.error().message(), testing::Not(HasSubstr("has changed since")));
}

TEST(Serve, WhatIsCommittedIsNotUndoneByAMessageOutOfPlace) {
  TestNode node;
  const proto::Plan plan = plan_with_addresses();
  TestSession session(node);
  propose(session, plan);
  ASSERT_TRUE(session.apply().has_applied());
  ASSERT_TRUE(session.commit().has_committed());
  const State committed = seen(node);
  const auto refused = session.undo();
  EXPECT_EQ(refused.error().kind(), proto::Error::REFUSED);
  EXPECT_EQ(refused.error().message(), "it is committed; there is nothing to undo");
  EXPECT_EQ(refused.error().id(), "change-is-committed");
  const auto answer = session.commit_at_once();
  EXPECT_EQ(answer.error().kind(), proto::Error::PROTOCOL);
  EXPECT_FALSE(answer.error().undone());
  session.close();
  EXPECT_EQ(seen(node), committed);
}

TEST(Serve, DownKeepsKeysAndRemoveForgetsThem) {
  TestNode node;
  const proto::Plan plan = plan_with_addresses();
  bring_up(node, plan);
  const auto key = *node.store().load("test").mesh.private_key;
  {
    TestSession session(node);
    session.open(open_for(plan));
    ASSERT_GT(session.propose(proto::DOWN).changes().changes_size(), 0);
    ASSERT_TRUE(session.apply().has_applied());
    ASSERT_TRUE(session.commit().has_committed());
  }
  EXPECT_EQ(seen(node), State{});
  EXPECT_TRUE(node.store().load("test").mesh.taken_down);
  EXPECT_TRUE(node.store().load("test").mesh.private_key == key);
  {
    TestSession session(node);
    EXPECT_TRUE(session.open(open_for(plan)).is_down());
    const auto changes = session.propose(proto::REMOVE);
    EXPECT_TRUE(changes.changes().stored_state_changes());
    ASSERT_TRUE(session.apply().has_applied());
    const auto committed = session.commit();
    ASSERT_TRUE(committed.has_committed()) << committed.error().message();
  }
  EXPECT_THAT(node.files(), IsEmpty());
  EXPECT_FALSE(exists(node.this_node.paths.state));
  EXPECT_FALSE(exists(node.this_node.paths.run));
}

TEST(Serve, GivesAForeignPortBack) {
  TestNode node;
  node.kernel.put(FakeInterface{.name = "eth1", .mtu = 1500, .up = false});
  proto::Plan plan = plan_with_addresses();
  const State before = seen(node);
  plan.add_bridge_ports("eth1");
  bring_up(node, plan);
  EXPECT_EQ(seen(node).foreign_ports.at("eth1").master, "br-test");

  plan.clear_bridge_ports();
  bring_up(node, plan);
  EXPECT_EQ(seen(node).foreign_ports.at("eth1"), before.foreign_ports.at("eth1"));
  EXPECT_THAT(node.store().load("test").mesh.former_ports, IsEmpty());
}

// The kernel lowers them with the port, and nobody else raises them again.
TEST(Serve, GivesBackTheMtusOfWhatStandsOnAForeignPort) {
  TestNode node;
  node.kernel.put(FakeInterface{.name = "eth1", .mtu = 9000});
  node.kernel.put(FakeInterface{.name = "eth1.100", .kind = "vlan", .mtu = 9000, .parent = "eth1"});
  node.kernel.put(FakeInterface{.name = "qinq", .kind = "vlan", .mtu = 8996, .parent = "eth1.100"});
  node.kernel.put(FakeInterface{.name = "small", .kind = "vlan", .mtu = 1280, .parent = "eth1"});
  proto::Plan plan = plan_with_addresses();
  plan.add_bridge_ports("eth1");
  bring_up(node, plan);
  const auto mtu = [&](const char* interface) {
    return node.kernel.interfaces().at(interface).mtu;
  };
  EXPECT_EQ(mtu("eth1.100"), plan.segment_mtu());
  EXPECT_EQ(mtu("qinq"), plan.segment_mtu());

  node.kernel.interfaces().erase("small");  // gone meanwhile
  plan.clear_bridge_ports();
  bring_up(node, plan);
  EXPECT_EQ(mtu("eth1"), 9000u);
  EXPECT_EQ(mtu("eth1.100"), 9000u);
  EXPECT_EQ(mtu("qinq"), 8996u);
}

TEST(Serve, UndoGivesThemBackToo) {
  TestNode node;
  node.kernel.put(FakeInterface{.name = "eth1", .mtu = 9000});
  node.kernel.put(FakeInterface{.name = "eth1.100", .kind = "vlan", .mtu = 9000, .parent = "eth1"});
  proto::Plan plan = plan_with_addresses();
  plan.add_bridge_ports("eth1");
  TestSession session(node);
  ASSERT_TRUE(session.propose_from_the_start(plan).has_changes());
  ASSERT_TRUE(session.apply().has_applied());
  EXPECT_EQ(node.kernel.interfaces().at("eth1.100").mtu, plan.segment_mtu());
  const auto undone = session.undo();
  EXPECT_EQ(undone.undone().error(), "");
  EXPECT_EQ(node.kernel.interfaces().at("eth1.100").mtu, 9000u);
}

TEST(Serve, SaysWhatOthersHadInABridgeThatGoes) {
  TestNode node;
  const proto::Plan plan = plan_with_addresses();
  bring_up(node, plan);
  for (const char* name : {"vm0", "vm1"}) {
    node.kernel.put(FakeInterface{.name = name, .master = "br-test"});
  }
  TestSession session(node);
  session.open(open_for(plan));
  ASSERT_TRUE(session.propose(proto::DOWN).has_changes());
  ASSERT_TRUE(session.apply().has_applied());
  const auto committed = session.commit();
  ASSERT_GE(committed.committed().notes_size(), 1);
  EXPECT_THAT(committed.committed().notes(0),
              HasSubstr("ports of others in br-test have no bridge any more: vm0, vm1"));
}

TEST(Serve, RefusesANameThatIsTaken) {
  TestNode node;
  node.kernel.put(FakeInterface{.name = "br-test", .kind = "bridge"});
  const proto::Plan plan = plan_with_addresses();
  TestSession session(node);
  const proto::Hello hello = session.open(open_for(plan));
  ASSERT_EQ(hello.problems_size(), 1);
  EXPECT_EQ(hello.problems(0),
            "the interface br-test exists and is not wgmesh's (kind bridge); rename or delete it, "
            "or give the mesh another name");
  EXPECT_THAT(hello.problem_ids(), testing::ElementsAre("interface-name-taken"));
  session.make_secrets(plan);
  const auto answer = session.propose(proto::UP, &plan);
  EXPECT_EQ(answer.error().kind(), proto::Error::REFUSED);
  EXPECT_THAT(answer.error().message(), HasSubstr("br-test"));
  EXPECT_EQ(answer.error().id(), "interface-name-taken");
}

TEST(Serve, OnlyOneOfTwoSessionsGoesOn) {
  TestNode node;
  const proto::Plan plan = plan_with_addresses();
  TestSession holder(node);
  holder.open(open_for(plan, 5));
  for (const std::uint64_t number : {std::uint64_t{9}, std::uint64_t{2}}) {
    TestSession other(node);
    proto::ToAgent open;
    *open.mutable_open() = open_for(plan, number);
    const auto answer = other.ask(open);
    EXPECT_EQ(answer.error().kind(), proto::Error::LOCKED);
    EXPECT_THAT(answer.error().message(), HasSubstr("root@test since 20"));
  }
  holder.close();
  TestSession next(node);
  next.open(open_for(plan, 9));
}

TEST(Serve, NobodyWaitsForASessionThatHasItsPlan) {
  TestNode node;
  node.this_node.lock_patience = std::chrono::seconds(30);
  const proto::Plan plan = plan_with_addresses();
  TestSession holder(node);
  holder.open(open_for(plan, 5));
  holder.make_secrets(plan);
  holder.propose(proto::UP, &plan);
  const auto start = std::chrono::steady_clock::now();
  {
    TestSession other(node);
    proto::ToAgent open;
    *open.mutable_open() = open_for(plan, 2);
    EXPECT_EQ(other.ask(open).error().kind(), proto::Error::LOCKED);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
  holder.close();
  TestSession next(node);
  next.open(open_for(plan, 9));
}

TEST(Serve, ReadersNeedNoLock) {
  TestNode node;
  const proto::Plan plan = plan_with_addresses();
  bring_up(node, plan);
  TestSession holder(node);
  holder.open(open_for(plan));
  TestSession reader(node);
  proto::Open open = open_for(plan);
  open.set_changes_state(false);
  reader.open(open);
  proto::ToAgent ask;
  ask.mutable_ask_status();
  const proto::FromAgent answer = reader.ask(ask);
  ASSERT_TRUE(answer.has_status());
  EXPECT_EQ(answer.status().device().peers_size(), 3);
  EXPECT_EQ(answer.status().generation(), 1u);
  EXPECT_EQ(reader.propose(proto::UP, &plan).changes().changes_size(), 0);
  EXPECT_EQ(reader.apply().error().kind(), proto::Error::PROTOCOL);
}

TEST(Serve, RefusesAnotherProtocol) {
  TestNode node;
  TestSession session(node);
  proto::ToAgent message;
  *message.mutable_open() = open_for(plan_with_addresses());
  message.mutable_open()->set_protocol_version(kProtocolVersion + 1);
  const auto answer = session.ask(message);
  EXPECT_EQ(answer.error().kind(), proto::Error::PROTOCOL);
  EXPECT_THAT(answer.error().message(), HasSubstr("speaks protocol 1"));
  EXPECT_EQ(answer.error().id(), "session-protocol-differs");
}

TEST(Serve, GarbageEndsTheSessionAndUndoes) {
  for (const auto& [garbage, id] :
       {std::pair(std::string("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
                  "frame-length-endless"),
        {std::string("\x02zz"), "session-message-garbled"},
        {std::string("\xff\xff\xff\x7f"), "frame-too-large"},
        {std::string("\x00", 1), "session-message-garbled"}}) {
    TestNode node;
    const proto::Plan plan = plan_with_addresses();
    TestSession session(node);
    session.propose_from_the_start(plan);
    ASSERT_TRUE(session.apply().has_applied());
    session.send_octets(garbage);
    const auto answer = session.receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->error().kind(), proto::Error::PROTOCOL);
    EXPECT_EQ(answer->error().id(), id);
    EXPECT_EQ(session.close(), 1);
    EXPECT_EQ(seen(node), State{});
  }
}

TEST(Serve, RefusesNamesThatWouldLeaveTheStore) {
  for (const char* mesh : {"..", "a/b", "", "name-too-long-x"}) {
    TestNode node;
    TestSession session(node);
    proto::ToAgent message;
    *message.mutable_open() = open_for(plan_with_addresses());
    message.mutable_open()->set_mesh(mesh);
    EXPECT_EQ(session.ask(message).error().kind(), proto::Error::REFUSED) << mesh;
  }
}

TEST(Serve, RefusesMoreThanABridgeHoldsAndOriginsThatATerminalWouldObey) {
  TestNode node;
  const proto::Plan plan = plan_with_addresses();
  const auto answer_to = [&](const proto::Open& open) {
    TestSession session(node);
    proto::ToAgent message;
    *message.mutable_open() = open;
    return session.ask(message);
  };
  proto::Open open = open_for(plan);
  for (int i = 0; i < 1021; ++i) { open.add_bridge_ports("p" + std::to_string(i)); }
  EXPECT_EQ(answer_to(open).error().kind(), proto::Error::REFUSED);
  open = open_for(plan);
  open.set_origin("root@\x1b[2J");
  EXPECT_EQ(answer_to(open).error().kind(), proto::Error::REFUSED);
  open.set_origin(std::string(256, 'x'));
  EXPECT_EQ(answer_to(open).error().kind(), proto::Error::REFUSED);

  TestSession session(node);
  session.open(open_for(plan));
  proto::ToAgent message;
  for (int i = 0; i < 1024; ++i) { message.mutable_make_secrets()->add_peers(); }
  EXPECT_EQ(session.ask(message).error().kind(), proto::Error::REFUSED);
  message.mutable_propose()->set_goal(proto::UP);
  *message.mutable_propose()->mutable_plan() = plan;
  for (int i = 0; i < 1024; ++i) { message.mutable_propose()->add_sealed(); }
  EXPECT_EQ(session.ask(message).error().kind(), proto::Error::REFUSED);
}

TEST(Serve, TheFirstUpSaysWhatIsMissingAtBoot) {
  TestNode node;
  proto::Plan plan = plan_with_addresses();
  for (const int expected : {1, 0}) {
    TestSession session(node);
    session.propose_from_the_start(plan);
    ASSERT_TRUE(session.apply().has_applied());
    const auto committed = session.commit().committed();
    ASSERT_EQ(committed.notes_size(), expected);
    if (expected == 1) { EXPECT_THAT(committed.notes(0), HasSubstr("systemd does not run here")); }
    plan.mutable_bridge()->set_priority(8);
  }
}

TEST(Serve, StoresWhatEndpointsResolvedTo) {
  TestNode node;
  proto::Plan plan = plan_with_addresses();
  plan.mutable_peers(2)->clear_endpoint();
  bring_up(node, plan);
  const auto stored = node.store().load("test").mesh.endpoints;
  ASSERT_EQ(stored.size(), 2u);
  EXPECT_EQ(stored.at("mesh1"), parse_socket_address("192.0.2.1:51820"));

  // The name has another address now: no change of the mesh, so nothing is written.
  node.kernel.latest_handshakes[*public_key_from(plan.peers(0).public_key())] = std::time(nullptr);
  const auto files = node.files();
  node.this_node.probe = [](const proto::Open& open, const ResolvedEndpoints&, const KernelReading&,
                            const std::set<std::string>&, proto::Hello& hello) {
    proto::EndpointRoute& route = *hello.add_routes();
    route.set_node(open.peers(0).node());
    route.set_address("192.0.2.77");
  };
  {
    TestSession session(node);
    session.open(open_for(plan));
    const auto changes = session.propose(proto::UP, &plan);
    EXPECT_EQ(changes.changes().changes_size(), 0);
    EXPECT_FALSE(changes.changes().stored_state_changes());
  }
  EXPECT_EQ(node.files(), files);
  // With another change the latest is stored too.
  plan.mutable_bridge()->set_priority(8);
  bring_up(node, plan);
  EXPECT_EQ(node.store().load("test").mesh.endpoints.at("mesh1"),
            parse_socket_address("192.0.2.77:51820"));
}

TEST(Serve, EveryMessageHasItsPlace) {
  TestNode node;
  const proto::Plan plan = plan_with_addresses();
  EXPECT_EQ(TestSession(node).apply().error().kind(), proto::Error::PROTOCOL);
  EXPECT_EQ(TestSession(node).commit().error().kind(), proto::Error::PROTOCOL);
  TestSession session(node);
  session.propose_from_the_start(plan);
  EXPECT_EQ(session.commit().error().kind(), proto::Error::PROTOCOL);
  EXPECT_EQ(session.close(), 1);
  EXPECT_EQ(seen(node), State{});
}

TEST(Serve, RefusesThePlanOfAnotherNodeOrMesh) {
  for (const bool is_of_another_mesh : {false, true}) {
    TestNode node;
    const proto::Plan plan = plan_with_addresses();
    proto::Plan other = plan;
    if (is_of_another_mesh) {
      other.set_mesh("other");
    } else {
      other.set_node("other");
    }
    TestSession session(node);
    session.open(open_for(plan));
    session.make_secrets(plan);
    const proto::FromAgent answer = session.propose(proto::UP, &other);
    EXPECT_EQ(answer.error().kind(), proto::Error::REFUSED);
    EXPECT_THAT(answer.error().message(),
                HasSubstr("but this session is for mesh test, node mesh0"));
    EXPECT_EQ(answer.error().id(), "session-plan-foreign");
    session.close();
    EXPECT_EQ(seen(node), State{});
    EXPECT_THAT(node.files(), IsEmpty());
  }
}

// A second one could name another mesh, whose lock this session does not hold.
TEST(Serve, ASecondOpenEndsTheSessionAndUndoes) {
  for (const bool has_applied : {false, true}) {
    TestNode node;
    const proto::Plan plan = plan_with_addresses();
    TestSession session(node);
    session.open(open_for(plan));
    if (has_applied) {
      session.make_secrets(plan);
      session.propose(proto::UP, &plan);
      ASSERT_TRUE(session.apply().has_applied());
    }
    proto::ToAgent message;
    *message.mutable_open() = open_for(plan);
    const proto::FromAgent answer = session.ask(message);
    EXPECT_EQ(answer.error().kind(), proto::Error::PROTOCOL);
    EXPECT_THAT(answer.error().message(), HasSubstr("a second open"));
    EXPECT_EQ(session.close(), 1);
    EXPECT_EQ(seen(node), State{});
  }
}

TEST(Serve, FinishesWhatADeadSessionLeft) {
  TestNode node;
  const proto::Plan plan = plan_with_addresses();
  bring_up(node, plan);
  const State before = seen(node);
  // As an agent leaves it that is killed while it applies.
  const Journal journal(node.store(), "test");
  State after = before;
  after.bridge->priority = 100;
  journal.begin({before, after, {}, "root@gone", boot_id()});
  node.kernel.interfaces().at("br-test").bridge.priority = 100;

  TestSession session(node);
  EXPECT_THAT(session.open(open_for(plan)).undone(), HasSubstr("root@gone"));
  EXPECT_EQ(seen(node), before);
  EXPECT_FALSE(journal.open());
}

// The watcher must neither act nor stay when the session ends in order.
TEST(Serve, TheWatcherGoesWithTheTransaction) {
  TestNode node;
  node.this_node.with_watcher = true;
  const proto::Plan plan = plan_with_addresses();
  bring_up(node, plan);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
  TestSession session(node);
  session.open(open_for(plan));
  session.propose(proto::DOWN);
  ASSERT_TRUE(session.apply().has_applied());
  EXPECT_TRUE(session.undo().has_undone());
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_TRUE(seen(node).wireguard);
}

TEST(Serve, KeepsADamagedFileAsideAndSaysSo) {
  TestNode node;
  const proto::Plan plan = plan_with_addresses();
  bring_up(node, plan);
  const std::string path = node.store().folder("test") + "/preshared_keys";
  write_file(path, "wgmesh 1 0000\nnothing\n");
  {
    TestSession session(node);
    const proto::Hello hello = session.open(open_for(plan));
    ASSERT_EQ(hello.warnings_size(), 1);
    EXPECT_THAT(hello.warnings(0), HasSubstr(path));
    EXPECT_THAT(hello.warning_ids(), testing::ElementsAre("store-checksum-wrong"));
    EXPECT_EQ(hello.preshared_size(), 0);
  }
  bring_up(node, plan);
  EXPECT_TRUE(exists(path + ".damaged"));
  EXPECT_THAT(node.store().load("test").damaged, IsEmpty());
}

// ---- plans that fit what is stored ----

TEST(Serve, RefusesAPlanOfAnotherGeneration) {
  TestNode node;
  const proto::Plan plan = plan_with_addresses();
  bring_up(node, plan);
  const State before = seen(node);
  // 1 is what is stored: a second controller has read hello before the first one committed.
  for (const std::uint64_t stale : {0, 1, 3}) {
    TestSession session(node);
    session.open(open_for(plan));
    proto::ToAgent message;
    message.mutable_propose()->set_goal(proto::UP);
    *message.mutable_propose()->mutable_plan() = plan;
    message.mutable_propose()->mutable_plan()->set_generation(stale);
    const proto::FromAgent answer = session.ask(message);
    EXPECT_EQ(answer.error().kind(), proto::Error::REFUSED);
    EXPECT_THAT(answer.error().message(), HasSubstr("this node has generation 1"));
    EXPECT_EQ(answer.error().id(), "change-generation-stale");
  }
  EXPECT_EQ(seen(node), before);
}

TEST(Serve, TellsWhatItsStoredPlanHas) {
  TestNode node;
  const proto::Plan plan = plan_with_addresses();
  bring_up(node, plan);
  TestSession session(node);
  const proto::Hello hello = session.open(open_for(plan));
  EXPECT_THAT(hello.stored_peers(), ::testing::ElementsAre("mesh1", "mesh2", "a-longer-name"));
  EXPECT_EQ(hello.stored_device_mtu(), 1420u);
  EXPECT_EQ(hello.stored_segment_mtu(), 1362u);
}

// The plan of a controller that could not ask `peer`.
void mark_as_stored(proto::Plan& plan, int peer) {
  const std::string node = plan.peers(peer).node();
  plan.mutable_peers(peer)->Clear();
  plan.mutable_peers(peer)->set_node(node);
  plan.mutable_peers(peer)->set_as_stored(true);
}

TEST(Serve, KeepsAPeerThatTheControllerCouldNotAsk) {
  TestNode node;
  proto::Plan plan = plan_with_addresses();
  bring_up(node, plan);
  const State before = seen(node);
  const auto files = node.files();
  // Its endpoint has moved in the mesh file, but nobody has told it.
  plan.mutable_peers(1)->set_endpoint("192.0.2.99:51820");
  const proto::Open open = open_for(plan);
  mark_as_stored(plan, 1);
  {
    TestSession session(node);
    session.open(open);
    const auto changes = session.propose(proto::UP, &plan);
    ASSERT_TRUE(changes.has_changes()) << changes.error().message();
    EXPECT_EQ(changes.changes().changes_size(), 0);
    EXPECT_FALSE(changes.changes().stored_state_changes());
  }
  plan.mutable_bridge()->set_priority(100);
  bring_up(node, plan);
  State after = seen(node);
  EXPECT_EQ(after.bridge->priority, 100);
  after.bridge->priority = before.bridge->priority;
  // bring_up makes new preshared keys for the pairs that it names; the tunnel is what counts here.
  EXPECT_EQ(after.tunnels, before.tunnels);
  EXPECT_EQ(after.wireguard->peers.size(), 3u);
  const auto stored = node.store().load("test").mesh.plan;
  EXPECT_FALSE(stored->peers(1).as_stored());
  EXPECT_EQ(stored->peers(1).endpoint(), "192.0.2.2:51820");
}

TEST(Serve, LeavesOutAPeerThatWasNeverStored) {
  TestNode node;
  proto::Plan plan = plan_with_addresses();
  mark_as_stored(plan, 2);
  bring_up(node, plan);
  EXPECT_EQ(seen(node).tunnels.size(), 2u);
  EXPECT_EQ(node.store().load("test").mesh.plan->peers_size(), 2);
}

TEST(Serve, LeavesOutAStoredPeerOnTunnelsOfAnotherKind) {
  TestNode node;
  bring_up(node, plan_with_addresses());
  proto::Plan plan = example_plan(Underlay::kIpv4);
  for (auto& peer : *plan.mutable_peers()) { peer.clear_endpoint(); }
  mark_as_stored(plan, 0);
  bring_up(node, plan);
  EXPECT_EQ(seen(node).tunnels.size(), 2u);
}

TEST(Serve, StoresAPlanOfANodeThatStaysDown) {
  TestNode node;
  proto::Plan plan = plan_with_addresses();
  bring_up(node, plan);
  {
    TestSession session(node);
    session.open(open_for(plan));
    session.propose(proto::DOWN);
    session.apply();
    ASSERT_TRUE(session.commit().has_committed());
  }
  plan.mutable_bridge()->set_priority(100);
  plan.mutable_peers()->RemoveLast();
  for (const bool is_again : {false, true}) {
    TestSession session(node);
    EXPECT_TRUE(session.open(open_for(plan)).is_down());
    const auto changes = session.propose(proto::STORE, &plan);
    ASSERT_TRUE(changes.has_changes()) << changes.error().message();
    EXPECT_EQ(changes.changes().changes_size(), 0);
    EXPECT_EQ(changes.changes().stored_state_changes(), !is_again);
    if (is_again) { break; }
    ASSERT_TRUE(session.apply().has_applied());
    EXPECT_EQ(session.commit().committed().generation(), 2u);
  }
  EXPECT_EQ(seen(node), State{});
  const StoredMesh stored = node.store().load("test").mesh;
  EXPECT_TRUE(stored.taken_down);
  EXPECT_EQ(stored.plan->bridge().priority(), 100u);
  EXPECT_EQ(stored.preshared_keys.size(), 2u);
}

TEST(Serve, StoresAPlanOfANewNodeThatStaysDown) {
  TestNode node;
  const proto::Plan plan = plan_with_addresses();
  TestSession session(node);
  session.open(open_for(plan));
  session.make_secrets(plan);
  EXPECT_TRUE(session.propose(proto::STORE, &plan).changes().stored_state_changes());
  ASSERT_TRUE(session.apply().has_applied());
  ASSERT_TRUE(session.commit().has_committed());
  EXPECT_EQ(seen(node), State{});
  EXPECT_TRUE(node.store().load("test").mesh.taken_down);
}

TEST(Serve, TakesALearnedEndpointFromThePlanAndTellsItInTheNextHello) {
  TestNode node;
  proto::Plan plan = plan_with_addresses();
  proto::Peer& peer = *plan.mutable_peers(0);
  peer.set_endpoint("203.0.113.9:40000");
  peer.set_learned(true);
  proto::NoLink& no_link = *plan.add_no_links();
  no_link.set_node("hidden");
  no_link.set_observed("hidden at 203.0.113.8");
  proto::Open open = open_for(plan);
  open.mutable_peers(0)->clear_endpoint();
  {
    TestSession session(node);
    session.open(open);
    session.make_secrets(plan);
    ASSERT_TRUE(session.propose(proto::UP, &plan).has_changes());
    ASSERT_TRUE(session.apply().has_applied());
    ASSERT_TRUE(session.commit().has_committed());
  }
  const auto key = *public_key_from(peer.public_key());
  EXPECT_EQ(seen(node).wireguard->peers.at(key).endpoint,
            parse_socket_address("203.0.113.9:40000"));
  EXPECT_EQ(to_text(node.store().load("test").mesh.endpoints.at(peer.node())), "203.0.113.9:40000");
  TestSession session(node);
  const proto::Hello hello = session.open(open);
  ASSERT_EQ(hello.learned_size(), 1);
  EXPECT_EQ(hello.learned(0).node(), peer.node());
  EXPECT_EQ(hello.learned(0).endpoint(), "203.0.113.9:40000");
  ASSERT_EQ(hello.no_links_size(), 1);
  EXPECT_EQ(hello.no_links(0).observed(), "hidden at 203.0.113.8");
}

TEST(Serve, RefusesALearnedEndpointThatNobodyCanBeAt) {
  for (const char* endpoint : {"nowhere", "127.0.0.1:51820", "[fd00:0:0:1::9]:51820"}) {
    TestNode node;
    proto::Plan plan = plan_with_addresses();
    TestSession session(node);
    session.open(open_for(plan));
    session.make_secrets(plan);
    plan.mutable_peers(0)->set_endpoint(endpoint);
    plan.mutable_peers(0)->set_learned(true);
    const auto answer = session.propose(proto::UP, &plan);
    ASSERT_TRUE(answer.has_error()) << endpoint;
    EXPECT_EQ(answer.error().id(), "plan-invalid");
    EXPECT_THAT(answer.error().message(), HasSubstr("is said to be at"));
  }
}

// On a node with a thousand peers each reading takes seconds.
TEST(Serve, ReadsTheKernelOnceIfNothingIsToBeDone) {
  TestNode node;
  const proto::Plan plan = plan_with_addresses();
  bring_up(node, plan);
  TestSession session(node);
  node.kernel.reads = 0;
  session.open(open_for(plan));
  EXPECT_EQ(session.propose(proto::UP, &plan).changes().changes_size(), 0);
  EXPECT_EQ(node.kernel.reads, 1);
  // The next proposal finds what has changed since.
  State by_hand = seen(node);
  by_hand.bridge->priority = 0;
  node.kernel.put(by_hand);
  EXPECT_EQ(session.propose(proto::UP, &plan).changes().changes_size(), 1);
  EXPECT_EQ(node.kernel.reads, 3);  // one is ours
}

// What was listed is not applied to a node that has changed since the hello.
TEST(Serve, RefusesAListThatIsStaleSinceTheHello) {
  TestNode node;
  const proto::Plan plan = plan_with_addresses();
  bring_up(node, plan);
  TestSession session(node);
  const proto::Plan more = changed(plan);
  session.open(open_for(more));
  session.make_secrets(more);
  State by_hand = seen(node);
  by_hand.bridge->priority = 0;
  node.kernel.put(by_hand);
  EXPECT_GT(session.propose(proto::UP, &more).changes().changes_size(), 0);
  EXPECT_EQ(session.apply().error().id(), "change-list-stale");
}

}  // namespace
}  // namespace wgmesh::serve_test
