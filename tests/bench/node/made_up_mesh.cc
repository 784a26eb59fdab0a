#include "tests/bench/node/made_up_mesh.h"

#include <fmt/format.h>

#include "agent/state/desired.h"
#include "common/naming.h"
#include "common/short_peers.h"
#include "tests/support/agent/example_plan.h"

namespace wgmesh {
namespace {

std::string address_of(int number) {
  return fmt::format("10.77.{}.{}", number / 250, number % 250 + 1);
}
std::string key_of(int number) {
  std::string octets(kKeySize, 'k');
  return octets.replace(0, 5, fmt::format("{:05}", number));
}

}  // namespace

std::string made_up_name(int number) { return "n" + std::to_string(number); }

proto::Open open_for_made_up(int peers) {
  proto::Open open = open_for(example_plan_of(0));
  open.set_takes_short(true);
  open.set_confirm_timeout(600);
  for (int i = 1; i <= peers; ++i) {
    proto::OpenPeer& peer = *open.add_peers();
    peer.set_node(made_up_name(i));
    peer.set_endpoint(address_of(i) + ":51820");
  }
  return open;
}

proto::ShortPeers made_up_peers(int peers) {
  proto::ShortPeers told;
  for (int i = 1; i <= peers; ++i) { told.mutable_public_keys()->append(key_of(i)); }
  told.set_persistent_keepalive(25);
  return told;
}

State made_up_state(int peers) {
  proto::Plan plan = example_plan_of(0);
  put_all_peers(open_for_made_up(peers), made_up_peers(peers), default_underlay(plan.mesh()), plan);
  EndpointKnowledge endpoints;
  for (int i = 1; i <= peers; ++i) {
    endpoints.resolved[made_up_name(i)] = parse_socket_address(address_of(i) + ":51820").value();
  }
  return desired_state(plan, example_secrets(plan), endpoints);
}

}  // namespace wgmesh
