// What `status -w` tells of two looks at a mesh.
#include "controller/mesh/status_changes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/controller/reported_mesh.h"

namespace wgmesh::status_changes_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Two looks, two seconds apart, at a mesh of three.
class TwoLooks : public ::testing::Test {
 protected:
  StatusChanges changes() const {
    const std::chrono::steady_clock::time_point start{};
    return status_changes({start, mesh_status(mesh_, before_)},
                          {start + std::chrono::seconds(2), mesh_status(mesh_, now_)});
  }

  Mesh mesh_ = mesh_of(3);
  std::vector<NodeReport> before_ = reports_of(mesh_);
  std::vector<NodeReport> now_ = before_;
};

TEST_F(TwoLooks, TellBytesPerSecond) {
  peer_in(now_[1], "n0").set_transfer_rx(1024 * 1024 + 3000);
  peer_in(now_[1], "n2").set_transfer_tx(512 + 500);
  const StatusChanges changes = this->changes();
  EXPECT_THAT(changes.rates, ElementsAre(Rates{0, 0}, Rates{1500, 250}, Rates{0, 0}));
  EXPECT_THAT(changes.sentences, IsEmpty());
}

TEST_F(TwoLooks, KnowNoRateOfALinkThatWasMadeAnew) {
  peer_in(now_[0], "n1").set_transfer_rx(0);
  EXPECT_EQ(changes().rates[0], (Rates{std::nullopt, 0}));
}

TEST_F(TwoLooks, TellWhatHasChanged) {
  forget_handshakes(now_, 0, 1);
  now_[1].status->mutable_bridge()->set_root_port(3);
  now_[2].status->mutable_drift()->add_operations("ip link set dev br-test up");
  EXPECT_THAT(changes().sentences,
              ElementsAre("n0: 1 of 2 peers up, was 2 of 2 peers up",
                          "n1: 1 of 2 peers up, was 2 of 2 peers up",
                          "n1: root port to n2 at 100, was root port to n0 at 100",
                          "n2: changed by hand, was up"));
}

TEST_F(TwoLooks, TellOfALostNodeOnlyThatItIsLost) {
  make_unreachable(now_[2], "no route to host");
  const StatusChanges changes = this->changes();
  EXPECT_THAT(changes.sentences, ElementsAre("n2: unreachable, was up"));
  EXPECT_EQ(changes.rates[2], Rates());
}

TEST_F(TwoLooks, TellOfANewRootAndMtu) {
  for (NodeReport& report : now_) {
    report.status->mutable_bridge()->set_root_id(now_[1].status->bridge().bridge_id());
    report.status->mutable_bridge()->set_mtu(1300);
  }
  EXPECT_THAT(changes().sentences,
              ElementsAre("test: root n1, was root n0", "test: mtu 1300, was mtu 1362"));
}

TEST_F(TwoLooks, AtTheSameMomentHaveNoRates) {
  const Look look{{}, mesh_status(mesh_, before_)};
  EXPECT_EQ(status_changes(look, look).rates[0], Rates());
}

}  // namespace
}  // namespace wgmesh::status_changes_test
