#include "agent/state/hosts_block.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace wgmesh::hosts_block_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

const HostsBlock kBlock{"test", {"fd00::1  a a.test", "fd00::2  b b.test"}};
const std::string kInFile =
    "# BEGIN wgmesh test: wgmesh-agent writes these lines\n"
    "fd00::1  a a.test\n"
    "fd00::2  b b.test\n"
    "# END wgmesh test\n";

// What is there once the block was put in and taken out.
std::optional<std::string> in_and_out(const std::optional<std::string>& text) {
  const std::string with = with_hosts_block(text, kBlock);
  EXPECT_EQ(find_hosts_block(with, "test"), kBlock);
  EXPECT_FALSE(find_hosts_damage(with, "test"));
  return without_hosts_block(with, "test");
}

TEST(HostsBlock, ComesLastAndLeavesTheOthersLines) {
  const std::string text = "127.0.0.1 localhost\n";
  EXPECT_EQ(with_hosts_block(text, kBlock), text + kInFile);
  EXPECT_EQ(in_and_out(text), text);
}

TEST(HostsBlock, LeavesATextAsItWasWhateverItsEnd) {
  for (const char* text : {"", "\n", "\n\n", "127.0.0.1 localhost", "# no end\n# here",
                           "a\r\nb\r\n", " \t ", "# BEGIN wgmesh", "# END wgmesh other\n"}) {
    EXPECT_EQ(in_and_out(text), text);
  }
  EXPECT_EQ(in_and_out(std::string("a\0b\xff\n", 5)), std::string("a\0b\xff\n", 5));
  EXPECT_EQ(in_and_out(std::nullopt), std::nullopt);
}

TEST(HostsBlock, IsReplacedWhereItStands) {
  const std::string text = "::1 localhost\n" + kInFile + "192.0.2.1 printer";
  const std::string other = with_hosts_block(text, {"test", {"fd00::9  c c.test"}});
  EXPECT_THAT(other, StartsWith("::1 localhost\n# BEGIN wgmesh test"));
  EXPECT_THAT(other, HasSubstr("\nfd00::9  c c.test\n# END wgmesh test\n192.0.2.1 printer"));
  EXPECT_EQ(with_hosts_block(other, kBlock), text);
  EXPECT_EQ(without_hosts_block(other, "test"), "::1 localhost\n192.0.2.1 printer");
}

TEST(HostsBlock, WithoutLinesIsABlockAllTheSame) {
  const std::string text = with_hosts_block("a\n", {"test", {}});
  EXPECT_EQ(find_hosts_block(text, "test"), (HostsBlock{"test", {}}));
  EXPECT_EQ(find_hosts_block("a\n", "test"), std::nullopt);
  EXPECT_EQ(without_hosts_block("a\n", "test"), "a\n");
}

TEST(HostsBlock, IsFoundAfterAnEditorWasThere) {
  const auto edited =
      find_hosts_block("# BEGIN wgmesh test: mine \r\nfd00::1 a\r\n# END wgmesh test\t", "test");
  ASSERT_TRUE(edited);
  EXPECT_THAT(edited->lines, ElementsAre("fd00::1 a\r"));
  EXPECT_TRUE(find_hosts_block("# BEGIN wgmesh test\n# END wgmesh test", "test"));
}

TEST(HostsBlock, OfAnotherMeshIsAnothers) {
  const std::string one = with_hosts_block("a", kBlock);
  for (const char* mesh : {"tes", "test2", "TEST", "t"}) {
    EXPECT_EQ(find_hosts_block(one, mesh), std::nullopt);
    EXPECT_FALSE(find_hosts_damage(one, mesh));
    const std::string both = with_hosts_block(one, {mesh, {"fd00::3  c"}});
    EXPECT_EQ(find_hosts_block(both, "test"), kBlock);
    // Whichever goes first.
    EXPECT_EQ(without_hosts_block(*without_hosts_block(both, mesh), "test"), "a");
    EXPECT_EQ(without_hosts_block(*without_hosts_block(both, "test"), mesh), "a");
  }
}

TEST(HostsBlock, ThatMadeTheFileTakesItAlongUnlessSomebodyHasAdded) {
  const std::string text = with_hosts_block(std::nullopt, kBlock);
  EXPECT_EQ(without_hosts_block(text, "test"), std::nullopt);
  EXPECT_EQ(without_hosts_block(text + "192.0.2.1 printer\n", "test"), "192.0.2.1 printer\n");
  EXPECT_EQ(without_hosts_block(with_hosts_block("a", kBlock) + "b\n", "test"), "a\nb\n");
}

std::string damage_of(const std::string& text) {
  const auto damage = find_hosts_damage(text, "test");
  if (!damage) { return {}; }
  EXPECT_EQ(damage->id, "hosts-block-damaged");
  EXPECT_THAT(damage->text, HasSubstr("`# BEGIN wgmesh test` and `# END wgmesh test`"));
  EXPECT_THAT(damage->cure, HasSubstr("delete"));
  return damage->text;
}

TEST(HostsBlock, ThatIsDamagedIsTold) {
  const std::string begin = "# BEGIN wgmesh test\n";
  const std::string end = "# END wgmesh test\n";
  EXPECT_THAT(damage_of("a\n" + begin + "b\n"), HasSubstr("a block without its last line"));
  EXPECT_THAT(damage_of(end), HasSubstr("a block without its first line"));
  EXPECT_THAT(damage_of(end + begin), HasSubstr("a block whose last line comes first"));
  EXPECT_THAT(damage_of(kInFile + kInFile), HasSubstr("more than one block"));
  EXPECT_THAT(damage_of(begin + begin + end), HasSubstr("more than one block"));
  EXPECT_THAT(damage_of(begin + "# BEGIN wgmesh other\n" + end), HasSubstr("another block in"));
  EXPECT_THAT(damage_of(begin + "# END wgmesh other\n" + end), HasSubstr("another block in"));
  EXPECT_THAT(damage_of("a\n" + kInFile + "# END wgmesh testx\n"), IsEmpty());
  EXPECT_THAT(damage_of(""), IsEmpty());
}

}  // namespace
}  // namespace wgmesh::hosts_block_test
