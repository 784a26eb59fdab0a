#include "controller/printable.h"

#include <gtest/gtest.h>

namespace wgmesh {
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

TEST(Printable, CutsAtCodePoints) {
  EXPECT_EQ(cut_to("mesh", 4), "mesh");
  EXPECT_EQ(cut_to("meshes", 4), "mes…");
  EXPECT_EQ(cut_to("\xc3\xbc\xc3\xbc\xc3\xbc", 2), "\xc3\xbc…");
  EXPECT_EQ(cut_to("mesh", 0), "");
  EXPECT_EQ(columns_of("\xc3\xbc…"), 2U);
}

}  // namespace
}  // namespace wgmesh
