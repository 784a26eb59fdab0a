// `mesh status` as people and programs read it.
#include "controller/show/render_status.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "controller/show/render_info.h"
#include "controller/text/printable.h"
#include "controller/text/yaml_writer.h"
#include "tests/support/controller/reported_mesh.h"
#include "tests/support/golden.h"

namespace wgmesh::render_status_test {
namespace {

using Json = nlohmann::ordered_json;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class AStatusOfThree : public ::testing::Test {
 protected:
  std::string table(std::size_t columns = 80) const {
    const MeshStatus status = mesh_status(mesh_, reports_);
    return '\n' + render_status({status, "1.0"}, columns);
  }

  Mesh mesh_ = mesh_of(3);
  std::vector<NodeReport> reports_ = reports_of(mesh_);
};

TEST_F(AStatusOfThree, IsUp) {
  EXPECT_EQ(table(), R"(
NODE  STATE  ADDRESS        PEERS  HANDSHAKE  TREE      RX    TX
n0    up     fd00:0:0:1::1    2/2        30s  root    2.0M  1.0K
n1    up     fd00:0:0:1::2    2/2        30s  n0 100  2.0M  1.0K
n2    up     fd00:0:0:1::3    2/2        20s  n0 100  2.0M  1.0K

test: 3 of 3 nodes up, 3 of 3 pairs with a handshake, mtu 1362, root n0
)");
}

TEST_F(AStatusOfThree, HasANodeThatIsDown) {
  *reports_[2].status = {};
  reports_[2].status->set_stored(true);
  reports_[2].status->set_taken_down(true);
  EXPECT_EQ(table(), R"(
NODE  STATE  ADDRESS        PEERS  HANDSHAKE  TREE      RX    TX
n0    up     fd00:0:0:1::1    2/2        30s  root    2.0M  1.0K
n1    up     fd00:0:0:1::2    2/2        30s  n0 100  2.0M  1.0K
n2    down   fd00:0:0:1::3    0/2          -  -          -     -

test: 2 of 3 nodes up, 1 of 3 pairs with a handshake, mtu 1362, root n0
n2: the mesh is not up there; it was taken down: run `mesh up`
)");
}

TEST_F(AStatusOfThree, HasANodeThatSomebodyHasChanged) {
  reports_[1].status->mutable_drift()->add_operations("ip link set dev br-test mtu 1362");
  EXPECT_EQ(table(), R"(
NODE  STATE            ADDRESS        PEERS  HANDSHAKE  TREE      RX    TX
n0    up               fd00:0:0:1::1    2/2        30s  root    2.0M  1.0K
n1    changed by hand  fd00:0:0:1::2    2/2        30s  n0 100  2.0M  1.0K
n2    up               fd00:0:0:1::3    2/2        20s  n0 100  2.0M  1.0K

test: 3 of 3 nodes up, 3 of 3 pairs with a handshake, mtu 1362, root n0
n1: it was changed by hand; this takes it back: ip link set dev br-test mtu 1362; `mesh plan` lists all of it, `mesh up` does it
)");
}

TEST_F(AStatusOfThree, HasANodeThatCannotBeReached) {
  make_unreachable(reports_[2], "connect to 192.0.2.3 port 22: no answer");
  EXPECT_EQ(table(), R"(
NODE  STATE        ADDRESS        PEERS  HANDSHAKE  TREE      RX    TX
n0    up           fd00:0:0:1::1    2/2        30s  root    2.0M  1.0K
n1    up           fd00:0:0:1::2    2/2        30s  n0 100  2.0M  1.0K
n2    unreachable  fd00:0:0:1::3      -          -  -          -     -

test: 2 of 3 nodes up, 3 of 3 pairs with a handshake, mtu 1362, root n0
n2: cannot be asked: connect to 192.0.2.3 port 22: no answer
)");
}

TEST_F(AStatusOfThree, HasAPairWithoutAHandshake) {
  forget_handshakes(reports_, 1, 2);
  EXPECT_EQ(table(), R"(
NODE  STATE  ADDRESS        PEERS  HANDSHAKE  TREE      RX    TX
n0    up     fd00:0:0:1::1    2/2        30s  root    2.0M  1.0K
n1    up     fd00:0:0:1::2    1/2        10s  n0 100  1.0M   512
n2    up     fd00:0:0:1::3    1/2        10s  n0 100  1.0M   512

test: 3 of 3 nodes up, 2 of 3 pairs with a handshake, mtu 1362, root n0
n1-n2: no handshake; no UDP packet arrives: is n2 the address that its peers see, is port 51820 open in firewalls and forwarded by its router?
)");
}

TEST_F(AStatusOfThree, ShowsAgentsThatAreNotOurs) {
  reports_[1].hello->set_agent_version("0.9");
  EXPECT_EQ(table(), R"(
NODE  STATE  ADDRESS        PEERS  HANDSHAKE  TREE      RX    TX  AGENT
n0    up     fd00:0:0:1::1    2/2        30s  root    2.0M  1.0K
n1    up     fd00:0:0:1::2    2/2        30s  n0 100  2.0M  1.0K  0.9
n2    up     fd00:0:0:1::3    2/2        20s  n0 100  2.0M  1.0K

test: 3 of 3 nodes up, 3 of 3 pairs with a handshake, mtu 1362, root n0
)");
}

TEST_F(AStatusOfThree, NamesNodesOfOneFaultTogether) {
  for (NodeReport& report : reports_) { make_unreachable(report, "no route to host"); }
  EXPECT_THAT(table(), HasSubstr("\nn0, n1 and n2: cannot be asked: no route to host\n"));
}

TEST_F(AStatusOfThree, IsWideWithEveryAddressAndAgent) {
  mesh_.nodes[0].name = "a-node-with-quite-a-long-name.of-a-domain.example";
  mesh_.nodes[0].addresses.push_back(*parse_prefix("10.1.0.2/24"));
  reports_ = reports_of(mesh_);
  const MeshStatus status = mesh_status(mesh_, reports_);
  const std::string text = render_status_wide({status, "1.0"});
  EXPECT_THAT(text, HasSubstr("a-node-with-quite-a-long-name.of-a-domain.example  up"));
  EXPECT_THAT(text, HasSubstr("fd00:0:0:1::1,10.1.0.2 "));
  EXPECT_THAT(text, HasSubstr("  AGENT\n"));
  EXPECT_THAT(text, HasSubstr("  1.0\n"));
}

TEST_F(AStatusOfThree, ShowsTrafficPerSecondWhileItIsWatched) {
  const MeshStatus status = mesh_status(mesh_, reports_);
  EXPECT_THAT(render_status({status, "1.0", nullptr, true}, 80), HasSubstr("root       -     -\n"));
  const StatusChanges since{{{1536, 0}, {{}, 20}, {0, 0}}, {"n1: up, was down"}};
  EXPECT_EQ('\n' + render_status({status, "1.0", &since, true}, 80), R"(
NODE  STATE  ADDRESS        PEERS  HANDSHAKE  TREE    RX/s  TX/s
n0    up     fd00:0:0:1::1    2/2        30s  root    1.5K     0
n1    up     fd00:0:0:1::2    2/2        30s  n0 100     -    20
n2    up     fd00:0:0:1::3    2/2        20s  n0 100     0     0

test: 3 of 3 nodes up, 3 of 3 pairs with a handshake, mtu 1362, root n0

since the last look:
  n1: up, was down
)");
}

// tests/check-schemas compares the golden files of documents with their schemas.
TEST_F(AStatusOfThree, IsADocument) {
  reports_[1].status->mutable_drift()->add_operations("ip link set dev br-test up");
  reports_[1].status->clear_device();
  make_unreachable(reports_[2], "gone");
  const MeshStatus status = mesh_status(mesh_, reports_);
  expect_golden(std::string(WGMESH_TEST_DATA) + "/golden/status.json",
                status_document({status, "1.0"}, mesh_, reports_).dump(2) + '\n');
}

TEST_F(AStatusOfThree, IsADocumentWithRatesWhileItIsWatched) {
  reports_[0].status->mutable_bridge()->set_root_port(7);
  const MeshStatus status = mesh_status(mesh_, reports_);
  const StatusChanges since{{{1.5, {}}, {}, {}}, {"n1: up, was down"}};
  expect_golden(std::string(WGMESH_TEST_DATA) + "/golden/status-watched.json",
                status_document({status, "1.0", &since, true}, mesh_, reports_).dump(2) + '\n');
}

// What both tell has one name, and one value.
TEST_F(AStatusOfThree, HasTheVocabularyOfInfo) {
  make_unreachable(reports_[2], "gone");
  const MeshStatus status = mesh_status(mesh_, reports_);
  const Json document = status_document({status, "1.0"}, mesh_, reports_);
  const Json info = info_document(mesh_, reports_, {});
  const auto expect_same = [](const Json& one, const Json& other, const std::string& place) {
    std::size_t shared = 0;
    for (const auto& [key, value] : one.items()) {
      if (!other.contains(key) || key == "nodes") { continue; }
      EXPECT_EQ(value, other[key]) << place << key;
      ++shared;
    }
    EXPECT_GE(shared, 7u) << place;
  };
  expect_same(document, info, "");
  for (const auto& [name, node] : document["nodes"].items()) {
    expect_same(node, info["nodes"][name], name + ".");
  }
}

TEST_F(AStatusOfThree, IsYaml) {
  const MeshStatus status = mesh_status(mesh_, reports_);
  EXPECT_THAT(to_yaml(status_document({status, "1.0"}, mesh_, reports_)),
              StartsWith("format_version: 1\nname: test\nnetwork: "));
}

TEST_F(AStatusOfThree, IsNames) {
  EXPECT_EQ(render_status_names(mesh_status(mesh_, reports_)), "n0\nn1\nn2\n");
}

TEST_F(AStatusOfThree, LetsNoNodeMoveTheCursor) {
  reports_[0].hello->set_agent_version("\x1b[2J");
  reports_[1].unreachable = "\x1b[2J\nmesh: fine";
  reports_[1].status.reset();
  EXPECT_THAT(table(), Not(HasSubstr("\x1b")));
  EXPECT_THAT(table(), Not(HasSubstr("\nmesh: fine")));
}

// One line for each node of 80 columns at most, however many there are and whatever they are called.
TEST(RenderStatus, FitsInEightyColumns) {
  for (const int nodes : {3, 10, 40}) {
    for (const bool is_long : {false, true}) {
      Mesh mesh = mesh_of(nodes);
      if (is_long) {
        for (Node& node : mesh.nodes) {
          node.name += "-in-a-place-that-has-a-long-name";
          node.addresses = {*parse_prefix("fd00:1234:5678:9abc:def0:1234:5678:" +
                                          fmt::format("{:x}/64", 0x1000 + node.priority / 4096))};
        }
      }
      std::vector<NodeReport> reports = reports_of(mesh);
      reports[1].status->mutable_drift()->add_operations("ip link set dev br-test up");
      reports[2].hello->set_agent_version("10.11.12-rc1");
      const MeshStatus status = mesh_status(mesh, reports);
      std::istringstream text(render_status({status, "1.0"}, 80));
      std::size_t lines = 0;
      for (std::string line; std::getline(text, line) && !line.empty(); ++lines) {
        EXPECT_LE(columns_of(line), 80u) << line;
      }
      EXPECT_EQ(lines, static_cast<std::size_t>(nodes) + 1)
          << "the heads, and a line for each node";
    }
  }
}

TEST(RenderStatus, CutsNamesAtTheirEndsAndAddressesAtTheirHeads) {
  Mesh mesh = mesh_of(2);
  mesh.nodes[0].name = "frankfurt-rack-12-machine-7.example";
  mesh.nodes[0].addresses = {*parse_prefix("fd00:1234:5678:9abc:def0:1234:5678:1/64")};
  const MeshStatus status = mesh_status(mesh, reports_of(mesh));
  EXPECT_EQ('\n' + render_status({status, "1.0"}, 80), R"(
NODE           STATE ADDRESS        PEERS HANDSHAKE TREE                  RX  TX
frankfurt-rac… up    …0:1234:5678:1   1/1       20s root                1.0M 512
n1             up    fd00:0:0:1::2    1/1       10s frankfurt-rack… 100 1.0M 512

test: 2 of 2 nodes up, 1 of 1 pair with a handshake, mtu 1362, root frankfurt-rack-12-machine-7.example
)");
}

}  // namespace
}  // namespace wgmesh::render_status_test
