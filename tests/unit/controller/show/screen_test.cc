#include "controller/show/screen.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace wgmesh::screen_test {
namespace {

TEST(Screen, OverwritesWhatWasThere) {
  EXPECT_EQ(screen_of("one\ntwo\n", {80, 24}), "\x1b[Hone\x1b[K\ntwo\x1b[K\n\x1b[J");
}

TEST(Screen, CutsWhatDoesNotFit) {
  EXPECT_EQ(screen_of("a long line\n2\n3\n4\n5\n", {6, 4}),
            "\x1b[Ha lon…\x1b[K\n2\x1b[K\n… and…\x1b[K\n\x1b[J");
}

TEST(Screen, HasTheUsualSizeWhereThereIsNoTerminal) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  EXPECT_EQ(screen_size(ends[1]).columns, 80u);
  EXPECT_EQ(screen_size(ends[1]).rows, 24u);
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace wgmesh::screen_test
