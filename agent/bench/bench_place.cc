#include "agent/bench/bench_place.h"

#include <algorithm>

#include "agent/text/messages.h"
#include "common/error.h"
#include "common/naming.h"

namespace wgmesh {
namespace {

bool has(const auto& addresses, const IpAddress& address) {
  return std::ranges::any_of(addresses, [&](const auto& own) { return own.address == address; });
}

}  // namespace

BenchEnds bench_ends(Kernel& kernel, const proto::Open& open, const proto::BenchPath& path) {
  const auto own = parse_ip(path.own());
  const auto peer = parse_ip(path.peer());
  if (!own || !peer || own->family != peer->family) {
    throw Error(say<"bench-path-invalid">(path.own(), path.peer()));
  }
  const State state = kernel.observe({open.mesh(), {}, {}}).state;
  const bool is_bridges = state.bridge && has(state.bridge->addresses, *own);
  const bool is_inner = state.wireguard && has(state.wireguard->addresses, *own);
  const auto network = parse_prefix(open.network());
  const bool peer_is_inside = network && contains(*network, *peer);
  if (!path.beside()) {
    if (!is_bridges) { throw Error(say<"bench-address-foreign">(to_text(*own), open.mesh())); }
    if (!peer_is_inside) { throw Error(say<"bench-address-foreign">(to_text(*peer), open.mesh())); }
    return {*own, *peer, bridge_name(open.mesh())};
  }
  for (const auto& [address, is_of_mesh] :
       {std::pair(*own, is_bridges || is_inner), std::pair(*peer, peer_is_inside)}) {
    if (is_of_mesh || !is_one_host(address) || is_loopback(address)) {
      throw Error(say<"bench-address-not-beside">(to_text(address), open.mesh()));
    }
  }
  return {*own, *peer, {}};
}

}  // namespace wgmesh
