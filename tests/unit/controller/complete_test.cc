#include "controller/complete.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "controller/completion_script.h"

namespace wgmesh::complete_test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

std::vector<std::string> no_nodes(const CommandLine& /*line*/) { return {}; }

std::vector<std::string> three_nodes(const CommandLine& /*line*/) { return {"n0", "n1", "web"}; }

std::vector<std::string> words(const std::vector<std::string>& line,
                               const NodeNames& nodes = three_nodes) {
  std::vector<std::string> found;
  for (const Candidate& candidate : complete(line, nodes).candidates) {
    found.push_back(candidate.word);
  }
  return found;
}

TEST(Complete, OffersCommands) {
  EXPECT_THAT(words({"s"}), ElementsAre("sync", "status", "show"));
  EXPECT_THAT(words({"-q", "ro"}), ElementsAre("rotate"));
  EXPECT_THAT(words({"--frobnicate", "ro"}), ElementsAre("rotate"));
  EXPECT_THAT(words({""}), Contains("completion"));
  EXPECT_THAT(words({""}), Not(Contains(kCompleteCommand)));
  EXPECT_THAT(complete(std::vector<std::string>{"plan"}, no_nodes).candidates,
              ElementsAre(Candidate{"plan", "what `up` would change, node by node"}));
}

TEST(Complete, OffersTheOptionsOfTheCommand) {
  EXPECT_THAT(words({"down", "--r"}), ElementsAre("--remove"));
  EXPECT_THAT(words({"up", "--r"}), ElementsAre("--replace-newer-agent"));
  EXPECT_THAT(words({"status", "n0", "-"}), Contains("--watch"));
  EXPECT_THAT(words({"status", "-"}), Not(Contains("--remove")));
  EXPECT_THAT(words({"--r"}), ElementsAre("--replace-newer-agent", "--remove"));
  EXPECT_THAT(words({"graph", "--json"}), ElementsAre("--json"));
  EXPECT_THAT(words({"conf", "-J", "--json"}), ElementsAre("--json"));
  EXPECT_THAT(words({"up", "-v", "--verb"}), ElementsAre("--verbose"));
}

TEST(Complete, OffersValues) {
  EXPECT_THAT(words({"up", "--progress", "p"}), ElementsAre("plain"));
  EXPECT_THAT(words({"up", "--progress=p"}), ElementsAre("--progress=plain"));
  EXPECT_THAT(words({"status", "-o", ""}), ElementsAre("wide", "json", "yaml", "name"));
  EXPECT_THAT(words({"graph", "-os"}), ElementsAre("-osvg"));
  EXPECT_THAT(words({"init", "--network", ""}), IsEmpty());
  EXPECT_THAT(words({"graph", "--format=d"}), ElementsAre("--format=dot"));
  EXPECT_THAT(words({"-o", "h"}), ElementsAre("html"));
  EXPECT_THAT(words({"up", "--confirm-timeout", ""}), IsEmpty());
  EXPECT_THAT(words({"completion", ""}), ElementsAre("bash", "zsh", "fish"));
  EXPECT_THAT(words({"completion", "bash", ""}), IsEmpty());
  EXPECT_THAT(words({"help", "ro"}), ElementsAre("rotate"));
}

TEST(Complete, LeavesFilesToTheShell) {
  for (const auto& [line, prefix] : {std::pair(std::vector<std::string>{"up", "-f", "x"}, ""),
                                     {{"up", "--file=x"}, "--file="},
                                     {{"up", "-fx"}, "-f"},
                                     {{"graph", "--output", ""}, ""}}) {
    const Completions found = complete(line, no_nodes);
    EXPECT_TRUE(found.are_files) << testing::PrintToString(line);
    EXPECT_EQ(found.prefix, prefix);
    EXPECT_EQ(to_text(found), ":files " + std::string(prefix) + "\n");
  }
}

TEST(Complete, OffersNodesThatAreNotThereYet) {
  EXPECT_THAT(words({"down", ""}), ElementsAre("n0", "n1", "web"));
  EXPECT_THAT(words({"down", "n0", "-r", "n"}), ElementsAre("n1"));
  EXPECT_THAT(words({"down", "--", "w"}), ElementsAre("web"));
  EXPECT_THAT(words({"up", ""}), IsEmpty());
  EXPECT_THAT(words({"frobnicate", ""}), IsEmpty());
  EXPECT_THAT(words({}), IsEmpty());
}

TEST(Complete, AsksForTheNodesOfTheFileInTheLine) {
  CommandLine asked;
  const NodeNames nodes = [&](const CommandLine& line) {
    asked = line;
    return std::vector<std::string>{"n7"};
  };
  EXPECT_THAT(words({"-f", "lab.yaml", "info", "-j", ""}, nodes), ElementsAre("n7"));
  EXPECT_EQ(asked.file, "lab.yaml");
  EXPECT_TRUE(asked.json_in);
  EXPECT_EQ(asked.verb, Verb::kInfo);
}

class NodesInFile : public testing::Test {
 protected:
  NodesInFile() {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directory(folder_);
  }
  ~NodesInFile() override { std::filesystem::remove_all(folder_); }

  std::vector<std::string> names(const std::string& text, Verb verb = Verb::kInfo) {
    line_.file = folder_ / "mesh.yaml";
    line_.verb = verb;
    std::ofstream(line_.file) << text;
    return node_names_in_file(line_);
  }

  std::filesystem::path folder_ = std::filesystem::path(testing::TempDir()) / "wgmesh-complete";
  CommandLine line_;
};

constexpr const char* kMesh = R"(
name: test
network: 10.0.0.0/24
nodes:
  b: {addr: 10.0.0.2/24, ssh: b, endpoint: 192.0.2.2}
  a: {addr: 10.0.0.1/24, ssh: a, endpoint: 192.0.2.1}
  gone: {addr: 10.0.0.3/24, ssh: c, endpoint: 192.0.2.3, state: absent}
)";

TEST_F(NodesInFile, StandInItsOrder) {
  EXPECT_THAT(names(kMesh), ElementsAre("b", "a"));
  EXPECT_THAT(names(kMesh, Verb::kDown), ElementsAre("b", "a", "gone"));
}

TEST_F(NodesInFile, AreNoneWhereItIsAtFault) {
  EXPECT_THAT(names("name: [\n"), IsEmpty());
  EXPECT_THAT(names("name: test\n"), IsEmpty());
  line_.file = folder_ / "none.yaml";
  EXPECT_THAT(node_names_in_file(line_), IsEmpty());
  line_.file = "-";
  EXPECT_THAT(node_names_in_file(line_), IsEmpty());
  line_.file = folder_ / "fifo";
  ASSERT_EQ(::mkfifo(line_.file.c_str(), 0600), 0);
  EXPECT_THAT(node_names_in_file(line_), IsEmpty());
}

TEST(Completion, HasAScriptForEachShell) {
  EXPECT_THAT(completed_shells(), ElementsAre("bash", "zsh", "fish"));
  for (const std::string& shell : completed_shells()) {
    EXPECT_THAT(*completion_script(shell), testing::HasSubstr("mesh __complete")) << shell;
  }
  EXPECT_EQ(completion_script("tcsh"), std::nullopt);
}

}  // namespace
}  // namespace wgmesh::complete_test
