#include "common/utc_text.h"

#include <gtest/gtest.h>

namespace wgmesh::utc_text_test {
namespace {

TEST(UtcText, IsTheSameEverywhere) {
  EXPECT_EQ(utc_text(0), "1970-01-01 00:00:00 UTC");
  EXPECT_EQ(utc_text(1'769'903'999), "2026-01-31 23:59:59 UTC");
}

}  // namespace
}  // namespace wgmesh::utc_text_test
