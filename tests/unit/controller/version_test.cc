#include "controller/version.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <vector>

namespace wgmesh {
namespace {

using testing::ElementsAre;
using testing::MatchesRegex;

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TEST(Version, IsOneLine) {
  EXPECT_THAT(lines_of(version_text(false)), ElementsAre("mesh " WGMESH_VERSION));
}

TEST(Version, NamesEachLibraryWithItsVersion) {
  const auto is = [](const std::string& name) {
    return MatchesRegex("  " + name + " [0-9]+\\.[0-9.]+.*");
  };
  EXPECT_THAT(
      lines_of(version_text(true)),
      ElementsAre("mesh " WGMESH_VERSION, is("libssh"), is("libcrypto"), is("yaml-cpp"),
                  is("protobuf"), is("libsodium"), is("zlib"), is("CLI11"), is("nlohmann-json"),
                  is("fmt"), MatchesRegex("  libstdc\\+\\+ .*"), is("glibc")));
}

}  // namespace
}  // namespace wgmesh
