// Benchmarks with cold caches. A command looks once at what nodes have sent over seconds, and an agent once at what the
// kernel has told. If a hundred were looked at from a warm cache, which a thousand do not fit into, the growth from one to
// the other would be that of caches.
#pragma once

#include <benchmark/benchmark.h>

#include <cstddef>
#include <vector>

namespace wgmesh {

// Takes the processor's caches for something else.
inline void cool_caches() {
  static std::vector<char> octets(std::size_t{64} << 20);
  for (std::size_t i = 0; i < octets.size(); i += 64) { ++octets[i]; }
  benchmark::DoNotOptimize(octets.data());
}

}  // namespace wgmesh
