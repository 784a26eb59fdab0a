#include "agent/session/hello.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <functional>

#include "agent/change/refused.h"
#include "agent/peers/endpoints.h"
#include "common/secret_arena.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/test_node.h"

namespace wgmesh::hello_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

void store_mesh(const TestNode& node, const proto::Plan& plan) {
  StoredMesh stored;
  stored.plan = plan;
  const Store store = node.store();
  const auto files = store.changes(plan.mesh(), stored);
  store.stage(plan.mesh(), stored, files);
  store.publish(plan.mesh(), files);
}

proto::Hello hello_to(TestNode& node, const proto::Open& open) {
  const SessionSecrets secrets(open.mesh(), open.node(), {}, true);
  return make_hello(open, node.this_node, node.kernel.read(open.mesh(), false), node.store(),
                    node.store().load(open.mesh()), secrets, {}, {});
}

TEST(Hello, NamesWhatAnotherMeshOfTheNodeHas) {
  TestNode node;
  proto::Plan other = example_plan();
  other.set_mesh("other");
  other.add_bridge_ports("eth1");
  store_mesh(node, other);
  node.kernel.put(FakeInterface{.name = "eth1"});

  proto::Open open = open_for(example_plan());
  open.add_bridge_ports("eth1");
  const proto::Hello hello = hello_to(node, open);
  EXPECT_THAT(hello.problems(),
              ElementsAre(HasSubstr("network fd00:0:0:1::/64 overlaps"),
                          HasSubstr("listen_port 51820 is the mesh other's"), HasSubstr("underlay"),
                          HasSubstr("eth1 is in the bridge of")));
  EXPECT_THAT(hello.problem_ids(), ElementsAre("other-mesh-overlaps", "other-mesh-listen-port",
                                               "other-mesh-overlaps", "other-mesh-bridge-port"));
}

TEST(Hello, HasASurveyIfThatIsAskedFor) {
  TestNode node;
  node.this_node.reached_at = "192.0.2.7";
  proto::Open open = open_for(example_plan());
  EXPECT_FALSE(hello_to(node, open).has_survey());
  open.set_surveys(true);
  const proto::Hello hello = hello_to(node, open);
  EXPECT_EQ(hello.survey().reached_at(), "192.0.2.7");
  utsname name{};
  ::uname(&name);
  EXPECT_EQ(hello.survey().host_name(), name.nodename);
}

TEST(Hello, AMeshThatIsDownIsInNobodysWay) {
  TestNode node;
  proto::Plan other = example_plan();
  other.set_mesh("other");
  store_mesh(node, other);
  StoredMesh down = node.store().load("other").mesh;
  down.taken_down = true;
  const auto files = node.store().changes("other", down);
  node.store().stage("other", down, files);
  node.store().publish("other", files);
  EXPECT_EQ(hello_to(node, open_for(example_plan())).problems_size(), 0);
}

TEST(Hello, NamesABridgePortThatDoesNotExist) {
  TestNode node;
  proto::Open open = open_for(example_plan());
  open.add_bridge_ports("eth9");
  const proto::Hello hello = hello_to(node, open);
  EXPECT_THAT(hello.problems(), ElementsAre(HasSubstr("no interface eth9")));
  EXPECT_THAT(hello.problem_ids(), ElementsAre("bridge-port-missing"));
}

TEST(Hello, SaysWhosePlanIsStored) {
  TestNode node;
  const proto::Plan plan = example_plan();
  store_mesh(node, plan);
  proto::Open open = open_for(plan);
  open.set_node("somebody-else");
  const proto::Hello hello = hello_to(node, open);
  EXPECT_EQ(hello.identity().node(), plan.node());
  EXPECT_EQ(hello.identity().network(), plan.network());
  ASSERT_EQ(hello.identity().peer_keys_size(), hello.stored_peers_size());
  ASSERT_GT(plan.peers_size(), 0);
  for (int i = 0; i < plan.peers_size(); ++i) {
    EXPECT_EQ(hello.stored_peers(i), plan.peers(i).node());
    EXPECT_EQ(hello.identity().peer_keys(i), plan.peers(i).public_key());
  }
}

TEST(Hello, ChoosesTheAddressWithARoute) {
  const proto::Open open = open_for(example_plan());
  proto::Hello hello;
  hello.add_routes()->set_node("mesh1");
  hello.mutable_routes(0)->set_address("2001:db8::1");
  hello.add_routes()->set_node("mesh2");
  hello.mutable_routes(1)->set_error("no route");
  const auto chosen = choose_endpoints(open, hello);
  ASSERT_EQ(chosen.size(), 1u);
  EXPECT_EQ(to_text(chosen.at("mesh1")), "[2001:db8::1]:51820");
}

// 0 when `holds` does in a process that may lock no more memory.
int where_nothing_is_locked(const std::function<bool()>& holds) {
  const pid_t child = ::fork();
  if (child == 0) {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> less{};
    ::syscall(SYS_capget, &header, less.data());
    less[0].effective &= ~(1u << CAP_IPC_LOCK);
    ::syscall(SYS_capset, &header, less.data());
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_MEMLOCK, &none);
    ::_exit(holds() ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  return status;
}

TEST(Hello, WarnsOfKeysThatMayBeSwapped) {
  EXPECT_EQ(where_nothing_is_locked([] {
              // What was locked before the fork is used up first.
              for (int i = 0; i < 100'000 && secrets_are_locked(); ++i) { take_secret_slot(); }
              TestNode node;
              const proto::Hello hello = hello_to(node, open_for(example_plan()));
              return hello.warnings_size() == 1 && hello.warning_ids_size() == 1 &&
                     hello.warnings(0).starts_with("the memory that holds keys cannot be locked") &&
                     hello.warning_ids(0) == "node-secrets-unlocked";
            }),
            0);
}

Said refusal_of(const proto::Open& open) {
  try {
    check_open(open);
  } catch (const Refused& error) { return {error.id(), error.message(), error.cure()}; }
  return {};
}

TEST(Hello, AnOpenMustHoldTogether) {
  const proto::Open good = open_for(example_plan());
  EXPECT_NO_THROW(check_open(good));
  proto::Open bad = good;
  bad.set_node("-x");
  EXPECT_EQ(refusal_of(bad), (Said{"session-open-invalid", "invalid node name", ""}));
  bad = good;
  bad.mutable_peers(0)->set_endpoint("no port");
  EXPECT_EQ(refusal_of(bad),
            (Said{"session-endpoint-invalid", "the endpoint of mesh1 is not host:port", ""}));
  bad = good;
  for (int i = 0; i < 1100; ++i) { bad.add_peers()->set_node("n" + std::to_string(i)); }
  EXPECT_EQ(refusal_of(bad).id, "bridge-ports-too-many");
  EXPECT_EQ(refusal_of(bad).cure, "use `full: false` and `peers`");
}

}  // namespace
}  // namespace wgmesh::hello_test
