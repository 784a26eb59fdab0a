// `mesh graph --offline`: the file is written, and nobody is contacted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "common/error.h"
#include "controller/commands.h"
#include "controller/exit_code.h"
#include "tests/support/controller/scripted_fleet.h"

namespace wgmesh::cmd_graph_test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string content_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

CommandLine offline(const std::string& path, GraphFormat format) {
  CommandLine line;
  line.verb = Verb::kGraph;
  line.offline = true;
  line.output = path;
  line.graph_format = format;
  return line;
}

TEST(MeshGraph, WritesAFileOverTheOneBefore) {
  const std::string path = testing::TempDir() + "/wgmesh-graph.html";
  std::ofstream(path) << std::string(1'000'000, 'x');
  EXPECT_EQ(run_graph(offline(path, GraphFormat::kHtml), three_nodes()), kExitDone);
  EXPECT_THAT(content_of(path), StartsWith("<!doctype html>"));
  EXPECT_TRUE(content_of(path).ends_with("</html>\n"));
  std::filesystem::remove(path);
}

TEST(MeshGraph, SaysWhichFileCannotBeWritten) {
  try {
    run_graph(offline("/nowhere/picture.svg", GraphFormat::kSvg), three_nodes());
    FAIL() << "it was written";
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "write /nowhere/picture.svg: No such file or directory");
  }
}

TEST(MeshGraph, PrintsWithoutAFile) {
  testing::internal::CaptureStdout();
  EXPECT_EQ(run_graph(offline("", GraphFormat::kMermaid), three_nodes()), kExitDone);
  EXPECT_THAT(testing::internal::GetCapturedStdout(), HasSubstr("flowchart LR\n"));
}

}  // namespace
}  // namespace wgmesh::cmd_graph_test
