#include "agent/bench/bench_figures.h"

#include <algorithm>
#include <charconv>
#include <numeric>

#include "agent/store/kernel_text.h"

namespace wgmesh {
namespace {

// Of an hour; who sends for longer is counted in the last one.
constexpr std::size_t kMostSlices = 180'000;
constexpr std::size_t kFewSlices = 6;
constexpr std::uint64_t kLongestMicroseconds = 60'000'000;

std::uint64_t bits_per_second(std::uint64_t octets, std::chrono::nanoseconds time) {
  if (time <= std::chrono::nanoseconds(0)) { return 0; }
  const double seconds = std::chrono::duration<double>(time).count();
  return static_cast<std::uint64_t>(static_cast<double>(octets) * 8 / seconds);
}

}  // namespace

void ArrivalCount::add(Time now, std::uint64_t octets) {
  if (slices_.empty()) { first_ = now; }
  last_ = now;
  const auto slice = static_cast<std::size_t>((now - first_) / kSlice);
  slices_.resize(std::max(slices_.size(), std::min(slice, kMostSlices) + 1));
  slices_.back() += octets;
  octets_ += octets;
}

std::uint64_t ArrivalCount::rate() const {
  if (slices_.size() < kFewSlices) { return bits_per_second(octets_, last_ - first_); }
  const auto begin = slices_.begin() + static_cast<std::ptrdiff_t>(slices_.size() / 6);
  const auto end = slices_.end() - 1;
  return bits_per_second(std::accumulate(begin, end, std::uint64_t{0}), kSlice * (end - begin));
}

std::optional<std::uint32_t> median_microseconds(std::vector<std::chrono::nanoseconds> times) {
  if (times.empty()) { return std::nullopt; }
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::ranges::nth_element(times, middle);
  const auto rounded = std::max<std::int64_t>(middle->count() + 500, 0) / 1000;
  return static_cast<std::uint32_t>(
      std::clamp<std::uint64_t>(static_cast<std::uint64_t>(rounded), 1, kLongestMicroseconds));
}

CpuTime parse_cpu_time(std::string_view proc_stat) {
  // "cpu  USER NICE SYSTEM IDLE IOWAIT IRQ SOFTIRQ STEAL GUEST GUEST_NICE"; a guest's time is in the user's, too.
  constexpr std::string_view kHead = "cpu ";
  constexpr std::size_t kIdle = 3;
  constexpr std::size_t kIoWait = 4;
  constexpr std::size_t kGuest = 8;
  if (!proc_stat.starts_with(kHead)) { return {}; }
  std::string_view line = proc_stat.substr(kHead.size(), proc_stat.find('\n') - kHead.size());
  CpuTime time;
  for (std::size_t column = 0; column < kGuest; ++column) {
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    std::uint64_t ticks = 0;
    const auto [end, fault] = std::from_chars(line.data(), line.data() + line.size(), ticks);
    if (fault != std::errc{}) { break; }
    line.remove_prefix(static_cast<std::size_t>(end - line.data()));
    time.all += ticks;
    if (column != kIdle && column != kIoWait) { time.busy += ticks; }
  }
  return time;
}

CpuTime read_cpu_time() { return parse_cpu_time(read_kernel_text("/proc/stat")); }

std::uint32_t busy_between(const CpuTime& before, const CpuTime& after) {
  if (after.all <= before.all || after.busy < before.busy) { return 0; }
  const std::uint64_t all = after.all - before.all;
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(((after.busy - before.busy) * 1000 + all / 2) / all, 1000));
}

}  // namespace wgmesh
