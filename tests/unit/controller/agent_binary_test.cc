#include "controller/agent_binary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>

#include "common/error.h"

namespace wgmesh {
namespace {

class AgentBinaryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "wgmesh-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    directory_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  void write(const std::string& name, const std::string& content) const {
    std::ofstream(directory_ + "/" + name) << content;
  }

  std::string directory_;
};

TEST_F(AgentBinaryTest, HashesTheFile) {
  write("wgmesh-agent-aarch64", "abc");
  // The example of FIPS 180-2, appendix B.1.
  EXPECT_EQ(AgentBinaries({directory_}).find("aarch64").sha256(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_F(AgentBinaryTest, TheGzipHoldsTheFile) {
  const std::string content(300000, 'x');
  write("wgmesh-agent-x86_64", content);
  const AgentBinaries binaries({directory_});
  write("copy.gz", binaries.find("x86_64").gzip());
  gzFile file = gzopen((directory_ + "/copy.gz").c_str(), "rb");
  std::string unpacked(content.size() + 1, '\0');
  EXPECT_EQ(gzread(file, unpacked.data(), static_cast<unsigned>(unpacked.size())),
            static_cast<int>(content.size()));
  gzclose(file);
  unpacked.pop_back();
  EXPECT_EQ(unpacked, content);
}

TEST_F(AgentBinaryTest, APlainNameCountsForTheMachineInItsHeader) {
  std::filesystem::copy_file("/proc/self/exe", directory_ + "/wgmesh-agent");
  EXPECT_EQ(AgentBinaries({directory_}).all().size(), 1u);
  write("wgmesh-agent", "no program");
  EXPECT_EQ(AgentBinaries({directory_}).all().size(), 0u);
}

TEST_F(AgentBinaryTest, NamesTheMachineThatIsMissing) {
  try {
    AgentBinaries({directory_}).find("riscv64");
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.message(), ::testing::HasSubstr("riscv64"));
    EXPECT_THAT(error.cure(), ::testing::HasSubstr(directory_));
  }
}

}  // namespace
}  // namespace wgmesh
