#include "controller/fleet/check_bench.h"

#include <cstdint>

#include "controller/fleet/facts.h"

namespace wgmesh {
namespace {

constexpr std::uint64_t kMostRate = 10'000'000'000'000;  // ten terabits per second
constexpr std::uint64_t kMostDatagrams = 1'000'000'000'000;
constexpr std::uint64_t kMostRoundTrip = 60'000'000;
constexpr std::uint64_t kWholeMachine = 1000;

void expect_port(std::uint32_t port) {
  if (port == 0 || port > 65535) { refuse_fact("a port {}, which is none", port); }
}

}  // namespace

void check_bench(const proto::BenchListening& listening) {
  expect_port(listening.tcp_port());
  expect_port(listening.udp_port());
}

void check_bench(const proto::BenchReceived& received) {
  expect_at_most(received.tcp_rate(), kMostRate, "a TCP throughput");
  expect_at_most(received.udp_rate(), kMostRate, "a UDP throughput");
  expect_at_most(received.udp_datagrams(), kMostDatagrams, "a number of datagrams");
  expect_at_most(received.cpu(), kWholeMachine, "a busy share of its processors");
}

void check_bench(const proto::BenchSent& sent) {
  expect_at_most(sent.udp_datagrams(), kMostDatagrams, "a number of datagrams");
  expect_at_most(sent.round_trip_idle(), kMostRoundTrip, "a round trip");
  expect_at_most(sent.round_trip_load(), kMostRoundTrip, "a round trip");
  expect_at_most(sent.cpu(), kWholeMachine, "a busy share of its processors");
}

}  // namespace wgmesh
