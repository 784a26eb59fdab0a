#include "common/said.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/messages_page.h"

namespace wgmesh::said_test {
namespace {

constexpr Message kTable[] = {
    {"door-locked", MessageKind::kError, "{} is locked by {}", "ask {1}, not {0}"},
    {"door-open", MessageKind::kWarning, "{} is open", ""},
};

TEST(Said, PutsTheArgumentsIntoTextAndCure) {
  const Said said = say_from<kTable, "door-locked">("the attic", std::string("Ann"));
  EXPECT_EQ(said, (Said{"door-locked", "the attic is locked by Ann", "ask Ann, not the attic"}));
}

TEST(Said, HasNoCureWhereTheTableHasNone) {
  EXPECT_EQ((say_from<kTable, "door-open">("it").cure), "");
}

TEST(Said, IsPrintedInTheListWithoutItsPlaceholders) {
  EXPECT_EQ(page_of(kTable),
            "\n| Identifier | Kind | Message | What to do |\n|---|---|---|---|\n"
            "| `door-locked` | error | … is locked by … | ask …, not … |\n"
            "| `door-open` | warning | … is open |  |\n\n");
  EXPECT_EQ(as_read("{{a|b}} {1:x} c"), "{a\\|b} … c");
}

}  // namespace
}  // namespace wgmesh::said_test
