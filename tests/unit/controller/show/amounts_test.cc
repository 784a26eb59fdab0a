#include "controller/show/amounts.h"

#include <gtest/gtest.h>

namespace wgmesh::amounts_test {
namespace {

TEST(Amounts, TakeFewColumns) {
  EXPECT_EQ(bytes_text(0), "0");
  EXPECT_EQ(bytes_text(999), "999");
  EXPECT_EQ(bytes_text(1000), "1.0K");
  EXPECT_EQ(bytes_text(1024 * 12.4), "12K");
  EXPECT_EQ(bytes_text(1024.0 * 1023), "1.0M");
  EXPECT_EQ(bytes_text(18446744073709551615.0), "16E");
}

TEST(Amounts, OfVolumesAndRatesAreDecimal) {
  EXPECT_EQ(decimal_bytes_text(0), "0 B");
  EXPECT_EQ(decimal_bytes_text(999), "999 B");
  EXPECT_EQ(decimal_bytes_text(1'500'000), "1.5 MB");
  EXPECT_EQ(decimal_bytes_text(2'000'000'000), "2 GB");
  EXPECT_EQ(bit_rate_text(0), "0 bit/s");
  EXPECT_EQ(bit_rate_text(64'000), "64.0 kbit/s");
  EXPECT_EQ(bit_rate_text(999'600), "1.00 Mbit/s");
  EXPECT_EQ(bit_rate_text(94'100'000), "94.1 Mbit/s");
  EXPECT_EQ(bit_rate_text(9'996'000'000), "10.0 Gbit/s");
}

TEST(Amounts, OfTimeHaveOneUnit) {
  EXPECT_EQ(short_age_text(0), "0s");
  EXPECT_EQ(short_age_text(119), "119s");
  EXPECT_EQ(short_age_text(120), "2m");
  EXPECT_EQ(short_age_text(7200), "2h");
  EXPECT_EQ(short_age_text(3 * 24 * 3600), "3d");
}

}  // namespace
}  // namespace wgmesh::amounts_test
