// The seed of a random test: another one in each run, so that all runs together look further than
// one could. WGMESH_SEED=N repeats a run; tests/run draws one for everything that it runs.
#pragma once

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <stdexcept>
#include <string_view>

namespace wgmesh {

// Prints what it draws.
inline std::uint32_t drawn_seed() {
  std::uint32_t seed = 0;
  if (const char* given = std::getenv("WGMESH_SEED"); given != nullptr && *given != '\0') {
    const std::string_view text = given;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
    if (error != std::errc() || end != text.data() + text.size()) {
      throw std::invalid_argument(fmt::format("WGMESH_SEED={}", text));
    }
    return seed;
  }
  seed = std::random_device()() % 1000000;
  fmt::print("# seed {} (WGMESH_SEED={} repeats it)\n", seed, seed);
  return seed;
}

}  // namespace wgmesh
