#include "controller/text/decimal_bytes.h"

#include <gtest/gtest.h>

namespace wgmesh::decimal_bytes_test {
namespace {

TEST(DecimalBytes, AreANumberWithOrWithoutAUnit) {
  EXPECT_EQ(parse_decimal_bytes("250000"), 250'000U);
  EXPECT_EQ(parse_decimal_bytes("500k"), 500'000U);
  EXPECT_EQ(parse_decimal_bytes("500M"), 500'000'000U);
  EXPECT_EQ(parse_decimal_bytes("2g"), 2'000'000'000U);
  EXPECT_EQ(parse_decimal_bytes("1T"), 1'000'000'000'000U);
}

TEST(DecimalBytes, AreNothingElse) {
  for (const char* text : {"", "M", "-1", "1.5G", "1 G", "1GB", "1P", "0x10", " 1",
                           "9223372036854775808", "9223373T"}) {
    EXPECT_FALSE(parse_decimal_bytes(text)) << text;
  }
}

}  // namespace
}  // namespace wgmesh::decimal_bytes_test
