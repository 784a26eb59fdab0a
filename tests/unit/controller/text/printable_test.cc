#include "controller/text/printable.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace wgmesh::printable_test {
namespace {

TEST(Printable, KeepsTextAndEscapesWhatMovesCursors) {
  EXPECT_EQ(printable("gr\xc3\xbc\xc3\x9f \xf0\x9f\x8c\x8d"),
            "gr\xc3\xbc\xc3\x9f \xf0\x9f\x8c\x8d");
  EXPECT_EQ(printable("\x1b[2J\a"), "\\x1b[2J\\x07");
  EXPECT_EQ(printable("a\tb\r\n"), "a b\\x0d\\x0a");
  EXPECT_EQ(printable("a\nb", true), "a\nb");
  EXPECT_EQ(printable("\x7f"), "\\x7f");
  EXPECT_EQ(printable("\xc2\x9b"
                      "2J"),
            "\\xc2\\x9b2J");  // CSI as one C1 control
}

TEST(Printable, EscapesWhatIsNotUtf8) {
  EXPECT_EQ(printable("\xff"), "\\xff");
  EXPECT_EQ(printable("\xc3"), "\\xc3");                    // cut off
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf");           // longer than need be
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // a surrogate
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
}

TEST(Printable, ShowsWhatNobodySeesByItsCode) {
  EXPECT_EQ(printable("\u202egnp.exe\u202c"), "\\u202egnp.exe\\u202c");  // turned around
  EXPECT_EQ(printable("a\u2028b\u2029c"), "a\\u2028b\\u2029c");          // lines of their own
  EXPECT_EQ(printable("n\u200b1\u00a0\u00ad\u2066\ufeff"), "n\\u200b1\\u00a0\\u00ad\\u2066\\ufeff");
  EXPECT_EQ(printable("\U000e0041\u3164\u2800"), "\\ue0041\\u3164\\u2800");
  // The neighbours of each of these are letters.
  EXPECT_EQ(printable("\u2010\u2027\u2030\u205e\u2070\u00a1\u00ae"),
            "\u2010\u2027\u2030\u205e\u2070\u00a1\u00ae");
}

TEST(Printable, MarksEveryLineAfterTheFirst) {
  EXPECT_EQ(printable_lines("one"), "one");
  EXPECT_EQ(printable_lines("one\n\n"), "one");
  EXPECT_EQ(printable_lines("one\nmesh: two\n\n  cure: three\n"),
            "one\n  | mesh: two\n  | \n  |   cure: three");
  EXPECT_EQ(printable_lines("one\rmesh: two\u2028mesh: three"),
            "one\\x0dmesh: two\\u2028mesh: three");
  std::string many;
  for (int i = 0; i < 1000; ++i) { many += "line\n"; }
  const std::string shown = printable_lines(many);
  EXPECT_EQ(std::ranges::count(shown, '\n'), 40);
  EXPECT_TRUE(shown.ends_with("\n  | … and 960 lines more"));
}

TEST(Printable, ShortensWithANote) {
  EXPECT_EQ(shortened("mesh", 4), "mesh");
  EXPECT_EQ(shortened("meshes", 4), "mesh… (2 octets more)");
  EXPECT_EQ(shortened("m\u00fc", 2), "m… (2 octets more)");  // never half a letter
  EXPECT_EQ(shortened(std::string(1'000'000, 'x'), 10), "xxxxxxxxxx… (999990 octets more)");
}

TEST(Printable, CutsAtCodePoints) {
  EXPECT_EQ(cut_to("mesh", 4), "mesh");
  EXPECT_EQ(cut_to("meshes", 4), "mes…");
  EXPECT_EQ(cut_to("\xc3\xbc\xc3\xbc\xc3\xbc", 2), "\xc3\xbc…");
  EXPECT_EQ(cut_to("mesh", 0), "");
  EXPECT_EQ(columns_of("\xc3\xbc…"), 2U);
}

}  // namespace
}  // namespace wgmesh::printable_test
