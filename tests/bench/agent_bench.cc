// What the agent computes, by the number of peers.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "agent/state/desired.h"
#include "agent/state/diff.h"
#include "agent/store/journal.h"
#include "agent/store/store.h"
#include "common/naming.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/temporary_folder.h"
#include "tests/support/bench/cold_caches.h"

namespace wgmesh {
namespace {

int size_of(const benchmark::State& state) { return static_cast<int>(state.range(0)); }

std::string octets_of(const MacAddress& mac) { return {mac.octets.begin(), mac.octets.end()}; }

proto::Plan plan_of(int peers) {
  proto::Plan plan = example_plan_of(0);
  for (int i = 0; i < peers; ++i) {
    proto::Peer& peer = *plan.add_peers();
    peer.set_node("n" + std::to_string(i));
    peer.set_public_key(std::string(kKeySize, 'k').replace(0, peer.node().size(), peer.node()));
    peer.set_inner_address(
        to_text(inner_address(plan.mesh(), peer.node(), default_underlay(plan.mesh())).address));
    peer.set_persistent_keepalive(25);
    peer.mutable_tunnel()->set_name(tunnel_name(plan.mesh(), peer.node()));
    peer.mutable_tunnel()->set_mac(octets_of(tunnel_mac(plan.mesh(), plan.node(), peer.node())));
  }
  return plan;
}

template <class Work>
void measure(benchmark::State& state, const Work& work) {
  for (auto _ : state) {
    state.PauseTiming();
    cool_caches();
    state.ResumeTiming();
    work();
  }
}

State state_of(int peers) {
  const proto::Plan plan = plan_of(peers);
  return desired_state(plan, example_secrets(plan), {});
}

void desired(benchmark::State& state) {
  const proto::Plan plan = plan_of(size_of(state));
  const NodeSecrets secrets = example_secrets(plan);
  measure(state,
          [&] { benchmark::DoNotOptimize(desired_state(plan, secrets, {}).tunnels.size()); });
}

void diff_of_nothing(benchmark::State& state) {
  const State stands = state_of(size_of(state));
  measure(state, [&] { benchmark::DoNotOptimize(diff(stands, stands).size()); });
}

void diff_of_all(benchmark::State& state) {
  const State wanted = state_of(size_of(state));
  measure(state, [&] { benchmark::DoNotOptimize(diff(wanted, {}).size()); });
}

void describe_all(benchmark::State& state) {
  const auto operations = diff(state_of(size_of(state)), {});
  measure(state, [&] {
    std::size_t octets = 0;
    for (const Operation& operation : operations) { octets += describe(operation).size(); }
    benchmark::DoNotOptimize(octets);
  });
}

// The disk has no part in these: only processor time counts.
struct Stored {
  explicit Stored(int peers) : store(folder.path()), plan(plan_of(peers)) {
    const NodeSecrets secrets = example_secrets(plan);
    mesh.private_key = secrets.private_key;
    mesh.preshared_keys = secrets.preshared_keys;
    mesh.plan = plan;
    files = store.changes("test", mesh);
  }

  TemporaryFolder folder;
  Store store;
  proto::Plan plan;
  StoredMesh mesh;
  std::vector<Staged> files;
};

void store(benchmark::State& state) {
  const Stored stored(size_of(state));
  measure(state, [&] { stored.store.stage("test", stored.mesh, stored.files); });
}

void load(benchmark::State& state) {
  const Stored stored(size_of(state));
  stored.store.stage("test", stored.mesh, stored.files);
  stored.store.publish("test", stored.files);
  measure(state,
          [&] { benchmark::DoNotOptimize(stored.store.load("test").mesh.preshared_keys.size()); });
}

void journal(benchmark::State& state) {
  const Stored stored(size_of(state));
  stored.store.stage("test", stored.mesh, stored.files);
  const Journal open(stored.store, "test");
  const JournalEntry entry{{}, state_of(size_of(state)), stored.files, "root@ci", "boot", {}};
  measure(state, [&] { open.begin(entry); });
}

void up_to_1000(benchmark::internal::Benchmark* bench) {
  bench->Arg(10)->Arg(100)->Arg(1000)->Unit(benchmark::kMillisecond);
}

BENCHMARK(desired)->Apply(up_to_1000);
BENCHMARK(diff_of_nothing)->Apply(up_to_1000);
BENCHMARK(diff_of_all)->Apply(up_to_1000);
BENCHMARK(describe_all)->Apply(up_to_1000);
BENCHMARK(store)->Apply(up_to_1000);
BENCHMARK(load)->Apply(up_to_1000);
BENCHMARK(journal)->Apply(up_to_1000);

}  // namespace
}  // namespace wgmesh

BENCHMARK_MAIN();
