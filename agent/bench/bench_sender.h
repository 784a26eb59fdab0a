// The sending end of a bench: nothing but small packets leaves before the other end has shown, over UDP and over TCP,
// that it knows the run's token; then the load, which is bounded in time and in octets.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

#include "agent/bench/bench_packet.h"
#include "agent/bench/bench_sockets.h"
#include "proto/session.pb.h"

namespace wgmesh {

struct BenchLoad {
  std::uint16_t tcp_port = 0;
  std::uint16_t udp_port = 0;
  std::chrono::milliseconds tcp_duration{};
  std::chrono::milliseconds udp_duration{};
  std::uint64_t most_octets = 0;              // of the stream, and again of the datagrams
  std::chrono::milliseconds patience{3'000};  // for each first answer
};

// Returns early when `is_over`. Throws Error when the other end does not answer, or breaks off.
proto::BenchSent send_bench(const BenchEnds& ends, const BenchTags& tags, const BenchLoad& load,
                            const std::function<bool()>& is_over);

}  // namespace wgmesh
