#include "common/hosts_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wgmesh::hosts_lines_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(HostsLines, NameEachAddressTwiceInColumns) {
  EXPECT_THAT(
      hosts_lines("test", {{"zoo", *parse_ip("10.0.0.100")}, {"a.b", *parse_ip("fd00::1")}}),
      ElementsAre("10.0.0.100  zoo zoo.test", "fd00::1     a.b a.b.test"));
  EXPECT_THAT(hosts_lines("test", {}), IsEmpty());
}

}  // namespace
}  // namespace wgmesh::hosts_lines_test
