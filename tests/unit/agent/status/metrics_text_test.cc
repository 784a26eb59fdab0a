#include "agent/status/metrics_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "agent/status/metrics_writer.h"
#include "tests/support/agent/example_inspection.h"
#include "tests/support/golden.h"

namespace wgmesh::metrics_text_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string kData = WGMESH_TEST_DATA;

std::string text_of(const Inspection& inspection) { return metrics_text({&inspection, 1}, "1.2"); }

std::string content_of(const std::string& path) {
  std::ostringstream content;
  content << std::ifstream(path).rdbuf();
  EXPECT_FALSE(content.str().empty()) << path;
  return content.str();
}

std::multiset<std::string> heads_in(const std::string& text) {
  std::multiset<std::string> names;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# TYPE ")) { names.insert(line.substr(7, line.find(' ', 7) - 7)); }
  }
  return names;
}

// `promtool` looks at this file too: tests/check-metrics.
TEST(MetricsText, TellsOfAMeshWhatMonitorsAskFor) {
  expect_golden(kData + "/golden/metrics.prom", text_of(example_inspection()));
}

TEST(MetricsText, HasTheNamesAndLabelsOfTheWireguardExporter) {
  Inspection inspection = example_inspection();
  proto::PeerStatus& peer = *inspection.status.mutable_device()->mutable_peers(0);
  peer.set_public_key(std::string(32, '\2'));
  peer.clear_allowed_ips();
  peer.add_allowed_ips("fd01::2/128");
  peer.add_allowed_ips("10.0.0.0/8");
  peer.set_latest_handshake(0);
  const std::string labels =
      "{interface=\"wg-test\",public_key=\"AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=\","
      "allowed_ips=\"fd01::2/128,10.0.0.0/8\",friendly_name=\"mesh1\"} ";
  const std::string text = text_of(inspection);
  EXPECT_THAT(text, HasSubstr("\nwireguard_sent_bytes_total" + labels + "10\n"));
  EXPECT_THAT(text, HasSubstr("\nwireguard_received_bytes_total" + labels + "1000\n"));
  EXPECT_THAT(text, HasSubstr("\nwireguard_latest_handshake_seconds" + labels + "0\n"));
}

TEST(MetricsText, EachHeadIsThereOnceForAllMeshes) {
  const std::array both{example_inspection(), example_inspection_of("lab")};
  const std::string text = metrics_text(both, "1.2");
  EXPECT_EQ(heads_in(text), heads_in(text_of(both[0])));
  EXPECT_THAT(text, HasSubstr("wgmesh_up{mesh=\"test\"} 1\nwgmesh_up{mesh=\"lab\"} 1\n"));
}

TEST(MetricsText, WithoutAMeshThereIsTheAgent) {
  EXPECT_EQ(metrics_text({}, "1.2"),
            "# HELP wgmesh_agent_info The version of wgmesh-agent.\n"
            "# TYPE wgmesh_agent_info gauge\n"
            "wgmesh_agent_info{version=\"1.2\"} 1\n");
}

TEST(MetricsText, APortIsInOneOfItsStates) {
  const std::string text = text_of(example_inspection());
  const std::string port =
      "wgmesh_port_state{mesh=\"test\",interface=\"gt-test-mesh1\",peer=\"mesh1\",state=";
  EXPECT_THAT(text, HasSubstr(port + "\"disabled\"} 0\n" + port + "\"listening\"} 0\n" + port +
                              "\"learning\"} 0\n" + port + "\"forwarding\"} 1\n" + port +
                              "\"blocking\"} 0\n"));
}

TEST(MetricsText, TheRootIsANodeOrElsewhere) {
  Inspection inspection = example_inspection();
  EXPECT_THAT(text_of(inspection), HasSubstr("wgmesh_is_root{mesh=\"test\"} 0\n"));
  inspection.status.mutable_bridge()->set_root_port(0);
  EXPECT_THAT(text_of(inspection), HasSubstr("wgmesh_is_root{mesh=\"test\"} 1\n"));
  inspection.status.mutable_bridge()->set_stp(false);
  EXPECT_THAT(text_of(inspection), Not(HasSubstr("root")));
}

TEST(MetricsText, WhatIsNotKnownIsAbsent) {
  Inspection inspection = example_inspection();
  inspection.plan.reset();
  inspection.drift = {{}, Said{"mesh-files-missing", "the plan is missing", ""}};
  inspection.status.clear_last_change();
  const std::string text = text_of(inspection);
  EXPECT_THAT(text, Not(HasSubstr("wgmesh_drift_operations")));
  EXPECT_THAT(text, Not(HasSubstr("wgmesh_peers")));
  EXPECT_THAT(text, Not(HasSubstr("wgmesh_last_change")));
  EXPECT_THAT(text, HasSubstr("wgmesh_warnings{mesh=\"test\"} 1\n"));
}

TEST(MetricsText, AMeshThatIsDownHasNoPeersOfTheKernel) {
  Inspection inspection = example_inspection();
  inspection.status.clear_device();
  inspection.status.clear_bridge();
  inspection.status.clear_ports();
  inspection.status.set_is_up(false);
  inspection.status.set_taken_down(true);
  inspection.is_device_up = false;
  inspection.is_bridge_up = false;
  const std::string text = text_of(inspection);
  EXPECT_THAT(text, HasSubstr("wgmesh_up{mesh=\"test\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("wgmesh_taken_down{mesh=\"test\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("wgmesh_peers{mesh=\"test\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("wgmesh_interface_up{mesh=\"test\",interface=\"wg-test\"} 0\n"));
  EXPECT_THAT(text, Not(HasSubstr("wireguard_")));
}

TEST(MetricsText, ALabelCannotEndItself) {
  Inspection inspection = example_inspection();
  inspection.status.mutable_ports(0)->set_peer("a\"} 9\nb\\\xff");
  EXPECT_THAT(text_of(inspection), HasSubstr("peer=\"a\\\"} 9\\nb\\\\\xc3\xbf\",state="));
  EXPECT_EQ(escaped_label("plain.name-1"), "plain.name-1");
}

TEST(Dashboard, AsksOnlyForMetricsThatAreThere) {
  const std::string dashboard = content_of(kData + "/../../packaging/grafana/wgmesh.json");
  const std::multiset<std::string> heads = heads_in(text_of(example_inspection()));
  const std::regex name("\\b(wgmesh|wireguard)_[a-z_]+");
  int queries = 0;
  // Expressions of panels, and queries of variables.
  const std::regex query("\"(expr|query|definition)\": \"((\\\\.|[^\"\\\\])*)\"");
  for (std::sregex_iterator each(dashboard.begin(), dashboard.end(), query), end; each != end;
       ++each) {
    const std::string text = (*each)[2];
    for (std::sregex_iterator found(text.begin(), text.end(), name); found != end; ++found) {
      ++queries;
      EXPECT_TRUE(heads.contains(found->str())) << text;
    }
  }
  EXPECT_GT(queries, 10);
}

}  // namespace
}  // namespace wgmesh::metrics_text_test
