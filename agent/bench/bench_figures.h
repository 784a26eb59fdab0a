// From what was counted to figures: throughput over the middle of a stream, medians, how busy a machine was. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace wgmesh {

// What has come in each slice of time since the first octet.
class ArrivalCount {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::milliseconds kSlice{20};

  // `now` never goes back.
  void add(Time now, std::uint64_t octets);
  std::uint64_t octets() const { return octets_; }
  // Bits per second. The first sixth, in which TCP finds its pace, and the slice in which the stream ends do not count,
  // unless there is nothing else. 0: nothing came, or all of it at one moment.
  std::uint64_t rate() const;

 private:
  std::vector<std::uint64_t> slices_;
  std::uint64_t octets_ = 0;
  Time first_{};
  Time last_{};
};

// Of `times`, in microseconds, at least 1 and at most a minute. Nothing: there are none.
std::optional<std::uint32_t> median_microseconds(std::vector<std::chrono::nanoseconds> times);

// What all processors of a machine have done since it booted, in ticks.
struct CpuTime {
  std::uint64_t busy = 0;
  std::uint64_t all = 0;

  bool operator==(const CpuTime&) const = default;
};

// Of the text of /proc/stat. Waiting for disks is not busy. All zeros: it is no such text.
CpuTime parse_cpu_time(std::string_view proc_stat);
CpuTime read_cpu_time();
// In thousandths, rounded.
std::uint32_t busy_between(const CpuTime& before, const CpuTime& after);

}  // namespace wgmesh
