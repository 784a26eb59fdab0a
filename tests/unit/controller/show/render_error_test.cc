#include "controller/show/render_error.h"

#include <gtest/gtest.h>

#include "proto/session.pb.h"
#include "tests/support/controller/untimed.h"

namespace wgmesh::render_error_test {
namespace {

TEST(RenderError, NamesNodeStepMessageAndCure) {
  proto::Error error;
  error.set_step("ip link set gt-test-c master br-test");
  error.set_message(
      "Too many levels of symbolic links (kernel: Can not enslave a bridge to a bridge)");
  error.set_cure("take br0 out of the way");
  EXPECT_EQ(render_error(report_of(error, "node-b")),
            "mesh: node-b: ip link set gt-test-c master br-test: Too many levels of symbolic links "
            "(kernel: Can not enslave a bridge to a bridge)\n"
            "  cure: take br0 out of the way\n");
}

TEST(RenderError, LeavesOutWhatIsNotKnown) {
  EXPECT_EQ(
      render_error(report_of(Error(Said{"", "open mesh.yaml: No such file or directory", ""}))),
      "mesh: open mesh.yaml: No such file or directory\n");
  EXPECT_EQ(render_error(report_of(Error(Said{"", "a:1:1: x\na:2:1: y\n", ""}))),
            "mesh: a:1:1: x\n  | a:2:1: y\n");
}

TEST(RenderError, DoesNotSayTheStepTwice) {
  EXPECT_EQ(render_error({"n3", "connect", "connect to 192.0.2.3 port 22: Connection refused", ""}),
            "mesh: n3: connect to 192.0.2.3 port 22: Connection refused\n");
  EXPECT_EQ(render_error({"n3", "connect", "Connection refused", ""}),
            "mesh: n3: connect: Connection refused\n");
}

TEST(RenderError, NodesDoNotWriteOnTheTerminal) {
  EXPECT_EQ(render_error({"n", "", "\x1b]0;title\a", "\x1b[2J"}),
            "mesh: n: \\x1b]0;title\\x07\n  cure: \\x1b[2J\n");
}

// Each line of ours begins in the first column with "mesh: ", or with "  cure: ".
TEST(RenderError, NodesDoNotWriteLinesOfOurs) {
  const std::string forged = "x\nmesh: warning: nothing\n3 nodes: 3 changed\n  cure: run evil";
  EXPECT_EQ(render_error({"n", forged, forged, forged}),
            "mesh: n: x\\x0amesh: warning: nothing\\x0a3 nodes: 3 changed\\x0a  cure: run evil: x\n"
            "  | mesh: warning: nothing\n  | 3 nodes: 3 changed\n  |   cure: run evil\n"
            "  cure: x\\x0amesh: warning: nothing\\x0a3 nodes: 3 changed\\x0a  cure: run evil\n");
}

TEST(RenderError, IsOneJsonLineForPrograms) {
  EXPECT_EQ(untimed(render_error_json(report_of(Said{"some-id", "a", "b"}, "n", "apply"))),
            R"({"format_version":1,"event":"error","id":"some-id","node":"n","step":"apply",)"
            R"("message":"a","cure":"b"})"
            "\n");
  EXPECT_EQ(untimed(render_error_json({"n", "apply", "a\nb\xff", ""})),
            "{\"format_version\":1,\"event\":\"error\",\"node\":\"n\",\"step\":\"apply\","
            "\"message\":\"a\\nb\xef\xbf\xbd\"}\n");
}

TEST(RenderFault, PointsIntoTheFile) {
  const Fault fault = {"mesh.yaml", 12, 5, "nodes.a.prio", "expected 0..65535, found \"\x1b\""};
  EXPECT_EQ(render_fault(fault),
            "mesh.yaml:12:5: nodes.a.prio: expected 0..65535, found \"\\x1b\"\n");
  EXPECT_EQ(untimed(render_fault_json({"m", 1, 2, "", "empty", "file-empty"})),
            "{\"format_version\":1,\"event\":\"fault\",\"id\":\"file-empty\",\"file\":\"m\","
            "\"line\":1,\"column\":2,"
            "\"path\":\"\",\"message\":\"empty\"}\n");
}

}  // namespace
}  // namespace wgmesh::render_error_test
