#include "agent/bench/round_trips.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

#include "agent/bench/bench_figures.h"

namespace wgmesh {

void RoundTrips::begin() {
  first_ += sent_.size();
  sent_.clear();
  times_.clear();
}

void RoundTrips::ask(BenchTime now) {
  const auto octets = tags_.put({BenchKind::kQuestion, first_ + sent_.size()});
  sent_.emplace_back(now);
  // One that cannot be sent is one that is lost.
  ::send(fd_, octets.data(), octets.size(), MSG_NOSIGNAL);
}

void RoundTrips::hear() {
  std::array<char, kBenchPacketSize> octets;
  for (;;) {
    const ssize_t n = ::recv(fd_, octets.data(), octets.size(), 0);
    if (n < 0 && (errno == EINTR || errno == ECONNREFUSED)) { continue; }
    if (n < 0) { return; }
    const auto packet = tags_.parse(std::span(octets).first(static_cast<std::size_t>(n)));
    if (!packet || packet->kind != BenchKind::kAnswer) { continue; }
    const std::uint64_t index = packet->number - first_;
    if (packet->number < first_ || index >= sent_.size() || !sent_[index]) { continue; }
    times_.push_back(std::chrono::steady_clock::now() - *std::exchange(sent_[index], std::nullopt));
  }
}

std::optional<std::uint32_t> RoundTrips::median() const { return median_microseconds(times_); }

}  // namespace wgmesh
