// `mesh export`: without a node that answers, and --offline, which asks none.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "common/error.h"
#include "common/key.h"
#include "controller/commands.h"
#include "controller/exit_code.h"
#include "controller/file/mesh_file.h"
#include "tests/support/controller/scripted_fleet.h"

namespace wgmesh::cmd_export_test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kMeshFile = R"(
name: test
network: fd00:0:0:1::/64
nodes:
  a: {addr: "fd00:0:0:1::1/64", endpoint: a.example.com}
  b: {addr: "fd00:0:0:1::2/64", endpoint: "b.example.com:51900"}
  c: {addr: "fd00:0:0:1::3/64"}
)";

std::string text_of(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// The values of all lines "KEY = VALUE" and "KEY=VALUE".
std::vector<std::string> values_of(const std::string& text, const std::string& key) {
  std::vector<std::string> values;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(key + "=") && !line.starts_with(key + " = ")) { continue; }
    values.push_back(line.substr(line.find_first_not_of(" =", key.size())));
  }
  return values;
}

struct Ran {
  int exit_code = 0;
  std::string out;
  std::string err;
};

class AnOfflineExport : public testing::Test {
 protected:
  AnOfflineExport() {
    init_crypto();
    std::string name = testing::TempDir() + "offline.XXXXXX";
    path_ = ::mkdtemp(name.data());
    line_.verb = Verb::kExport;
    line_.offline = true;
    line_.export_folder = path_ + "/out";
    line_.progress = ProgressMode::kPlain;
  }
  ~AnOfflineExport() override { fs::remove_all(path_); }

  static Mesh mesh_of(const std::string& text) {
    return read_mesh_file(text, "mesh.yaml", Syntax::kYaml, Targets::kOptional);
  }
  Ran run(const std::string& text = kMeshFile) const {
    Ran ran;
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    try {
      ran.exit_code = run_offline_export(line_, mesh_of(text));
    } catch (const Error& error) { ran.err = error.id() + ": "; }
    ran.out = testing::internal::GetCapturedStdout();
    ran.err += testing::internal::GetCapturedStderr();
    return ran;
  }
  std::map<std::string, std::string> files() const {
    std::map<std::string, std::string> all;
    for (const auto& entry : fs::recursive_directory_iterator(line_.export_folder)) {
      if (entry.is_regular_file()) {
        all[fs::relative(entry.path(), line_.export_folder)] = text_of(entry.path());
      }
    }
    return all;
  }

  std::string path_;
  CommandLine line_;
};

