#include "agent/store/state_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/error.h"
#include "tests/support/agent/example_plan.h"

namespace wgmesh::state_file_test {
namespace {

using ::testing::AllOf;
using ::testing::Property;
using ::testing::Throws;

State example() {
  proto::Plan plan = example_plan();
  plan.add_bridge_ports("eth1");
  State state = example_state(plan);
  state.hosts = HostsBlock{"test", {"fd00::1  a a.test", "edited by \xff somebody"}};
  return state;
}

TEST(StateFile, RoundTripsThroughOctets) {
  proto::SavedState read;
  ASSERT_TRUE(read.ParseFromString(save(example()).SerializeAsString()));
  EXPECT_EQ(load(read), example());
}

TEST(StateFile, TellsNothingFromEmpty) {
  EXPECT_EQ(load(save({})), State{});
  State state = example();
  state.wireguard->private_key.reset();
  state.wireguard->peers.begin()->second = {};
  EXPECT_EQ(load(save(state)), state);
}

TEST(StateFile, WipesTheKeysOfAMessage) {
  proto::SavedState saved = save(example());
  ASSERT_FALSE(saved.wireguard().private_key().empty());
  const char* place = saved.wireguard().private_key().data();
  const char* other = saved.wireguard().peers(1).preshared_key().data();
  wipe_secrets(saved);
  for (std::size_t i = 0; i < kKeySize; ++i) { EXPECT_EQ(place[i] | other[i], 0); }
  proto::SavedState empty;
  wipe_secrets(empty);
}

void expect_refused(const proto::SavedState& saved, const std::string& why) {
  EXPECT_THAT([&] { load(saved); },
              Throws<Error>(AllOf(Property(&Error::id, "store-state-damaged"),
                                  Property(&Error::message, "saved state: " + why))));
}

TEST(StateFile, RefusesDamagedValues) {
  proto::SavedState saved = save(example());
  saved.mutable_wireguard()->set_private_key("short");
  expect_refused(saved, "private_key is damaged");

  saved = save(example());
  saved.mutable_wireguard()->mutable_peers(0)->set_endpoint("nonsense");
  expect_refused(saved, "endpoint is damaged");

  saved = save(example());
  saved.mutable_wireguard()->set_listen_port(65536);
  expect_refused(saved, "listen_port 65536 is out of range");

  saved = save(example());
  saved.mutable_tunnels(0)->set_kind(3);
  expect_refused(saved, "kind is damaged");

  saved = save(example());
  saved.mutable_bridge()->mutable_interface()->clear_mac();
  expect_refused(saved, "mac is damaged");

  saved = save(example());
  saved.mutable_tunnels(0)->mutable_interface()->clear_name();
  expect_refused(saved, "a link has no name");
}

}  // namespace
}  // namespace wgmesh::state_file_test
