#include "controller/show/render_info.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "common/naming.h"
#include "controller/text/yaml_writer.h"
#include "tests/support/golden.h"

namespace wgmesh::render_info_test {
namespace {

using Json = nlohmann::ordered_json;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::int64_t kNow = 1'700'000'000;
const std::chrono::system_clock::time_point kHere{std::chrono::seconds(kNow)};

Mesh three_nodes() {
  Mesh mesh;
  mesh.name = "test";
  mesh.network = *parse_prefix("fd00:0:0:1::/64");
  mesh.underlay = default_underlay("test");
  for (const char* name : {"a", "b", "c"}) {
    Node node;
    node.name = name;
    node.endpoint = HostPort{name, 51820};
    node.addresses = {*parse_prefix("fd00:0:0:1::" + std::string(name) + "/64")};
    std::get<SshTarget>(node.target).host = "host-" + node.name;
    node.priority = static_cast<std::uint16_t>(4096 * (mesh.nodes.size() + 1));
    mesh.nodes.push_back(node);
  }
  mesh.nodes[1].target = ExecTarget{{"ip", "netns", "exec", "b"}, "ip netns exec b"};
  mesh.nodes[1].addresses.push_back(*parse_prefix("10.1.0.2/24"));
  mesh.nodes[1].json = {{"rack", 7}};
  return mesh;
}

std::string bridge_id_of(const std::string& node, const std::string& priority) {
  std::string id = priority + ".";
  for (const std::uint8_t octet : bridge_mac("test", node).octets) {
    id += fmt::format("{:02x}", octet);
  }
  return id;
}

const std::string kRootId = bridge_id_of("a", "1000");

NodeReport report_of(const std::string& name, bool is_root) {
  proto::Status status;
  status.set_mesh("test");
  status.set_node(name);
  status.set_stored(true);
  status.set_is_up(true);
  status.set_generation(3);
  proto::DeviceStatus& device = *status.mutable_device();
  device.set_name("wg-test");
  device.set_public_key(std::string(32, 'k'));
  device.set_listen_port(51820);
  device.set_mtu(1420);
  proto::BridgeStatus& bridge = *status.mutable_bridge();
  bridge.set_bridge_id(is_root ? kRootId : "2000.020000000002");
  bridge.set_root_id(kRootId);
  bridge.set_stp(true);
  bridge.set_priority(is_root ? 4096 : 8192);
  bridge.set_mtu(1362);
  bridge.set_root_port(is_root ? 0 : 1);
  bridge.set_root_path_cost(is_root ? 0 : 100);
  proto::PortStatus& port = *status.add_ports();
  port.set_name("gt-test-" + std::string(is_root ? "b" : "a"));
  port.set_peer(is_root ? "b" : "a");
  port.set_number(1);
  port.set_state("forwarding");
  port.set_path_cost(100);
  port.set_mtu(1362);
  port.set_carrier(true);
  proto::PeerStatus& peer = *device.add_peers();
  peer.set_node(port.peer());
  peer.set_public_key(std::string(32, 'p'));
  peer.set_has_preshared_key(true);
  peer.set_endpoint("192.0.2.1:51820");
  peer.set_latest_handshake(kNow - 42);
  peer.set_transfer_rx(100);
  peer.set_transfer_tx(200);
  return {name, status, {}};
}

std::vector<NodeReport> two_up_one_unreachable() {
  return {report_of("a", true), report_of("b", false), {"c", {}, "connection refused"}};
}

TEST(RenderInfo, KeepsTheOldKeysAndAddsNewOnes) {
  const Json document = info_document(three_nodes(), two_up_one_unreachable(), kHere);
  EXPECT_EQ(document["name"], "test");
  EXPECT_EQ(document["network"], "fd00:0:0:1::/64");
  EXPECT_DOUBLE_EQ(document["is_up"].get<double>(), 2.0 / 3);
  EXPECT_EQ(document["root"], Json({{"node", "a"}, {"bridge_id", kRootId}}));
  EXPECT_EQ(document["mtu"], Json({{"segment", 1362}, {"vlan", 1358}}));
}

TEST(RenderInfo, IsYamlForPeople) {
  const std::vector<NodeReport> reports = {report_of("b", false)};
  std::string expected = R"(format_version: 1
name: test
network: "fd00:0:0:1::/64"
is_up: 1
config_exists: 1
root:
  node: a
  bridge_id: "ROOT"
mtu:
  segment: 1362
  vlan: 1358
nodes:
  b:
    host: ip netns exec b
    is_up: true
    config_exists: true
    address: "fd00:0:0:1::b"
    peers: [a, c]
    addresses:
      - "fd00:0:0:1::b/64"
      - "10.1.0.2/24"
    generation: 3
    taken_down: false
    public_key: "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="
    listen_port: 51820
    mtu:
      segment: 1362
      vlan: 1358
      wireguard: 1420
    transfer:
      rx_bytes: 0
      tx_bytes: 0
    stp:
      enabled: true
      bridge_id: "2000.020000000002"
      priority: 8192
      root_id: "ROOT"
      root_path_cost: 100
      root_port: gt-test-a
    links:
      a:
        public_key: "cHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHA="
        preshared_key: true
        endpoint: "192.0.2.1:51820"
        handshake_age: 42
        transfer:
          rx_bytes: 100
          tx_bytes: 200
        port: gt-test-a
        state: forwarding
        path_cost: 100
        mtu: 1362
        carrier: true
    json:
      rack: 7
)";
  for (auto at = expected.find("ROOT"); at != std::string::npos; at = expected.find("ROOT")) {
    expected.replace(at, 4, kRootId);
  }
  EXPECT_EQ(render_info(three_nodes(), reports, false, kHere), expected);
}

// The kernel lists its peers in another order each time.
TEST(RenderInfo, ListsLinksInTheOrderOfTheMeshFile) {
  NodeReport report = report_of("a", true);
  report.status->mutable_device()->clear_peers();
  report.status->clear_ports();
  for (const char* peer : {"zoe", "c", "gone", "b"}) {
    report.status->mutable_device()->add_peers()->set_node(peer);
  }
  for (const char* port : {"eth2", "eth1"}) { report.status->add_ports()->set_name(port); }
  const std::vector<NodeReport> reports = {report};
  const Json document = info_document(three_nodes(), reports, kHere);
  std::vector<std::string> links;
  for (const auto& [name, link] : document["nodes"]["a"]["links"].items()) {
    links.push_back(name);
  }
  EXPECT_THAT(links, testing::ElementsAre("b", "c", "gone", "zoe"));
  EXPECT_EQ(document["nodes"]["a"]["bridge_ports"][0]["port"], "eth1");
}

TEST(RenderInfo, SaysWhyANodeIsUnreachable) {
  const Json document = info_document(three_nodes(), two_up_one_unreachable(), kHere);
  EXPECT_EQ(document["nodes"]["c"],
            Json::parse(R"({"host": "host-c", "is_up": null, "config_exists": null,
              "address": "fd00:0:0:1::c", "peers": ["a", "b"], "addresses": ["fd00:0:0:1::c/64"],
              "unreachable": "connection refused"})"));
}

TEST(RenderInfo, NamesARootThatCannotBeReached) {
  const Mesh mesh = three_nodes();
  NodeReport b = report_of("b", false);
  b.status->mutable_bridge()->set_root_id(bridge_id_of("c", "3000"));
  const std::vector<NodeReport> reports = {b};
  EXPECT_EQ(info_document(mesh, reports, kHere)["root"]["node"], "c");
}

TEST(RenderInfo, TellsWhoTakesAnotherBridgeForTheRoot) {
  std::vector<NodeReport> reports = {report_of("a", true), report_of("b", false),
                                     report_of("c", false)};
  reports[2].status->mutable_bridge()->set_root_id("8000.020000000009");
  const Json document = info_document(three_nodes(), reports, kHere);
  EXPECT_EQ(document["root"]["node"], "a");
  EXPECT_EQ(document["root"]["disagreeing"], Json::array({"c"}));
}

TEST(RenderInfo, NoSingleNodeDecidesAboutRootAndMtu) {
  std::vector<NodeReport> reports = {report_of("a", true), report_of("b", false),
                                     report_of("c", false)};
  // c says that the root is itself, that its ID is the root's, and that the MTU is another.
  reports[2].status->mutable_bridge()->set_bridge_id(kRootId);
  reports[2].status->mutable_bridge()->set_mtu(576);
  Json document = info_document(three_nodes(), reports, kHere);
  EXPECT_EQ(document["root"]["node"], "a");
  EXPECT_EQ(document["mtu"], Json({{"segment", 1362}, {"vlan", 1358}, {"disagreeing", {"c"}}}));
  reports[2].status->mutable_bridge()->set_root_id("0000.020000000009");
  document = info_document(three_nodes(), reports, kHere);
  EXPECT_EQ(document["root"]["bridge_id"], kRootId);

  // One against one: nobody knows.
  reports.erase(reports.begin());
  document = info_document(three_nodes(), reports, kHere);
  EXPECT_EQ(document["root"]["bridge_id"], nullptr);
  EXPECT_EQ(document["root"]["node"], nullptr);
  EXPECT_EQ(document["root"]["disagreeing"], Json::array({"c", "b"}));
  EXPECT_EQ(document["mtu"], nullptr);
}

TEST(RenderInfo, ARootThatIsNoNodeHasNoName) {
  std::vector<NodeReport> reports = {report_of("a", false), report_of("b", false)};
  for (NodeReport& report : reports) {
    report.status->mutable_bridge()->set_root_id("0000.020000000009");
    report.status->mutable_bridge()->set_bridge_id("0000.020000000009");
  }
  const Json document = info_document(three_nodes(), reports, kHere);
  EXPECT_EQ(document["root"], Json({{"node", nullptr}, {"bridge_id", "0000.020000000009"}}));
}

TEST(RenderInfo, CopesWithAHostileStatus) {
  NodeReport report = report_of("a", true);
  report.status->mutable_device()->set_public_key("short");
  report.status->mutable_bridge()->set_mtu(0);
  report.status->mutable_device()->mutable_peers(0)->set_latest_handshake(INT64_MAX);
  report.status->mutable_ports(0)->set_name("\x1b[2J\xff");
  const std::vector<NodeReport> reports = {report};
  EXPECT_THAT(render_info(three_nodes(), reports, false, kHere), testing::Not(HasSubstr("\x1b")));
  EXPECT_THAT(render_info(three_nodes(), reports, true, kHere), HasSubstr("\"handshake_age\": 0"));
}

// tests/check-schemas compares these files with their schema.
TEST(RenderInfo, IsADocument) {
  const std::string golden = std::string(WGMESH_TEST_DATA) + "/golden/";
  std::vector<NodeReport> reports = two_up_one_unreachable();
  proto::PortStatus& nic = *reports[0].status->add_ports();
  nic.set_name("eth1");
  nic.set_state("learning");
  reports[0].status->mutable_device()->add_peers()->set_public_key(std::string(32, 'x'));
  reports[1].status->mutable_bridge()->set_root_id("8000.020000000009");
  expect_golden(golden + "info.json", render_info(three_nodes(), reports, true, kHere));
  const std::vector<NodeReport> nothing = {{"a", proto::Status(), {}}};
  expect_golden(golden + "info-nothing.json", render_info(three_nodes(), nothing, true, kHere));
}

TEST(PutInfo, TellsNodeByNodeWhatTheDocumentHas) {
  for (const bool json : {false, true}) {
    for (const auto& reports : {two_up_one_unreachable(), std::vector<NodeReport>()}) {
      const Json document = info_document(three_nodes(), reports, kHere);
      std::vector<std::string> parts;
      put_info(three_nodes(), reports, json, kHere,
               [&](std::string_view part) { parts.emplace_back(part); });
      std::string whole;
      for (const std::string& part : parts) { whole += part; }
      EXPECT_EQ(whole, json ? document.dump(2) + '\n' : to_yaml(document));
      const auto with_a_node = std::ranges::count_if(parts, [](const std::string& part) {
        return part.find("host: ") != std::string::npos ||
               part.find("\"host\"") != std::string::npos;
      });
      EXPECT_EQ(with_a_node, static_cast<std::ptrdiff_t>(reports.size()));
    }
  }
}

}  // namespace
}  // namespace wgmesh::render_info_test
