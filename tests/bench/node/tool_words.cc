#include "tests/bench/node/tool_words.h"

#include <fmt/format.h>

#include <fstream>
#include <string_view>

namespace wgmesh {
namespace {

std::string text_of(const Secret& key) {
  const auto octets = key.reveal();
  return key_text(std::string(octets.begin(), octets.end()), "");
}

std::string conf_of(const Wireguard& device) {
  std::string text = fmt::format("[Interface]\nPrivateKey = {}\nListenPort = {}\n",
                                 text_of(*device.private_key), device.listen_port);
  for (const auto& [key, peer] : device.peers) {
    text += fmt::format(
        "[Peer]\nPublicKey = {}\nPresharedKey = {}\nEndpoint = {}\nAllowedIPs = {}\n"
        "PersistentKeepalive = {}\n",
        to_base64(key), text_of(*peer.preshared_key), to_text(*peer.endpoint),
        to_text(*peer.allowed_ips.begin()), peer.persistent_keepalive);
  }
  return text;
}

std::string up_of(const State& state) {
  const Wireguard& device = *state.wireguard;
  const Bridge& bridge = *state.bridge;
  const std::string& wg = device.interface.name;
  const std::string& br = bridge.interface.name;
  std::string text = fmt::format("address add {} dev {} nodad\nlink set {} up mtu {}\n",
                                 to_text(*device.addresses.begin()), wg, wg, device.interface.mtu);
  text += fmt::format(
      "link add {} address {} type bridge stp_state 1 priority {} forward_delay {} hello_time {} "
      "max_age {} ageing_time {}\n",
      br, to_text(bridge.mac), bridge.priority, bridge.forward_delay, bridge.hello_time,
      bridge.max_age, bridge.ageing);
  for (const auto& [name, tunnel] : state.tunnels) {
    text += fmt::format(
        "link add {0} address {1} mtu {2} group {3} type ip6gretap local {4} remote {5} "
        "encaplimit none\n"
        "link set {0} alias {6} addrgenmode none\nlink set {0} master {7} up\n",
        name, to_text(tunnel.mac), tunnel.interface.mtu, tunnel.interface.group,
        to_text(tunnel.local), to_text(tunnel.remote), tunnel.interface.alias, br);
  }
  text += fmt::format("address add {} dev {} nodad\nlink set {} up\n",
                      to_text(*bridge.addresses.begin()), br, br);
  return text;
}

std::string down_of(const State& state) {
  std::string text;
  for (const auto& [name, tunnel] : state.tunnels) { text += fmt::format("link del {}\n", name); }
  return text + fmt::format("link del {}\nlink del {}\n", state.bridge->interface.name,
                            state.wireguard->interface.name);
}

void write(const std::string& path, std::string_view text) { std::ofstream(path) << text; }

}  // namespace

void write_words(const State& state, const std::string& folder) {
  write(folder + "/wg.conf", conf_of(*state.wireguard));
  write(folder + "/up.batch", up_of(state));
  write(folder + "/down.batch", down_of(state));
}

}  // namespace wgmesh
