// `bench`: what is to be measured between which nodes, within which bounds, and what came out, as values. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "common/said.h"
#include "controller/mesh/mesh.h"
#include "controller/mesh/report.h"

namespace wgmesh {

struct BenchBounds {
  std::chrono::seconds stream{
      3};  // the TCP stream of one direction; datagrams take a third of that
  std::uint64_t pair_octets = 2'000'000'000;  // that a pair may move, both directions together
  bool beside = false;                        // also between underlay addresses

  // Of one stream, and of one flow of datagrams.
  std::uint64_t load_octets() const { return pair_octets / (beside ? 8 : 4); }
  std::chrono::milliseconds datagrams() const { return std::chrono::milliseconds(stream) / 3; }
  // That `pairs` will take, without what their round trips add.
  std::chrono::milliseconds expected(std::size_t pairs) const;

  bool operator==(const BenchBounds&) const = default;
};

// Rates are bits per second of payload.
struct BenchFigures {
  std::uint64_t tcp_rate = 0;
  std::uint64_t udp_rate = 0;
  std::optional<double> udp_loss;  // 0 to 1; nothing: no datagram was sent
  std::optional<std::chrono::microseconds> round_trip_idle;  // nothing: no answer came
  std::optional<std::chrono::microseconds> round_trip_load;  // during the TCP stream
  // Thousandths of the machine that were busy during the TCP stream.
  unsigned sender_cpu = 0;
  unsigned receiver_cpu = 0;

  bool operator==(const BenchFigures&) const = default;
};

// One direction over one path.
struct BenchRun {
  std::string from;
  std::string to;
  bool beside = false;
  std::optional<BenchFigures> figures = {};  // nothing: `why_not`
  Said why_not = {};

  bool operator==(const BenchRun&) const = default;
};

struct BenchPair {
  std::string a;
  std::string b;
  std::optional<Said> skipped = {};  // why nothing is tried
  std::vector<BenchRun> runs = {};   // in the order in which they are made

  // Every run over the mesh has figures. What lies beside it may keep two nodes apart.
  bool is_measured() const;

  bool operator==(const BenchPair&) const = default;
};

// In file order: all links; those of a node; or with more names those between them, where two names that share no link
// are a pair that is skipped.
std::vector<BenchPair> bench_pairs(const Mesh& mesh, std::span<const std::string> names);
// Skips pairs with a node that is unreachable or down, and those without a live handshake; the others get runs.
void plan_bench_runs(std::vector<BenchPair>& pairs, std::span<const NodeReport> reports,
                     const BenchBounds& bounds);

// The addresses of sender and receiver.
struct BenchAddresses {
  IpAddress from;
  IpAddress to;

  bool operator==(const BenchAddresses&) const = default;
};
// On the segment as the mesh file says, whatever a node says; beside it where either node's WireGuard has found the other.
// Nothing: there are none of one IP version.
std::optional<BenchAddresses> bench_addresses(const Mesh& mesh, std::span<const NodeReport> reports,
                                              const BenchRun& run);

// Why bench_addresses found none.
Said why_no_addresses(const BenchRun& run);

// By which share of the datagrams fewer came than were sent.
std::optional<double> loss_of(std::uint64_t sent, std::uint64_t received);

}  // namespace wgmesh
