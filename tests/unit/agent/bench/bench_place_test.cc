#include "agent/bench/bench_place.h"

#include <gtest/gtest.h>

#include "common/error.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/fake_kernel.h"
#include "tests/support/agent/test_node.h"

namespace wgmesh::bench_place_test {
namespace {

constexpr const char* kOwn = "fd00:0:0:1::1";  // as the example has it
constexpr const char* kPeer = "fd00:0:0:1::2";

class ABenchPlace : public testing::Test {
 protected:
  ABenchPlace() {
    const proto::Plan plan = plan_with_addresses();
    bring_up(node_, plan);
    open_ = open_for(plan);
    inner_ = to_text(parse_prefix(plan.device().inner_address())->address);
  }

  BenchEnds ends(const std::string& own, const std::string& peer, bool beside = false) {
    proto::BenchPath path;
    path.set_own(own);
    path.set_peer(peer);
    path.set_beside(beside);
    return bench_ends(node_.kernel, open_, path);
  }
  std::string refusal(const std::string& own, const std::string& peer, bool beside = false) {
    try {
      ends(own, peer, beside);
    } catch (const Error& error) { return error.id(); }
    return {};
  }

  TestNode node_;
  proto::Open open_;
  std::string inner_;
};

TEST_F(ABenchPlace, OnTheSegmentIsTheBridge) {
  const BenchEnds ends = this->ends(kOwn, kPeer);
  EXPECT_EQ(ends.own, *parse_ip(kOwn));
  EXPECT_EQ(ends.peer, *parse_ip(kPeer));
  EXPECT_EQ(ends.device, "br-test");
}

TEST_F(ABenchPlace, BesideTheMeshIsWhereTheRoutesSay) {
  EXPECT_EQ(ends("192.0.2.1", "192.0.2.2", true).device, "");
}

TEST_F(ABenchPlace, OnTheSegmentIsNoOtherAddress) {
  for (const char* own : {"192.0.2.1", "::", "0.0.0.0", "127.0.0.1", "fd00:0:0:1::9"}) {
    const bool is_ipv4 = std::string(own).find('.') != std::string::npos;
    EXPECT_EQ(refusal(own, is_ipv4 ? "192.0.2.2" : kPeer), "bench-address-foreign") << own;
  }
  EXPECT_EQ(refusal(inner_, kPeer), "bench-address-foreign");
  EXPECT_EQ(refusal(kOwn, "2001:db8::1"), "bench-address-foreign");
}

TEST_F(ABenchPlace, BesideTheMeshIsNotTheMesh) {
  EXPECT_EQ(refusal(kOwn, "2001:db8::1", true), "bench-address-not-beside");
  EXPECT_EQ(refusal(inner_, "2001:db8::1", true), "bench-address-not-beside");
  EXPECT_EQ(refusal("2001:db8::1", kPeer, true), "bench-address-not-beside");
}

TEST_F(ABenchPlace, BesideTheMeshIsOneHostAndNotThisOne) {
  for (const char* address : {"0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255"}) {
    EXPECT_EQ(refusal("192.0.2.1", address, true), "bench-address-not-beside") << address;
    EXPECT_EQ(refusal(address, "192.0.2.2", true), "bench-address-not-beside") << address;
  }
  for (const char* address : {"::", "::1", "ff02::1"}) {
    EXPECT_EQ(refusal("2001:db8::1", address, true), "bench-address-not-beside") << address;
  }
}

TEST_F(ABenchPlace, WantsTwoAddressesOfOneVersion) {
  EXPECT_EQ(refusal(kOwn, "192.0.2.2"), "bench-path-invalid");
  EXPECT_EQ(refusal("", kPeer), "bench-path-invalid");
  EXPECT_EQ(refusal(kOwn, "mesh1"), "bench-path-invalid");
}

TEST_F(ABenchPlace, IsNowhereWhileTheMeshIsDown) {
  TestNode other;
  proto::BenchPath path;
  path.set_own(kOwn);
  path.set_peer(kPeer);
  EXPECT_THROW(bench_ends(other.kernel, open_, path), Error);
}

}  // namespace
}  // namespace wgmesh::bench_place_test
