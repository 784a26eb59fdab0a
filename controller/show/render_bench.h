// `bench`: what is about to be moved, then what came of it, as a table or as JSON.
#pragma once

#include <string>
#include <vector>

#include "controller/mesh/bench.h"

namespace wgmesh {

// "6 pairs, about 50 s, at most 2 GB per pair"
std::string bench_announcement(std::size_t pairs, const BenchBounds& bounds);

// A row for each run that has figures, then a line for each pair and run that has none. With `bounds.beside` a column
// names the path.
std::string render_bench(const std::vector<BenchPair>& pairs, const BenchBounds& bounds);
std::string render_bench_json(const std::string& mesh, const std::vector<BenchPair>& pairs,
                              const BenchBounds& bounds);

}  // namespace wgmesh
