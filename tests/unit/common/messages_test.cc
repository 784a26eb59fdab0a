#include "common/messages.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/messages_page.h"

namespace wgmesh::messages_test {
namespace {

TEST(Messages, HaveIdentifiersOfTheirOwn) { expect_well_formed(kCommonMessages); }

TEST(Messages, AreListedInTheDocuments) {
  expect_on_page(std::string(WGMESH_TEST_DATA) + "/../../docs/messages.md", "## Both programs",
                 kCommonMessages);
}

}  // namespace
}  // namespace wgmesh::messages_test
