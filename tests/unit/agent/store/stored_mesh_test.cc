#include "agent/store/stored_mesh.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/agent/example_plan.h"

namespace wgmesh::stored_mesh_test {
namespace {

StoredMesh example() {
  StoredMesh stored;
  stored.plan = example_plan();
  const NodeSecrets secrets = example_secrets(*stored.plan);
  stored.private_key = secrets.private_key;
  stored.preshared_keys = secrets.preshared_keys;
  stored.former_ports = {{"eth1", {"", 1500, false}}, {"eth2", {"br0", 9000, true}}};
  stored.endpoints = {{"mesh1", *parse_socket_address("192.0.2.1:51820")},
                      {"mesh2", *parse_socket_address("[2001:db8::1]:7")}};
  stored.taken_down = true;
  return stored;
}

TEST(StoredMesh, RoundTrip) {
  const StoredMesh stored = example();
  StoredMesh again;
  for (const auto& [name, content] : put_stored(stored)) { parse_stored(name, *content, again); }
  EXPECT_EQ(again.private_key, stored.private_key);
  EXPECT_EQ(again.preshared_keys, stored.preshared_keys);
  EXPECT_EQ(again.former_ports, stored.former_ports);
  EXPECT_EQ(again.endpoints, stored.endpoints);
  EXPECT_TRUE(again.taken_down);
  EXPECT_TRUE(same_plan(*again.plan, *stored.plan));
}

TEST(StoredMesh, EmptyHasNoFiles) { EXPECT_TRUE(put_stored(StoredMesh{}).empty()); }

TEST(StoredMesh, EveryFlippedBitAndEveryCutIsFound) {
  for (const auto& [name, content] : put_stored(example())) {
    for (std::size_t i = 0; i < content->size(); ++i) {
      std::string damaged = *content;
      damaged[i] = static_cast<char>(damaged[i] ^ 4);
      StoredMesh ignored;
      EXPECT_THROW(parse_stored(name, damaged, ignored), Error) << name << " at " << i;
      EXPECT_THROW(parse_stored(name, content->substr(0, i), ignored), Damaged) << name;
    }
  }
}

TEST(StoredMesh, NewerFormatIsNoDamage) {
  StoredMesh ignored;
  try {
    parse_stored("plan", "wgmesh 2 00\n", ignored);
    FAIL();
  } catch (const Damaged&) { FAIL() << "it would be overwritten"; } catch (const Error& error) {
    EXPECT_EQ(error.id(), "store-format-newer");
    EXPECT_THAT(error.what(), ::testing::HasSubstr("format 2"));
    EXPECT_THAT(error.what(), ::testing::HasSubstr("up to 1"));
  }
}

// Whole, but no agent has written it.
TEST(StoredMesh, ValuesThatNoAgentWritesAreDamage) {
  const auto refused = [](const char* name, const StoredMesh& stored) {
    StoredMesh ignored;
    EXPECT_THROW(parse_stored(name, *put_stored(stored).at(name), ignored), Damaged) << name;
  };
  for (const std::uint32_t mtu : {0u, 1u, 575u, 65'536u}) {
    StoredMesh stored = example();
    stored.plan->set_segment_mtu(mtu);
    refused("plan", stored);
    stored = example();
    stored.plan->mutable_device()->set_mtu(mtu);
    refused("plan", stored);
  }
  for (const std::uint32_t mtu : {0u, 1u, 67u, 65'536u}) {
    StoredMesh stored = example();
    stored.former_ports["eth1"].mtu = mtu;
    refused("former_ports", stored);
  }
  StoredMesh stored = example();
  stored.plan->mutable_peers(0)->set_node("../x");
  refused("plan", stored);
  stored = example();
  stored.plan->set_mesh("");
  refused("plan", stored);
  stored = example();
  stored.preshared_keys.insert_or_assign("a\x1b", secret_of(3));
  refused("preshared_keys", stored);
  stored = example();
  stored.former_ports["sixteen-letters-"] = {"", 1500, true};
  refused("former_ports", stored);
}

TEST(StoredMesh, PlansAreComparedWithoutTheirGeneration) {
  const proto::Plan a = example_plan();
  proto::Plan b = a;
  b.set_generation(7);
  EXPECT_TRUE(same_plan(a, b));
  b.mutable_device()->set_fwmark(1);
  EXPECT_FALSE(same_plan(a, b));
}

}  // namespace
}  // namespace wgmesh::stored_mesh_test
