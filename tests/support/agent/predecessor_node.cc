#include "tests/support/agent/predecessor_node.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "agent/store/atomic_file.h"
#include "tests/support/agent/example_plan.h"

namespace wgmesh {
namespace {

IpAddress ip(const std::string& text) { return parse_ip(text).value(); }

// A secret is written as any other 32 octets are.
std::string base64_of(const Secret& secret) {
  PublicKey octets;
  std::ranges::copy(secret.reveal(), octets.octets.begin());
  return to_base64(octets);
}

PublicKey peer_key(int number) {
  return public_key_of(secret_of(static_cast<std::uint8_t>(number)));
}

}  // namespace

std::string predecessor_text() {
  const proto::Plan plan = example_plan();
  const NodeSecrets secrets = example_secrets(plan);
  std::string text =
      fmt::format("[Interface]\nPrivateKey = {}\nAddress = fd77::10/128\nListenPort = 51820\n",
                  base64_of(secrets.private_key));
  for (int i = 1; i <= plan.peers_size(); ++i) {
    text += fmt::format(
        "PostUp = ip link add gt-test{0} type ip6gretap local fd77::10 remote fd77::1{0}\n", i);
    text += fmt::format("PostUp = ip link set gt-test{} up master br-test\n", i);
    text += fmt::format("PreDown = ip link del gt-test{}\n", i);
  }
  int number = 0;
  for (const proto::Peer& peer : plan.peers()) {
    ++number;
    text += fmt::format(
        "\n[Peer]\n# friendly_name = {}\n# friendly_json = {{\"rack\": {}}}\nPublicKey = {}\n"
        "PresharedKey = {}\nAllowedIPs = fd77::1{}/128\n",
        peer.node(), number, to_base64(peer_key(number)),
        base64_of(secrets.preshared_keys.at(peer.node())), number);
  }
  return text;
}

std::string predecessor_path(const TestNode& node) {
  return node.this_node.paths.wireguard + "/wg-test0.conf";
}

std::string predecessor_link(const TestNode& node) {
  return node.this_node.paths.units + "/multi-user.target.wants/wg-quick@wg-test0.service";
}

void put_predecessor(TestNode& node) {
  make_folder(node.this_node.paths.wireguard);
  write_file(predecessor_path(node), predecessor_text());
  make_folder(node.this_node.paths.units + "/multi-user.target.wants");
  std::filesystem::create_symlink("/lib/systemd/system/wg-quick@.service", predecessor_link(node));
  put_predecessor_interfaces(node.kernel);
}

void put_predecessor_interfaces(FakeKernel& kernel) {
  FakeInterface& device =
      kernel.put(FakeInterface{.name = "wg-test0", .kind = "wireguard", .mtu = 1420, .up = true});
  device.addresses = {parse_prefix("fd77::10/128").value()};
  device.wireguard.private_key = example_secrets(example_plan()).private_key;
  device.wireguard.listen_port = 51820;
  kernel.put(FakeInterface{.name = "br-test",
                           .kind = "bridge",
                           .mtu = 1354,
                           .up = true,
                           .mac = {{2, 0, 0, 0, 0, 9}},
                           .addresses = {parse_prefix("fd00:0:0:1::1/64").value()},
                           .bridge = {.stp = true, .priority = 4096}});
  for (int i = 1; i <= 3; ++i) {
    kernel.put(FakeInterface{.name = fmt::format("gt-test{}", i),
                             .kind = "ip6gretap",
                             .mtu = 1354,
                             .up = true,
                             .master = "br-test",
                             .path_cost = 100,
                             .local = ip("fd77::10"),
                             .remote = ip(fmt::format("fd77::1{}", i))});
    device.wireguard.peers[peer_key(i)].allowed_ips = {
        parse_prefix(fmt::format("fd77::1{}/128", i)).value()};
  }
}

}  // namespace wgmesh
