// Single functions of the script, in a real shell. The whole of it is tested over SSH, in
// tests/ssh.
#include "controller/reach/bootstrap_script.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>

#include "common/sha256.h"
#include "controller/reach/captured_child.h"

namespace wgmesh::bootstrap_script_test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class BootstrapScript : public testing::Test {
 protected:
  BootstrapScript() {
    std::string name = testing::TempDir() + "wgmesh-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) { throw SystemError("mkdtemp", errno); }
    folder_ = name;
  }
  ~BootstrapScript() override { fs::remove_all(folder_); }

  void put(const std::string& name, const std::string& content, bool runnable = true) {
    std::ofstream(folder_ + "/" + name) << content;
    fs::permissions(folder_ + "/" + name, runnable ? fs::perms::owner_all : fs::perms::owner_read);
  }

  // What `line` prints after the script's functions, without its own beginning.
  std::string said(const std::string& line) {
    std::string script = bootstrap_script(AgentBinaries({{folder_}}), {});
    const auto end = script.rfind("wgmesh_main");
    script = script.substr(0, end) + line + "\n";
    const Ran ran =
        run_captured({"sh", "-c", script}, std::chrono::steady_clock::now() + 20s, nullptr);
    return ran.out + ran.err;
  }

  std::string folder_;
};

// Whose the folder is, is another question.
TEST_F(BootstrapScript, RunsNoProgramOfAnotherContent) {
  put("right", "#!/bin/sh\n# one\n");
  put("changed", "#!/bin/sh\n# two\n");
  put("unrunnable", "#!/bin/sh\n# one\n", false);
  for (const auto& [name, expected] :
       {std::pair("right", "yes"), {"changed", "no"}, {"unrunnable", "no"}, {"absent", "no"}}) {
    EXPECT_EQ(said(fmt::format("wgmesh_alone() {{ :; }}\nhash={}\n"
                               "if wgmesh_right {}/{}; then echo yes; else echo no; fi",
                               sha256_of("#!/bin/sh\n# one\n"), folder_, name)),
              fmt::format("{}\n", expected))
        << name;
  }
}

TEST_F(BootstrapScript, RunsNothingOutOfAFolderOfOthers) {
  put("right", "#!/bin/sh\n");
  EXPECT_EQ(said(fmt::format("wgmesh_alone() {{ false; }}\nhash={}\n"
                             "if wgmesh_right {}/right; then echo yes; else echo no; fi",
                             sha256_of("#!/bin/sh\n"), folder_)),
            "no\n");
  fs::create_directory(folder_ + "/open");
  fs::permissions(folder_ + "/open", fs::perms::all);
  EXPECT_THAT(said(fmt::format("wgmesh_alone {}/open || echo no", folder_)),
              testing::HasSubstr("others than root may write there\nno\n"));
}

}  // namespace
}  // namespace wgmesh::bootstrap_script_test
