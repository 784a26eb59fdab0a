#include "agent/status/status_document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/agent/example_inspection.h"
#include "tests/support/golden.h"

namespace wgmesh::status_document_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string document_of(const Inspection& inspection) {
  return status_document({&inspection, 1}, "1.2");
}

// tests/check-metrics compares this file with the metrics of the same inspection, and tests/check-schemas with its schema.
TEST(StatusDocument, TellsAllThatMetricsTell) {
  expect_golden(std::string(WGMESH_TEST_DATA) + "/golden/agent-status.json",
                document_of(example_inspection()));
}

TEST(StatusDocument, HasNoMeshWhereNoneIsStored) {
  EXPECT_EQ(status_document({}, "1.2"),
            "{\n  \"format_version\": 1,\n  \"agent_version\": \"1.2\",\n  \"meshes\": []\n}\n");
}

TEST(StatusDocument, OfAMeshThatIsDownHasNoInterface) {
  Inspection inspection;
  inspection.status.set_mesh("test");
  inspection.status.set_taken_down(true);
  EXPECT_THAT(
      document_of(inspection),
      AllOf(HasSubstr("\"state\": \"down\""), HasSubstr("\"tree\": null"),
            HasSubstr("\"wireguard_transfer\": null"), HasSubstr("\"drift\": null"),
            HasSubstr("\"wg-test\": {\n          \"is_up\": false,\n          \"mtu\": null"),
            Not(HasSubstr("\"links\"")), Not(HasSubstr("\"stp\""))));
}

TEST(StatusDocument, CallsANodeWithoutOneOfItsLinksPartlyUp) {
  Inspection inspection = example_inspection();
  inspection.status.mutable_ports()->RemoveLast();
  EXPECT_THAT(document_of(inspection), HasSubstr("\"state\": \"partly\""));
}

TEST(StatusDocument, KnowsNoDriftByHandWhileAChangeIsUnderWay) {
  Inspection inspection = example_inspection();
  inspection.drift.operations = {"ip link set dev br-test up"};
  inspection.open_change = OpenChange::kUnderWay;
  EXPECT_THAT(document_of(inspection),
              AllOf(HasSubstr("\"state\": \"up\""), HasSubstr("\"open_change\": \"under_way\"")));
  inspection.open_change = OpenChange::kStays;
  inspection.open_change_fault = Said{"change-stays-open", "an interrupted change stays open", ""};
  EXPECT_THAT(
      document_of(inspection),
      AllOf(HasSubstr("\"state\": \"changed_by_hand\""), HasSubstr("\"open_change\": \"stays\""),
            HasSubstr("\"what\": \"an interrupted change stays open\"")));
}

TEST(StatusDocument, CountsOnlyPeersWithALiveSession) {
  Inspection inspection = example_inspection();
  auto& peers = *inspection.status.mutable_device()->mutable_peers();
  peers.Mutable(0)->set_latest_handshake(kInspected - 181);
  peers.Mutable(1)->set_latest_handshake(0);
  peers.Mutable(2)->set_latest_handshake(kInspected + 5);  // the clock was set back
  EXPECT_THAT(document_of(inspection),
              AllOf(HasSubstr("\"peers_up\": 1"), HasSubstr("\"oldest_handshake_age\": 181"),
                    HasSubstr("\"handshake_age\": null"), HasSubstr("\"handshake_age\": 0")));
}

TEST(StatusDocument, ListsPeersAndPortsThatThePlanDoesNotKnow) {
  Inspection inspection = example_inspection();
  inspection.status.mutable_device()->add_peers()->set_public_key(std::string(32, '\7'));
  proto::PortStatus& port = *inspection.status.add_ports();
  port.set_name("eth1");
  port.set_state("forwarding");
  EXPECT_THAT(document_of(inspection),
              AllOf(HasSubstr("\"unknown_peers\": [\n        \"BwcHBwcH"),
                    HasSubstr("\"bridge_ports\": [\n        {\n          \"port\": \"eth1\"")));
}

}  // namespace
}  // namespace wgmesh::status_document_test
