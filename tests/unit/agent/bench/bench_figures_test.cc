#include "agent/bench/bench_figures.h"

#include <gtest/gtest.h>

#include "agent/bench/datagram_pace.h"

namespace wgmesh::bench_figures_test {
namespace {

using namespace std::chrono_literals;

// Each pair: octets of a slice of 20 ms.
std::uint64_t rate_of(const std::vector<std::uint64_t>& slices) {
  ArrivalCount count;
  auto now = ArrivalCount::Time(1s);
  for (const std::uint64_t octets : slices) {
    if (octets > 0) { count.add(now, octets); }
    now += ArrivalCount::kSlice;
  }
  return count.rate();
}

TEST(ArrivalCount, SteadyArrivalsHaveTheirRate) {
  EXPECT_EQ(rate_of(std::vector<std::uint64_t>(100, 25'000)), 10'000'000U);
}

TEST(ArrivalCount, TheSlowStartAndTheEndDoNotCount) {
  std::vector<std::uint64_t> slices(60, 25'000);
  std::fill_n(slices.begin(), 10, 100);
  slices.back() = 1;
  EXPECT_EQ(rate_of(slices), 10'000'000U);
}

TEST(ArrivalCount, APauseInTheMiddleCounts) {
  std::vector<std::uint64_t> slices(61, 25'000);
  std::fill_n(slices.begin() + 30, 25, 0);
  EXPECT_EQ(rate_of(slices), 5'000'000U);
}

TEST(ArrivalCount, FewArrivalsCountAsTheyAre) {
  EXPECT_EQ(rate_of({}), 0U);
  EXPECT_EQ(rate_of({1000}), 0U);
  EXPECT_EQ(rate_of({1000, 1000}), 800'000U);
}

TEST(ArrivalCount, CountsAllOctets) {
  ArrivalCount count;
  count.add(ArrivalCount::Time(0s), 3);
  count.add(ArrivalCount::Time(100h), 4);  // as if somebody sent for days
  EXPECT_EQ(count.octets(), 7U);
}

TEST(Median, IsTheMiddleInMicroseconds) {
  EXPECT_EQ(median_microseconds({}), std::nullopt);
  EXPECT_EQ(median_microseconds({5ms}), 5000U);
  EXPECT_EQ(median_microseconds({1s, 1ms, 2ms}), 2000U);
  EXPECT_EQ(median_microseconds({1499ns}), 1U);
  EXPECT_EQ(median_microseconds({1500ns}), 2U);
}

TEST(Median, IsWithinReason) {
  EXPECT_EQ(median_microseconds({0ns}), 1U);
  EXPECT_EQ(median_microseconds({2h}), 60'000'000U);
}

TEST(CpuTime, IsTheLineOfAllProcessors) {
  const CpuTime time =
      parse_cpu_time("cpu  100 20 30 800 50 4 5 6 90 9\ncpu0 1 1 1 1 1 1 1 1 1 1\n");
  EXPECT_EQ(time, (CpuTime{.busy = 165, .all = 1015}));
}

TEST(CpuTime, IsNothingWhereThereIsNoSuchLine) {
  EXPECT_EQ(parse_cpu_time(""), CpuTime());
  EXPECT_EQ(parse_cpu_time("intr 1 2 3\n"), CpuTime());
  EXPECT_EQ(parse_cpu_time("cpu  x\n"), CpuTime());
  EXPECT_EQ(parse_cpu_time("cpu  7"), (CpuTime{.busy = 7, .all = 7}));
}

TEST(CpuTime, OfThisMachineGrows) { EXPECT_GT(read_cpu_time().all, 0U); }

TEST(CpuTime, TheShareIsInThousandths) {
  EXPECT_EQ(busy_between({100, 1000}, {350, 1500}), 500U);
  EXPECT_EQ(busy_between({0, 0}, {1, 3}), 333U);
  EXPECT_EQ(busy_between({0, 0}, {3, 3}), 1000U);
  EXPECT_EQ(busy_between({5, 10}, {5, 10}), 0U);
  EXPECT_EQ(busy_between({5, 10}, {1, 20}), 0U);
}

TEST(DatagramPace, DatagramsFlowAtTheRate) {
  const auto begin = DatagramPace::Time(1s);
  DatagramPace pace(8'000'000, 1000, begin);  // one each millisecond
  std::uint64_t sent = 0;
  for (auto now = begin; now < begin + 1s; now += 2500us) {
    const std::uint64_t due = pace.due(now);
    pace.took(due);
    sent += due;
  }
  EXPECT_NEAR(static_cast<double>(sent), 1000, 3);
}

TEST(DatagramPace, WhatWasMissedIsNotMadeUpFor) {
  const auto begin = DatagramPace::Time(1s);
  DatagramPace pace(8'000'000, 1000, begin);
  EXPECT_EQ(pace.due(begin), 1U);
  EXPECT_LE(pace.due(begin + 1s), 6U);
}

TEST(DatagramPace, HasALeastRate) {
  const auto begin = DatagramPace::Time(1s);
  DatagramPace pace(0, 1000, begin);
  pace.took(pace.due(begin));
  EXPECT_EQ(pace.due(begin + 124ms), 0U);
  EXPECT_EQ(pace.due(begin + 125ms), 1U);
}

}  // namespace
}  // namespace wgmesh::bench_figures_test
