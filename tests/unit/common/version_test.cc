#include "common/version.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <vector>

namespace wgmesh::version_test {
namespace {

using testing::ElementsAre;
using testing::MatchesRegex;

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) { lines.push_back(line); }
  return lines;
}

TEST(Version, IsOneLine) {
  EXPECT_THAT(lines_of(version_line("mesh")), ElementsAre("mesh " WGMESH_VERSION));
}

TEST(Version, NamesEachLibraryWithItsVersion) {
  const auto is = [](const std::string& name) {
    return MatchesRegex("  " + name + " [0-9]+\\.[0-9.]+");
  };
  EXPECT_THAT(
      lines_of(version_text("mesh", {{"libssh", "0.10.6"}})),
      ElementsAre("mesh " WGMESH_VERSION, "  libssh 0.10.6", is("protobuf"), is("libsodium"),
                  is("fmt"), MatchesRegex("  libstdc\\+\\+ .*"), is("glibc")));
}

TEST(Version, IsReadFromANumber) {
  EXPECT_EQ(version_of_number(90100, 100), "9.1.0");
  EXPECT_EQ(version_of_number(3021012, 1000), "3.21.12");
}

}  // namespace
}  // namespace wgmesh::version_test