TEST_F(AnOfflineExport, MakesAFolderForEachNodeWhoseKeysFitTogether) {
  const Ran ran = run();
  EXPECT_EQ(ran.exit_code, kExitDone);
  EXPECT_EQ(ran.out, "a: " + line_.export_folder + "/a/wg-test.conf\nb: " + line_.export_folder +
                         "/b/wg-test.conf\nc: " + line_.export_folder + "/c/wg-test.conf\n");
  EXPECT_THAT(ran.err, HasSubstr("SECRET KEYS of all 3 nodes now lie in " + line_.export_folder));
  EXPECT_THAT(ran.err, HasSubstr("no path was measured: the segment has an MTU of 1362"));
  auto all = files();
  ASSERT_EQ(all.size(), 3u);
  struct stat facts {};
  ASSERT_EQ(::stat((line_.export_folder + "/a/wg-test.conf").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);
  const std::string& a = all.at("a/wg-test.conf");
  const std::string& b = all.at("b/wg-test.conf");
  // The first peer of each is the other.
  EXPECT_EQ(values_of(a, "PresharedKey")[0], values_of(b, "PresharedKey")[0]);
  EXPECT_NE(values_of(a, "PresharedKey")[0], values_of(a, "PresharedKey")[1]);
  EXPECT_NE(values_of(a, "PrivateKey"), values_of(b, "PrivateKey"));
  EXPECT_THAT(a, HasSubstr("Endpoint = b.example.com:51900\n"));
  EXPECT_EQ(values_of(a, "Endpoint").size(), 1u);  // c dials
  for (const std::string& secret : values_of(a, "PresharedKey")) {
    EXPECT_THAT(ran.out + ran.err, Not(HasSubstr(secret)));
  }
  EXPECT_THAT(ran.out + ran.err, Not(HasSubstr(values_of(a, "PrivateKey")[0])));
}

// Only nodes that run see where others are.
TEST_F(AnOfflineExport, LearnsNoEndpoints) {
  const std::string text = std::string(kMeshFile) + "  d: {addr: \"fd00:0:0:1::4/64\"}\n";
  EXPECT_THAT(run(text).err, HasSubstr("c-d: no endpoint at either end"));
  EXPECT_THAT(run("loop_prevention: split-horizon" + text).err,
              HasSubstr("mesh-split-horizon-gap"));
}

TEST_F(AnOfflineExport, KeepsKeysSoThatASecondRunChangesNothing) {
  run();
  const auto before = files();
  run();
  EXPECT_EQ(files(), before);
}

TEST_F(AnOfflineExport, GivesANewNodeKeysAndLeavesThoseOfOthers) {
  run();
  const auto before = files();
  run(std::string(kMeshFile) + "  d: {addr: \"fd00:0:0:1::4/64\", endpoint: d.example.com}\n");
  const auto after = files();
  EXPECT_EQ(after.size(), 4u);
  for (const char* key : {"PrivateKey", "PresharedKey"}) {
    auto kept = values_of(after.at("a/wg-test.conf"), key);
    kept.resize(values_of(before.at("a/wg-test.conf"), key).size());
    EXPECT_EQ(kept, values_of(before.at("a/wg-test.conf"), key)) << key;
  }
  EXPECT_EQ(values_of(after.at("a/wg-test.conf"), "PresharedKey")[2],
            values_of(after.at("d/wg-test.conf"), "PresharedKey")[0]);
}

TEST_F(AnOfflineExport, HasTheSameKeysInTheOtherFormat) {
  run();
  const std::string quick = files().at("b/wg-test.conf");
  line_.export_format = ExportFormat::kNetworkd;
  line_.json_out = true;
  const Ran ran = run();
  const auto document = nlohmann::json::parse(ran.out);
  EXPECT_EQ(document.at("format"), "networkd");
  EXPECT_EQ(document.at("ok"), true);
  EXPECT_EQ(document.at("nodes").at(0).at("files").size(), 8u);
  const std::string networkd = files().at("b/10-wg-test.netdev");
  for (const char* key : {"PrivateKey", "PublicKey", "PresharedKey"}) {
    EXPECT_EQ(values_of(networkd, key), values_of(quick, key)) << key;
  }
}

TEST_F(AnOfflineExport, SaysThatPathCostsWantMeasuring) {
  const Ran ran = run("path_cost: auto" + std::string(kMeshFile));
  EXPECT_THAT(ran.err, HasSubstr("`path_cost: auto` wants measured round trips"));
}

TEST_F(AnOfflineExport, SaysThatNamesAreLeftOut) {
  EXPECT_THAT(run().err, Not(HasSubstr("`mesh hosts`")));
  const Ran ran = run("hosts: true" + std::string(kMeshFile));
  EXPECT_THAT(ran.err, HasSubstr("`hosts: true` is no part of the files"));
  EXPECT_THAT(ran.err, HasSubstr("`mesh hosts` prints the lines"));
}

TEST_F(AnOfflineExport, LeavesAFileOfSomebodyElse) {
  run();
  std::ofstream(line_.export_folder + "/b/wg-test.conf") << "[Interface]\n";
  const auto before = files();
  EXPECT_THAT(run().err, HasSubstr("export-file-foreign: "));
  EXPECT_EQ(files(), before);
}

TEST_F(AnOfflineExport, RefusesWhatTheFormatCannotSay) {
  line_.export_format = ExportFormat::kNetworkd;
  EXPECT_THAT(run("mtu: 1500\nunderlay: 198.18.0.0/19" + std::string(kMeshFile)).err,
              HasSubstr("export-networkd-fragments: "));
}

TEST(MeshExport, TellsTheNodesThatCannotBeReached) {
  std::signal(SIGPIPE, SIG_IGN);
  Mesh mesh = three_nodes();
  for (Node& node : mesh.nodes) { node.target = ExecTarget{{"/bin/false"}, "/bin/false"}; }
  CommandLine line;
  line.verb = Verb::kExport;
  line.nodes = {"a"};
  line.json_out = true;
  line.progress = ProgressMode::kPlain;
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  EXPECT_EQ(run_export(line, mesh), kExitUnreachable);
  const auto document = nlohmann::json::parse(testing::internal::GetCapturedStdout());
  testing::internal::GetCapturedStderr();
  EXPECT_EQ(document.at("ok"), false);
  EXPECT_EQ(document.at("nodes").size(), 1u);
  EXPECT_EQ(document.at("nodes").at(0).at("files").size(), 0u);
  const auto& error = document.at("nodes").at(0).at("error");
  EXPECT_EQ(error.at("step"), "connect");
  EXPECT_THAT(error.at("message").get<std::string>(), Not(testing::IsEmpty()));
}

}  // namespace
}  // namespace wgmesh::cmd_export_test
