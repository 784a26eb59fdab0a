#include "agent/peers/mesh_echo.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "agent/text/messages.h"
#include "common/error.h"

namespace wgmesh {

Echo listen_on_mesh(Kernel& kernel, const proto::Open& open, const proto::Listen& wanted,
                    proto::Listening& told) {
  EchoToken token{};
  if (wanted.token().size() != token.size()) { throw Error(say<"measure-token-size">()); }
  std::ranges::copy(wanted.token(), token.begin());

  const State state = kernel.observe({open.mesh(), {}, {}}).state;
  std::set<IpAddress> inner;
  std::vector<IpAddress> addresses;
  if (state.wireguard) {
    for (const Prefix& address : state.wireguard->addresses) { inner.insert(address.address); }
    addresses.assign(inner.begin(), inner.end());
  }
  if (state.bridge) {
    for (const Prefix& address : state.bridge->addresses) { addresses.push_back(address.address); }
  }
  std::vector<Prefix> within;
  for (const std::string& prefix : {open.network(), open.inner_address()}) {
    if (const auto parsed = parse_prefix(prefix)) { within.push_back(*parsed); }
  }
  Echo echo(addresses, token, std::move(within));
  for (const SocketAddress& address : echo.listeners()) {
    proto::Listener& listener = *told.add_listeners();
    listener.set_address(to_text(address.address));
    listener.set_port(address.port);
    listener.set_inner(inner.contains(address.address));
  }
  return echo;
}

}  // namespace wgmesh
