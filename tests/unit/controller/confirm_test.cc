#include "controller/confirm.h"

#include <unistd.h>

#include <cstdio>
#include <sstream>

#include <gtest/gtest.h>

#include "common/error.h"

namespace wgmesh::confirm_test {
namespace {

bool answered(const std::string& answer) {
  std::istringstream in(answer);
  std::ostringstream out;
  const bool yes = confirm(in, out, "Change 3 nodes?");
  EXPECT_EQ(out.str(), "Change 3 nodes? [y/N] ");
  return yes;
}

TEST(Confirm, OnlyYesIsYes) {
  EXPECT_TRUE(answered("y\n"));
  EXPECT_TRUE(answered("YES\n"));
  EXPECT_FALSE(answered("\n"));
  EXPECT_FALSE(answered("n\n"));
  EXPECT_FALSE(answered("yup\n"));
  EXPECT_FALSE(answered(""));
}

void ask_without_a_terminal() {
  setsid();
  try {
    confirm("Change 3 nodes?");
  } catch (const Error& error) {
    std::fprintf(stderr, "%s %s", error.id().c_str(), error.what());
    _exit(0);
  }
  _exit(1);
}

TEST(ConfirmDeathTest, WantsATerminal) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(ask_without_a_terminal(), testing::ExitedWithCode(0),
              "terminal-for-question there is no terminal to ask on");
}

}  // namespace
}  // namespace wgmesh::confirm_test
