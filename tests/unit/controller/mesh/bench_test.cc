#include "controller/mesh/bench.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/controller/reported_mesh.h"

namespace wgmesh::mesh_bench_test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

using Names = std::vector<std::string>;

Names texts_of(const std::vector<BenchPair>& pairs) {
  Names texts;
  for (const BenchPair& pair : pairs) { texts.push_back(pair.a + "-" + pair.b); }
  return texts;
}

class ABenchOfThree : public testing::Test {
 protected:
  std::vector<BenchPair> planned(const BenchBounds& bounds = {}) {
    std::vector<BenchPair> pairs = bench_pairs(mesh_, {});
    plan_bench_runs(pairs, reports_, bounds);
    return pairs;
  }

  Mesh mesh_ = mesh_of(3);
  std::vector<NodeReport> reports_ = reports_of(mesh_);
};

TEST_F(ABenchOfThree, IsOfEachLinkInFileOrder) {
  EXPECT_THAT(texts_of(bench_pairs(mesh_, {})), ElementsAre("n0-n1", "n0-n2", "n1-n2"));
}

TEST_F(ABenchOfThree, IsOfTheLinksOfANodeThatIsNamed) {
  EXPECT_THAT(texts_of(bench_pairs(mesh_, Names{"n1"})), ElementsAre("n0-n1", "n1-n2"));
  EXPECT_THAT(texts_of(bench_pairs(mesh_, Names{"n1", "n1"})), ElementsAre("n0-n1", "n1-n2"));
}

TEST_F(ABenchOfThree, IsOfThePairThatIsNamed) {
  EXPECT_THAT(texts_of(bench_pairs(mesh_, Names{"n2", "n0"})), ElementsAre("n0-n2"));
}

TEST_F(ABenchOfThree, SkipsNamedNodesThatShareNoLink) {
  mesh_.full = false;
  for (const int i : {0, 1}) { mesh_.nodes[static_cast<std::size_t>(i)].peers = {"n2"}; }
  EXPECT_THAT(texts_of(bench_pairs(mesh_, {})), ElementsAre("n0-n2", "n1-n2"));
  std::vector<BenchPair> pairs = bench_pairs(mesh_, Names{"n0", "n1"});
  plan_bench_runs(pairs, reports_, {});
  ASSERT_THAT(pairs, SizeIs(1));
  EXPECT_EQ(pairs[0].skipped->id, "bench-no-link");
  EXPECT_THAT(pairs[0].runs, IsEmpty());
}

TEST_F(ABenchOfThree, HasARunForEachDirection) {
  const auto pairs = planned();
  EXPECT_THAT(pairs[0].runs, ElementsAre(BenchRun{"n0", "n1"}, BenchRun{"n1", "n0"}));
  EXPECT_FALSE(pairs[0].is_measured());
}

TEST_F(ABenchOfThree, GoesBesideTheMeshOnlyIfThatIsWanted) {
  const auto pairs = planned({.beside = true});
  EXPECT_THAT(pairs[0].runs, ElementsAre(BenchRun{"n0", "n1"}, BenchRun{"n1", "n0"},
                                         BenchRun{"n0", "n1", true}, BenchRun{"n1", "n0", true}));
}

TEST_F(ABenchOfThree, SkipsPairsWithoutAHandshake) {
  forget_handshakes(reports_, 0, 1);
  const auto pairs = planned();
  EXPECT_EQ(pairs[0].skipped->id, "bench-no-handshake");
  EXPECT_FALSE(pairs[1].skipped);
}

TEST_F(ABenchOfThree, SkipsPairsOfNodesThatAreDownOrUnreachable) {
  make_unreachable(reports_[0], "no route");
  reports_[2].status->set_is_up(false);
  const auto pairs = planned();
  EXPECT_EQ(pairs[0].skipped->text, "n0 cannot be asked");
  EXPECT_EQ(pairs[1].skipped->text, "n0 cannot be asked");
  EXPECT_EQ(pairs[2].skipped->text, "n2 is down");
  EXPECT_EQ(pairs[2].skipped->id, "bench-node-down");
}

TEST_F(ABenchOfThree, IsMeasuredWithWhatLiesBesideTheMeshOrWithout) {
  BenchPair pair = planned({.beside = true})[0];
  for (BenchRun& run : pair.runs) {
    if (!run.beside) { run.figures = BenchFigures(); }
  }
  EXPECT_TRUE(pair.is_measured());
  pair.runs[1].figures.reset();
  EXPECT_FALSE(pair.is_measured());
}

TEST_F(ABenchOfThree, TakesSegmentAddressesFromTheMeshFile) {
  const auto addresses = bench_addresses(mesh_, {}, {"n0", "n2"});
  ASSERT_TRUE(addresses);
  EXPECT_EQ(to_text(addresses->from), "fd00:0:0:1::1");
  EXPECT_EQ(to_text(addresses->to), "fd00:0:0:1::3");
  mesh_.nodes[2].addresses = {*parse_prefix("192.0.2.1/24")};
  EXPECT_FALSE(bench_addresses(mesh_, {}, {"n0", "n2"}));
  EXPECT_EQ(why_no_addresses({"n0", "n2"}).id, "bench-no-addresses");
  EXPECT_EQ(why_no_addresses({"n0", "n2", true}).id, "bench-no-underlay");
}

TEST_F(ABenchOfThree, TakesUnderlayAddressesFromWhatWireguardHasFound) {
  peer_in(reports_[0], "n1").set_endpoint("192.0.2.2:51820");
  peer_in(reports_[1], "n0").set_endpoint("192.0.2.1:4711");
  const auto addresses = bench_addresses(mesh_, reports_, {"n0", "n1", true});
  ASSERT_TRUE(addresses);
  EXPECT_EQ(to_text(addresses->from), "192.0.2.1");
  EXPECT_EQ(to_text(addresses->to), "192.0.2.2");
  peer_in(reports_[1], "n0").set_endpoint("[2001:db8::1]:4711");
  EXPECT_FALSE(bench_addresses(mesh_, reports_, {"n0", "n1", true}));
  peer_in(reports_[1], "n0").clear_endpoint();
  EXPECT_FALSE(bench_addresses(mesh_, reports_, {"n0", "n1", true}));
}

TEST(BenchBounds, ShareTheVolumeOfAPair) {
  EXPECT_EQ((BenchBounds{3s, 8000, false}.load_octets()), 2000U);
  EXPECT_EQ((BenchBounds{3s, 8000, true}.load_octets()), 1000U);
}

TEST(BenchBounds, TellHowLongItTakes) {
  EXPECT_EQ((BenchBounds{3s, 0, false}.expected(6)), 55'200ms);
  EXPECT_EQ((BenchBounds{3s, 0, true}.expected(1)), 18'400ms);
}

TEST(LossOf, IsTheShareThatDidNotCome) {
  EXPECT_EQ(loss_of(0, 0), std::nullopt);
  EXPECT_EQ(loss_of(1000, 990), 0.01);
  EXPECT_EQ(loss_of(10, 12), 0.0);  // a node that tells more than there was
}

}  // namespace
}  // namespace wgmesh::mesh_bench_test
