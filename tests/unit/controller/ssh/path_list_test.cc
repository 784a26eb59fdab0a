#include "controller/ssh/path_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "common/error.h"

namespace wgmesh::path_list_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> split(const std::string& text, const std::set<std::string>& files = {}) {
  return split_path_list(text, [&](const std::string& path) { return files.contains(path); });
}

TEST(SplitPathList, PathsBeginWithASlashOrATilde) {
  EXPECT_THAT(split(""), IsEmpty());
  EXPECT_THAT(split("none"), ElementsAre("none"));
  EXPECT_THAT(split("/a /b ~/c ${D}/d %d/e"), ElementsAre("/a", "/b", "~/c", "${D}/d", "%d/e"));
  EXPECT_THAT(split("/my keys/a  b /c"), ElementsAre("/my keys/a  b", "/c"));
}

TEST(SplitPathList, WhatExistsDecides) {
  EXPECT_THAT(split("/my keys/known /b", {"/my keys/known"}), ElementsAre("/my keys/known", "/b"));
  EXPECT_THAT(split("/a here", {"/a"}), ElementsAre("/a", "here"));
  EXPECT_THAT(split("/a /b", {"/a /b"}), ElementsAre("/a /b"));
  EXPECT_THAT(split("/a b c", {"b c"}), ElementsAre("/a", "b c"));
}

TEST(SplitPathList, TwoReadingsAreAnError) {
  try {
    split("/my keys", {"/my", "/my keys"});
    FAIL() << "one was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.id(), "ssh-files-ambiguous");
    EXPECT_THAT(error.what(), HasSubstr("`/my` and `/my keys` are both files"));
  }
  EXPECT_THROW(split("/a b /c", {"/a b", "b /c"}), Error);
}

TEST(SplitPathList, AListOfManyBlanksIsRefusedWithTheirNumber) {
  EXPECT_THAT(split(std::string(63, ' ')), IsEmpty());
  try {
    split(std::string(64, ' '));
    FAIL() << "64 blanks were taken";
  } catch (const Error& e) {
    EXPECT_THAT(e.what(), HasSubstr("64 blanks"));
    EXPECT_EQ(e.id(), "ssh-files-too-many");
  }
}

}  // namespace
}  // namespace wgmesh::path_list_test
