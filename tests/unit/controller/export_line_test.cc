// The words behind `mesh export`, and the nodes that it may leave without a login.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "controller/command_line.h"
#include "controller/file/fault.h"
#include "controller/load_mesh.h"

namespace wgmesh::export_line_test {
namespace {

using testing::ElementsAre;

std::variant<CommandLine, UsageExit> parsed(std::vector<std::string> words) {
  words.insert(words.begin(), "export");
  return parse_command_line(words);
}

CommandLine accepted(std::vector<std::string> words) {
  const auto line = parsed(std::move(words));
  if (const auto* exit = std::get_if<UsageExit>(&line)) {
    ADD_FAILURE() << exit->err;
    return {};
  }
  return std::get<CommandLine>(line);
}

std::string refused(std::vector<std::string> words) {
  const auto line = parsed(std::move(words));
  const auto* exit = std::get_if<UsageExit>(&line);
  return exit == nullptr ? "" : exit->said.id;
}

TEST(ExportLine, NamesNodesAndAFolderOnThem) {
  const CommandLine line = accepted({"a", "b", "--format", "networkd", "--to", "/root/x", "-J"});
  EXPECT_THAT(line.nodes, ElementsAre("a", "b"));
  EXPECT_EQ(line.export_format, ExportFormat::kNetworkd);
  EXPECT_EQ(line.export_folder, "/root/x");
  EXPECT_TRUE(line.json_out);
  EXPECT_FALSE(line.offline);
}

TEST(ExportLine, OfflineTakesOneFolderHere) {
  const CommandLine line = accepted({"--all", "--offline", "out", "--format", "wg-quick"});
  EXPECT_TRUE(line.nodes.empty());
  EXPECT_TRUE(line.offline);
  EXPECT_EQ(line.export_folder, "out");
  EXPECT_EQ(line.export_format, ExportFormat::kWgQuick);
}

TEST(ExportLine, IsRefusedWhereItMeansNothing) {
  EXPECT_EQ(refused({}), "usage-export-format-missing");
  EXPECT_EQ(refused({"-J"}), "usage-export-format-missing");
  EXPECT_EQ(refused({"--format", "json"}), "usage-value-invalid");
  EXPECT_EQ(refused({"--format", "wg-quick", "--offline"}), "usage-export-offline");
  EXPECT_EQ(refused({"--format", "wg-quick", "--offline", "a", "b"}), "usage-export-offline");
  EXPECT_EQ(refused({"--format", "wg-quick", "--offline", "a", "--to", "/b"}),
            "usage-export-offline");
  EXPECT_EQ(refused({"--format", "wg-quick", "--to", "here"}), "usage-export-folder-relative");
  EXPECT_EQ(refused({"--format", "wg-quick", "--all", "a"}), "usage-words-unwanted");
}

TEST(ExportLine, NeedsNoLoginsOffline) {
  CommandLine line;
  line.verb = Verb::kExport;
  line.offline = true;
  line.file = testing::TempDir() + "no-logins.yaml";
  std::ofstream(line.file) << "name: m\nnetwork: 10.0.0.0/24\nnodes:\n"
                              "  a: {addr: 10.0.0.1/24, endpoint: a.example.com}\n"
                              "  b: {addr: 10.0.0.2/24}\n";
  EXPECT_EQ(load_mesh(line).nodes.size(), 2u);
  line.offline = false;
  EXPECT_THROW(load_mesh(line), MeshFileFaults);
  std::filesystem::remove(line.file);
}

}  // namespace
}  // namespace wgmesh::export_line_test
