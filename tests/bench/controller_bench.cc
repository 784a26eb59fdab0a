// What the controller computes, by the number of nodes. `peak_mb`: the memory that one run of it takes at most.
#include <benchmark/benchmark.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/link_octet.h"
#include "controller/file/mesh_file.h"
#include "controller/fleet/node_message.h"
#include "controller/mesh/admission.h"
#include "controller/mesh/forwarding.h"
#include "controller/mesh/identity.h"
#include "controller/mesh/planner.h"
#include "controller/mesh/preshared_keys.h"
#include "controller/mesh/status_rows.h"
#include "controller/mesh/tree.h"
#include "controller/show/render_info.h"
#include "tests/support/bench/cold_caches.h"
#include "tests/support/bench/large_mesh.h"
#include "tests/support/bench/peak_memory.h"
#include "tests/support/controller/reported_mesh.h"

namespace wgmesh {
namespace {

constexpr auto kUnit = benchmark::kMillisecond;

int size_of(const benchmark::State& state) { return static_cast<int>(state.range(0)); }

// Runs `work`, and notes what memory its first run takes.
template <class Work>
void measure(benchmark::State& state, const Work& work) {
  bool is_first = true;
  for (auto _ : state) {
    state.PauseTiming();
    cool_caches();
    const std::optional<PeakMemory> peak =
        is_first ? std::optional<PeakMemory>(std::in_place) : std::nullopt;
    state.ResumeTiming();
    work();
    if (!peak) { continue; }
    state.PauseTiming();
    state.counters["peak_mb"] = peak->mebibytes();
    is_first = false;
    state.ResumeTiming();
  }
}

// As they travel, by node.
std::map<std::string, std::string> hello_frames(const Mesh& mesh) {
  std::map<std::string, std::string> frames;
  for (const Node& node : mesh.nodes) {
    proto::FromAgent frame;
    *frame.mutable_hello() = hello_of(mesh, node);
    frames[node.name] = frame.SerializeAsString();
  }
  return frames;
}

Facts facts_of(const std::map<std::string, std::string>& frames) {
  Facts facts;
  for (const auto& [node, octets] : frames) { facts[node] = parse_node_message(octets).hello(); }
  return facts;
}

void reader(benchmark::State& state) {
  const std::string text = mesh_text(size_of(state));
  measure(state, [&] { benchmark::DoNotOptimize(read_mesh_file(text, "mesh.yaml").nodes.size()); });
}

void parsing(benchmark::State& state) {
  const auto frames = hello_frames(large_mesh(size_of(state)));
  measure(state, [&] {
    for (const auto& [node, octets] : frames) {
      benchmark::DoNotOptimize(parse_node_message(octets).hello().short_proofs().size());
    }
  });
}

// From the hellos as they come to the plans as they go.
void planning(benchmark::State& state) {
  const Mesh mesh = large_mesh(size_of(state));
  const auto frames = hello_frames(mesh);
  measure(state, [&] {
    const Facts facts = facts_of(frames);
    std::size_t octets = find_strangers(mesh, facts).size() + find_clones(mesh, facts).size();
    octets += admit(mesh, facts, {}).obstacles.size();
    const SegmentMtu mtu = segment_mtu(mesh, facts);
    octets += warnings_of(mesh, facts, mtu).size() + preshared_keys_to_make(mesh, facts).size();
    for (const Node& node : mesh.nodes) {
      octets += proposal_for(mesh, node, facts, mtu).SerializeAsString().size();
    }
    benchmark::DoNotOptimize(octets);
  });
}

void keys(benchmark::State& state) {
  const Mesh mesh = large_mesh(size_of(state));
  const Facts facts = facts_of(hello_frames(mesh));
  measure(state, [&] { benchmark::DoNotOptimize(preshared_keys_to_make(mesh, facts).size()); });
}

void forwarding(benchmark::State& state) {
  const Mesh mesh = mesh_of(size_of(state));
  Statuses statuses;
  for (const NodeReport& report : reports_of(mesh)) {
    proto::Status& status = statuses[report.node];
    *status.mutable_bridge() = report.status->bridge();
    for (int i = 1; i < size_of(state); ++i) {
      *status.mutable_links() += static_cast<char>(link_octet(true, "forwarding"));
    }
  }
  measure(state, [&] {
    benchmark::DoNotOptimize(missing_for_forwarding(mesh, statuses).handshakes.size());
  });
}

void status(benchmark::State& state) {
  const Mesh mesh = mesh_of(size_of(state));
  const auto reports = reports_of(mesh);
  measure(state, [&] { benchmark::DoNotOptimize(mesh_status(mesh, reports).nodes.size()); });
}

void tree(benchmark::State& state) {
  const RoundTrips trips = large_round_trips(size_of(state));
  std::vector<std::string> nodes;
  for (const Node& node : mesh_of(size_of(state)).nodes) { nodes.push_back(node.name); }
  measure(state, [&] { benchmark::DoNotOptimize(choose_tree(nodes, trips).links.size()); });
}

void info(benchmark::State& state) {
  const Mesh mesh = mesh_of(size_of(state));
  const auto reports = reports_of(mesh);
  measure(state, [&] {
    std::size_t octets = 0;
    put_info(mesh, reports, false, std::chrono::system_clock::time_point(),
             [&](std::string_view part) { octets += part.size(); });
    benchmark::DoNotOptimize(octets);
  });
}

void by_size(benchmark::internal::Benchmark* bench, const std::vector<int>& sizes) {
  for (const int size : sizes) { bench->Arg(size); }
  bench->Unit(kUnit);
}
void up_to_1000(benchmark::internal::Benchmark* bench) { by_size(bench, {10, 100, 1000}); }
void up_to_300(benchmark::internal::Benchmark* bench) { by_size(bench, {10, 100, 300}); }

BENCHMARK(reader)->Apply(up_to_1000);
BENCHMARK(parsing)->Apply(up_to_1000);
BENCHMARK(planning)->Apply(up_to_1000);
BENCHMARK(keys)->Apply(up_to_1000);
BENCHMARK(forwarding)->Apply(up_to_1000);
BENCHMARK(status)->Apply(up_to_1000);
BENCHMARK(tree)->Apply(up_to_300);
BENCHMARK(info)->Apply(up_to_300);

}  // namespace
}  // namespace wgmesh

BENCHMARK_MAIN();
