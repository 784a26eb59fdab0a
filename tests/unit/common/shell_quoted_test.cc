#include "common/shell_quoted.h"

#include <gtest/gtest.h>

namespace wgmesh::shell_quoted_test {
namespace {

TEST(ShellQuoted, LeavesWhatEveryShellTakesAsItIs) {
  EXPECT_EQ(shell_quoted("/etc/wireguard/wg-test.conf"), "/etc/wireguard/wg-test.conf");
}

TEST(ShellQuoted, HoldsBlanksQuotesAndCommandsTogether) {
  EXPECT_EQ(shell_quoted("/a b/it's"), "'/a b/it'\\''s'");
  EXPECT_EQ(shell_quoted("$(reboot);"), "'$(reboot);'");
  EXPECT_EQ(shell_quoted(""), "''");
}

}  // namespace
}  // namespace wgmesh::shell_quoted_test
