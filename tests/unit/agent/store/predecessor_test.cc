#include "agent/store/predecessor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "agent/store/atomic_file.h"
#include "common/error.h"
#include "tests/support/agent/predecessor_node.h"

namespace wgmesh::predecessor_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::optional<Predecessor> found_on(const TestNode& node, const std::string& mesh = "test") {
  return find_predecessor(node.this_node.paths.wireguard, node.this_node.paths.units, mesh).found;
}

std::string unread_on(const TestNode& node) {
  const auto unread =
      find_predecessor(node.this_node.paths.wireguard, node.this_node.paths.units, "test").unread;
  return unread ? unread->text : std::string();
}

std::string fault_on(const TestNode& node) {
  try {
    found_on(node);
  } catch (const Error& error) { return error.message(); }
  return "";
}

TEST(Predecessor, IsFoundByItsFile) {
  TestNode node;
  EXPECT_FALSE(found_on(node));
  put_predecessor(node);
  const auto found = found_on(node);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->file, predecessor_path(node));
  EXPECT_EQ(found->device, "wg-test0");
  EXPECT_THAT(found->interfaces,
              ElementsAre("br-test", "gt-test1", "gt-test2", "gt-test3", "wg-test0"));
  EXPECT_THAT(found->enablers, ElementsAre(predecessor_link(node)));
  EXPECT_EQ(found->preshared_keys.size(), 3u);
}

TEST(Predecessor, FilesOfOthersAreNone) {
  TestNode node;
  make_folder(node.this_node.paths.wireguard);
  const auto put = [&](const char* name, const std::string& text) {
    write_file(node.this_node.paths.wireguard + "/" + name, text);
  };
  put("wg0.conf", predecessor_text());
  put("wg-test.conf", predecessor_text());
  put("wg-test0.conf.wgmesh-adopted", predecessor_text());
  put("wg-test1.conf",
      "[Interface]\nPrivateKey = of somebody else\nPostUp = ip link add br-lan type bridge\n");
  EXPECT_FALSE(found_on(node));
}

TEST(Predecessor, AFileThatSaysNoKeyIsNamed) {
  TestNode node;
  put_predecessor(node);
  write_file(predecessor_path(node), "[Interface]\nPostUp = ip link add br-test type bridge\n");
  EXPECT_EQ(fault_on(node), predecessor_path(node) + ": PrivateKey is missing");
}

TEST(Predecessor, TwoFilesOfOneMeshAreNamed) {
  TestNode node;
  put_predecessor(node);
  write_file(node.this_node.paths.wireguard + "/wg-test1.conf", predecessor_text());
  EXPECT_EQ(fault_on(node), node.this_node.paths.wireguard + "/wg-test1.conf: " +
                                predecessor_path(node) + " is of this mesh, too");
}

TEST(Predecessor, LeavesItsPlacesOnceAndForAll) {
  TestNode node;
  put_predecessor(node);
  const auto places = left_places(found_on(node).value());
  for (const std::string& place : places) { EXPECT_TRUE(is_left_place(place, "test")) << place; }
  for (int time = 0; time < 2; ++time) {
    leave_places(places);
    EXPECT_FALSE(exists(predecessor_path(node)));
    EXPECT_FALSE(exists(predecessor_link(node)));
    EXPECT_EQ(read_file(predecessor_path(node) + ".wgmesh-adopted"), predecessor_text());
  }
}

TEST(Predecessor, NoFileThatWasKeptEarlierIsLost) {
  TestNode node;
  put_predecessor(node);
  const std::string kept = predecessor_path(node) + ".wgmesh-adopted";
  write_file(kept, "of an earlier time");
  const auto found = found_on(node).value();
  EXPECT_EQ(found.kept_as, kept + ".2");
  leave_places(left_places(found));
  EXPECT_EQ(read_file(kept), "of an earlier time");
  EXPECT_EQ(read_file(kept + ".2"), predecessor_text());
}

TEST(Predecessor, WhatCannotBeReadIsPassedOverAndNamed) {
  TestNode node;
  EXPECT_EQ(unread_on(node), "");
  put_predecessor(node);
  EXPECT_EQ(unread_on(node), "");
  const std::string link = node.this_node.paths.wireguard + "/wg-test7.conf";
  std::filesystem::create_symlink("/etc/hostname", link);
  EXPECT_TRUE(found_on(node));
  EXPECT_THAT(unread_on(node), HasSubstr(link + ": is a symbolic link, not a file"));
}

TEST(Predecessor, AFolderThatCannotBeReadIsNamed) {
  TestNode node;
  write_file(node.this_node.paths.wireguard, "no folder");
  EXPECT_FALSE(found_on(node));
  EXPECT_THAT(unread_on(node), HasSubstr(node.this_node.paths.wireguard + ": "));
}

TEST(Predecessor, OtherPathsAreNoPlacesOfIt) {
  for (const char* path :
       {"/etc/passwd", "wg-test0.conf", "/etc/wireguard/../x/wg-test0.conf", "/etc/wg-test.conf",
        "/etc/wireguard/wg-testy.conf", "/etc/wg-quick@wg0.service"}) {
    EXPECT_FALSE(is_left_place(path, "test")) << path;
  }
}

}  // namespace
}  // namespace wgmesh::predecessor_test
