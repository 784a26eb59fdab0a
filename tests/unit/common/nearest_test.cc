#include "common/nearest.h"

#include <gtest/gtest.h>

#include <vector>

namespace wgmesh::nearest_test {
namespace {

const std::vector<std::string> kKnown = {
    "addr", "ssh", "endpoint", "listen_port", "persistent_keepalive", "prio", "peers"};

TEST(FindNearest, ForgivesTypingErrors) {
  EXPECT_EQ(find_nearest("lisen_port", kKnown), "listen_port");
  EXPECT_EQ(find_nearest("adrr", kKnown), "addr");  // swapped and doubled
  EXPECT_EQ(find_nearest("shs", kKnown), "ssh");    // swapped
  EXPECT_EQ(find_nearest("peer", kKnown), "peers");
}

TEST(FindNearest, CaseAndSeparatorsDoNotCount) {
  EXPECT_EQ(find_nearest("ListenPort", kKnown), "listen_port");
  EXPECT_EQ(find_nearest("listen-port", kKnown), "listen_port");
}

TEST(FindNearest, OneWordWithinTheOtherIsNear) {
  EXPECT_EQ(find_nearest("keepalive", kKnown), "persistent_keepalive");
  EXPECT_EQ(find_nearest("priority", kKnown), "prio");
  EXPECT_EQ(find_nearest("address", kKnown), "addr");
}

TEST(FindNearest, SaysNothingWhereNothingIsNear) {
  EXPECT_EQ(find_nearest("hostname", kKnown), std::nullopt);
  EXPECT_EQ(find_nearest("", kKnown), std::nullopt);
  EXPECT_EQ(find_nearest("x", kKnown), std::nullopt);
  EXPECT_EQ(find_nearest(std::string(100'000, 'a'), kKnown), std::nullopt);
}

}  // namespace
}  // namespace wgmesh::nearest_test
