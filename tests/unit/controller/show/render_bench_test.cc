#include "controller/show/render_bench.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "controller/text/messages.h"
#include "tests/support/golden.h"

namespace wgmesh::render_bench_test {
namespace {

using namespace std::chrono_literals;

BenchRun measured(const std::string& from, const std::string& to, bool beside = false) {
  BenchRun run{from, to, beside};
  run.figures = BenchFigures{.tcp_rate = beside ? 9'410'000'000U : 941'000'000U,
                             .udp_rate = 94'100'000,
                             .udp_loss = 0.0123,
                             .round_trip_idle = 310us,
                             .round_trip_load = 24ms,
                             .sender_cpu = 354,
                             .receiver_cpu = 1000};
  return run;
}

// A pair that was measured, one that was skipped, one of which one direction failed.
std::vector<BenchPair> pairs_of_each_kind(bool beside) {
  std::vector<BenchPair> pairs{{"n0", "n1"}, {"n0", "n2"}, {"n1", "n2"}};
  pairs[0].runs = {measured("n0", "n1"), measured("n1", "n0")};
  if (beside) {
    pairs[0].runs.push_back(measured("n0", "n1", true));
    pairs[0].runs.push_back({"n1", "n0", true, {}, say<"bench-no-underlay">()});
  }
  pairs[1].skipped = say<"bench-no-handshake">();
  pairs[2].runs = {measured("n1", "n2"), {"n2", "n1"}};
  pairs[2].runs[0].figures->udp_loss.reset();
  pairs[2].runs[0].figures->round_trip_load.reset();
  pairs[2].runs[1].why_not = {"bench-no-answer",
                              "n2: 10.77.0.2:4000 does not answer over UDP within 3 s",
                              "a firewall may drop what is sent there"};
  return pairs;
}

TEST(RenderBench, IsATableThenWhatWasNotMeasured) {
  EXPECT_EQ('\n' + render_bench(pairs_of_each_kind(false), {}), R"(
FROM  TO         TCP          UDP  LOSS     IDLE   LOAD      CPU
n0    n1  941 Mbit/s  94.1 Mbit/s  1.2%  0.31 ms  24 ms  35/100%
n1    n0  941 Mbit/s  94.1 Mbit/s  1.2%  0.31 ms  24 ms  35/100%
n1    n2  941 Mbit/s  94.1 Mbit/s     -  0.31 ms      -  35/100%

n0-n2: skipped: WireGuard has had no handshake for three minutes; `mesh check` says why
n2 to n1: not measured: n2: 10.77.0.2:4000 does not answer over UDP within 3 s; a firewall may drop what is sent there
)");
}

TEST(RenderBench, NamesThePathWhereThereAreTwo) {
  EXPECT_EQ('\n' + render_bench({pairs_of_each_kind(true)[0]}, {.beside = true}), R"(
FROM  TO  PATH            TCP          UDP  LOSS     IDLE   LOAD      CPU
n0    n1  mesh     941 Mbit/s  94.1 Mbit/s  1.2%  0.31 ms  24 ms  35/100%
n1    n0  mesh     941 Mbit/s  94.1 Mbit/s  1.2%  0.31 ms  24 ms  35/100%
n0    n1  beside  9.41 Gbit/s  94.1 Mbit/s  1.2%  0.31 ms  24 ms  35/100%

n1 to n0 beside the mesh: not measured: WireGuard has not found both of them at underlay addresses of one IP version
)");
}

TEST(RenderBench, WithoutFiguresThereIsNoTable) {
  EXPECT_EQ(render_bench({{"n0", "n1", say<"bench-node-down">("n1")}}, {}),
            "n0-n1: skipped: n1 is down\n");
  EXPECT_EQ(render_bench({}, {}), "");
}

TEST(RenderBench, ShowsWhatANodeSaysWithoutControlCharacters) {
  std::vector<BenchPair> pairs{{"n0", "n1"}};
  pairs[0].runs = {{"n0", "n1", false, {}, {"", "n0: \x1b[2J", ""}}};
  EXPECT_EQ(render_bench(pairs, {}).find('\x1b'), std::string::npos);
}

TEST(RenderBench, AsJsonHasAllOfIt) {
  expect_golden(WGMESH_TEST_DATA "/golden/bench.json",
                render_bench_json("test", pairs_of_each_kind(true), {.beside = true}));
}

TEST(RenderBench, AsJsonIsOkIfAllIsMeasured) {
  const auto ok = [](const std::vector<BenchPair>& pairs) {
    return nlohmann::json::parse(render_bench_json("test", pairs, {})).at("ok").get<bool>();
  };
  EXPECT_TRUE(ok({pairs_of_each_kind(true)[0]}));
  EXPECT_FALSE(ok({pairs_of_each_kind(true)[1]}));
  EXPECT_FALSE(ok({pairs_of_each_kind(true)[2]}));
}

TEST(BenchAnnouncement, SaysHowLongAndHowMuch) {
  EXPECT_EQ(bench_announcement(6, {}), "6 pairs, about 56 s, at most 2 GB per pair");
  EXPECT_EQ(bench_announcement(1, {1s, 1'500'000, true}),
            "1 pair, about 8 s, at most 1.5 MB per pair");
}

}  // namespace
}  // namespace wgmesh::render_bench_test
