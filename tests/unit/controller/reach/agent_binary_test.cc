#include "controller/reach/agent_binary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include "common/error.h"
#include "controller/reach/gzip.h"

namespace wgmesh::agent_binary_test {
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
  EXPECT_EQ(AgentBinaries({{directory_}}).find("aarch64").sha256(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_F(AgentBinaryTest, TheGzipHoldsTheFile) {
  const std::string content(300000, 'x');
  write("wgmesh-agent-x86_64", content);
  const AgentBinaries binaries({{directory_}});
  write("copy.gz", binaries.find("x86_64").gzip());
  gzFile file = gzopen((directory_ + "/copy.gz").c_str(), "rb");
  std::string unpacked(content.size() + 1, '\0');
  EXPECT_EQ(gzread(file, unpacked.data(), static_cast<unsigned>(unpacked.size())),
            static_cast<int>(content.size()));
  gzclose(file);
  unpacked.pop_back();
  EXPECT_EQ(unpacked, content);
}

// Packages bring agents packed, and mesh knows the hash of what comes out.
TEST_F(AgentBinaryTest, TakesAPackedAgentByTheHashOfTheProgramInIt) {
  const std::string_view abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  const std::array known = {abc};
  const std::string packed = pack_gzip("abc");
  write("wgmesh-agent-aarch64.gz", packed);
  const AgentBinaries binaries({{directory_, false}}, known);
  const AgentBinary& agent = binaries.find("aarch64");
  EXPECT_EQ(agent.sha256(), abc);
  EXPECT_EQ(agent.content(), "abc");
  EXPECT_EQ(agent.gzip(), packed);
}

TEST_F(AgentBinaryTest, RefusesAPackedAgentThatHasChangedSinceItWasHashed) {
  write("wgmesh-agent-aarch64.gz", pack_gzip("before"));
  const AgentBinaries binaries({{directory_}});
  const AgentBinary& agent = binaries.find("aarch64");
  static_cast<void>(agent.sha256());
  write("wgmesh-agent-aarch64.gz", pack_gzip("after"));
  EXPECT_THROW(agent.gzip(), Error);
  EXPECT_THROW(agent.content(), Error);
}

TEST_F(AgentBinaryTest, NamesAPackedAgentThatIsDamaged) {
  const std::string packed = pack_gzip("abc");
  write("wgmesh-agent-aarch64.gz", packed.substr(0, packed.size() - 1));
  try {
    AgentBinaries({{directory_}}).find("aarch64").content();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.message(),
              directory_ + "/wgmesh-agent-aarch64.gz is damaged: it does not unpack");
    EXPECT_EQ(error.id(), "agent-binary-damaged");
  }
}

TEST_F(AgentBinaryTest, AnInstallationHasItsAgentsBelowLib) {
  const auto self = std::filesystem::read_symlink("/proc/self/exe");
  const std::string folder = (self.parent_path().parent_path() / "lib/wgmesh/agents").string();
  const std::vector<AgentPlace> places = usual_agent_places();
  const auto found = std::ranges::find(places, folder, &AgentPlace::folder);
  ASSERT_NE(found, places.end());
  EXPECT_FALSE(found->takes_any);
}

// Packing takes a tenth of a second of each first `up`, so a build does it once.
TEST_F(AgentBinaryTest, ABuildTreeHasItsAgentsPackedToo) {
  const auto above = std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path();
  const std::vector<AgentPlace> places = usual_agent_places();
  const auto packed =
      std::ranges::find(places, (above / "installed").string(), &AgentPlace::folder);
  const auto built = std::ranges::find(places, (above / "agent").string(), &AgentPlace::folder);
  ASSERT_NE(built, places.end());
  EXPECT_LT(packed, built);
}

TEST_F(AgentBinaryTest, APlainNameCountsForTheMachineInItsHeader) {
  std::filesystem::copy_file("/proc/self/exe", directory_ + "/wgmesh-agent");
  EXPECT_EQ(AgentBinaries({{directory_}}).all().size(), 1u);
  write("wgmesh-agent", "no program");
  EXPECT_EQ(AgentBinaries({{directory_}}).all().size(), 0u);
}

// Where others may put a program, it would run as root on every node.
TEST_F(AgentBinaryTest, TakesOnlyWhatThisProgramWasBuiltWith) {
  const std::string_view abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  const std::array known = {abc};
  const std::string beside = directory_ + "/beside";
  const std::string installed = directory_ + "/installed";
  for (const std::string& folder : {beside, installed}) {
    std::filesystem::create_directory(folder);
  }
  write("beside/wgmesh-agent-aarch64", "somebody's");
  write("beside/wgmesh-agent-x86_64", "somebody's");
  write("installed/wgmesh-agent-aarch64", "abc");
  const AgentBinaries binaries({{beside, false}, {installed, false}}, known);
  EXPECT_EQ(binaries.find("aarch64").path(), installed + "/wgmesh-agent-aarch64");
  EXPECT_EQ(binaries.all().size(), 1u);
  try {
    binaries.find("x86_64");
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.message(),
                ::testing::HasSubstr("was not built with " + beside + "/wgmesh-agent-x86_64"));
    EXPECT_EQ(error.id(), "agent-binary-missing");
    EXPECT_THAT(error.cure(), ::testing::HasSubstr("WGMESH_AGENT_DIR"));
  }
}

TEST_F(AgentBinaryTest, TakesAnyAgentOfTheFolderThatTheUserNames) {
  write("wgmesh-agent-x86_64", "of mine");
  setenv("WGMESH_AGENT_DIR", directory_.c_str(), 1);
  EXPECT_EQ(AgentBinaries(usual_agent_places()).find("x86_64").content(), "of mine");
  unsetenv("WGMESH_AGENT_DIR");
  for (const AgentPlace& place : usual_agent_places()) { EXPECT_FALSE(place.takes_any); }
}

TEST_F(AgentBinaryTest, RefusesAFolderThatOthersMayWriteTo) {
  const std::string inner = directory_ + "/inner";
  std::filesystem::create_directory(inner);
  struct Case {
    std::string folder;
    unsigned mode;
  };
  for (const Case& open :
       {Case{inner, 0777}, Case{inner, 0775}, Case{inner, 01777}, Case{directory_, 0777}}) {
    ASSERT_EQ(chmod(open.folder.c_str(), open.mode), 0);
    setenv("WGMESH_AGENT_DIR", inner.c_str(), 1);
    try {
      usual_agent_places();
      ADD_FAILURE() << open.folder << " " << open.mode;
    } catch (const Error& error) {
      EXPECT_THAT(error.message(), ::testing::HasSubstr("others may write to " + open.folder));
      EXPECT_EQ(error.id(), "agent-folder-exposed");
    }
    ASSERT_EQ(chmod(open.folder.c_str(), 0755), 0);
  }
  EXPECT_EQ(usual_agent_places().front().folder, inner);
  unsetenv("WGMESH_AGENT_DIR");
}

// What runs as root is what was compared with the known hashes, and nothing that came later.
TEST_F(AgentBinaryTest, RefusesAnAgentThatHasChangedSinceItWasHashed) {
  write("wgmesh-agent-x86_64", "before");
  const AgentBinaries binaries({{directory_}});
  const AgentBinary& agent = binaries.find("x86_64");
  static_cast<void>(agent.sha256());
  write("wgmesh-agent-x86_64", "after");
  try {
    agent.content();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), agent.path() + " has changed since this command began");
    EXPECT_EQ(error.id(), "agent-binary-changed");
  }
}

TEST_F(AgentBinaryTest, NamesTheMachineThatIsMissing) {
  try {
    AgentBinaries({{directory_}}).find("riscv64");
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.message(), ::testing::HasSubstr("riscv64"));
    EXPECT_THAT(error.cure(), ::testing::HasSubstr(directory_));
  }
}

}  // namespace
}  // namespace wgmesh::agent_binary_test
