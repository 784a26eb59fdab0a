// Small questions over a connected UDP socket, and how long their answers take. What is lost is not counted.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "agent/bench/bench_packet.h"
#include "agent/bench/bench_sockets.h"

namespace wgmesh {

class RoundTrips {
 public:
  // `fd` and `tags` must live as long.
  RoundTrips(int fd, const BenchTags& tags) : fd_(fd), tags_(tags) {}

  // The questions of one series begin.
  void begin();
  void ask(BenchTime now);
  // Reads what has come. Late answers to an earlier series do not count.
  void hear();
  bool all_answered() const { return times_.size() == sent_.size(); }
  // In microseconds, of this series. Nothing: no answer came.
  std::optional<std::uint32_t> median() const;

 private:
  int fd_;
  const BenchTags& tags_;
  std::uint64_t first_ = 0;                     // number of the series' first question
  std::vector<std::optional<BenchTime>> sent_;  // nothing: it is answered
  std::vector<std::chrono::nanoseconds> times_;
};

}  // namespace wgmesh
