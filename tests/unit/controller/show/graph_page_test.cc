// Pages, pictures and status documents of the same meshes. If WGMESH_PAGES names a folder they are written there:
// tests/graph-page looks at them with a browser.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "controller/mesh/graph_picture.h"
#include "controller/show/render_html.h"
#include "controller/show/render_status.h"
#include "controller/show/render_svg.h"
#include "tests/support/controller/reported_mesh.h"

namespace wgmesh::graph_page_test {
namespace {

using testing::HasSubstr;

class Pages : public testing::TestWithParam<int> {
 protected:
  Pages() {
    // All reach the root at once, so the other links stand by: the later node blocks its port.
    for (std::size_t i = 2; i < reports_.size(); ++i) {
      for (auto& port : *reports_[i].status->mutable_ports()) {
        if (port.number() > 1 && port.number() <= i) { port.set_state("blocking"); }
      }
    }
    if (GetParam() < 10) { return; }
    reports_[1].status->mutable_drift()->add_operations("ip link set dev br-test up");
    make_unreachable(reports_[2], "connect to 192.0.2.3 port 22: no answer");
    *reports_[3].status = {};
    reports_[3].status->set_taken_down(true);
    forget_handshakes(reports_, 4, 5);
    reports_[6].status->mutable_ports()->RemoveLast();
    mesh_.nodes[7].site = mesh_.nodes[8].site = "<lab & \"home\">";
    mesh_.nodes[9].addresses.push_back(*parse_prefix("10.1.0.2/24"));
  }

  // As if every path had been measured.
  Examination examination() const {
    Examination examination;
    for (const NodeReport& report : reports_) {
      Examined& examined = examination.nodes[report.node];
      examined.status = report.status;
      examined.hello = report.hello;
      examined.unreachable = report.unreachable;
      if (!report.status) { continue; }
      for (const Node& other : mesh_.nodes) {
        if (other.name == report.node) { continue; }
        const auto round_trip = std::chrono::microseconds(
            300 + 37 * (report.node.size() + 3 * other.addresses.front().address.octets.back()));
        examination.measured[report.node][other.name].inner = PathMeasurement{round_trip, true, {}};
      }
    }
    return examination;
  }

  static void write(const std::string& name, const std::string& text) {
    if (const char* folder = std::getenv("WGMESH_PAGES")) {
      std::ofstream(std::string(folder) + '/' + name) << text;
    }
  }

  Mesh mesh_ = mesh_of(GetParam());
  std::vector<NodeReport> reports_ = reports_of(mesh_);
};

TEST_P(Pages, HaveTheRowsOfStatus) {
  const Examination seen = examination();
  const GraphPicture picture = live_picture(
      mesh_, {}, seen, std::chrono::system_clock::time_point(std::chrono::seconds(kReportedAt)));
  const std::string html = render_html(picture, status_rows(mesh_, seen));
  const MeshStatus status = mesh_status(mesh_, reports_);
  for (const NodeRow& row : status.nodes) {
    EXPECT_THAT(html, HasSubstr("<td class=\"name\">" + row.name + "</td><td class=\"state\">" +
                                to_text(row.state)));
  }
  std::vector<NodeRow> rows = status.nodes;
  for (NodeRow& row : rows) { row.faults.clear(); }  // an examination tells them elsewhere
  EXPECT_EQ(status_rows(mesh_, seen), rows);
  const std::string name = std::to_string(GetParam());
  write(name + ".html", html);
  write(name + ".svg", render_svg(picture));
  write(name + ".json", status_document({status, "1.0"}, mesh_, reports_).dump());
}

INSTANTIATE_TEST_SUITE_P(GraphPage, Pages, testing::Values(3, 10, 40),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace wgmesh::graph_page_test
