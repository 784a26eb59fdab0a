#include "controller/reach/captured_child.h"

#include <gtest/gtest.h>

#include <chrono>

namespace wgmesh::captured_child_test {
namespace {

using namespace std::chrono_literals;

TEST(RunCaptured, KeepsBothOutputsAndTheStatus) {
  const Ran ran = run_captured({"sh", "-c", "echo out; echo err >&2; exit 3"},
                               std::chrono::steady_clock::now() + 20s, nullptr);
  EXPECT_EQ(ran.out, "out\n");
  EXPECT_EQ(ran.err, "err\n");
  EXPECT_EQ(ran.status, 3);
}

TEST(RunCaptured, EndsAtItsDeadline) {
  struct Case {
    const char* command;
    const char* message;
    const char* id;
  };
  for (const Case& one :
       {Case{"sleep 60", "timed out", "reach-timed-out"},
        Case{"yes", "timed out", "reach-timed-out"},
        Case{"exec >&- 2>&-; sleep 60", "sh does not end", "reach-program-endless"}}) {
    try {
      run_captured({"sh", "-c", one.command}, std::chrono::steady_clock::now() + 300ms, nullptr);
      ADD_FAILURE() << one.command;
    } catch (const TimedOut& error) {
      EXPECT_EQ(error.message(), one.message) << one.command;
      EXPECT_EQ(error.id(), one.id) << one.command;
    }
  }
}

}  // namespace
}  // namespace wgmesh::captured_child_test
