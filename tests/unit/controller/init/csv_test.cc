#include "controller/init/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controller/file/source_text.h"

namespace wgmesh::csv_test {
namespace {

using testing::ElementsAre;

std::vector<std::vector<std::string>> texts_of(std::string_view text, std::size_t most = 100) {
  std::vector<std::vector<std::string>> rows;
  for (const CsvRow& row : read_csv(text, most)) {
    auto& texts = rows.emplace_back();
    for (const CsvField& field : row) { texts.push_back(field.text); }
  }
  return rows;
}

TEST(Csv, HasRowsOfFields) {
  EXPECT_THAT(texts_of("a,b\nc,\n"), ElementsAre(ElementsAre("a", "b"), ElementsAre("c", "")));
  EXPECT_THAT(texts_of("a,b\r\nc,d"), ElementsAre(ElementsAre("a", "b"), ElementsAre("c", "d")));
  EXPECT_THAT(texts_of("a\n\n\nb\n"), ElementsAre(ElementsAre("a"), ElementsAre("b")));
  EXPECT_THAT(texts_of(""), ElementsAre());
  EXPECT_THAT(texts_of("a\nb\nc\n", 2), ElementsAre(ElementsAre("a"), ElementsAre("b")));
}

TEST(Csv, QuotesTakeCommasLinesAndQuotes) {
  EXPECT_THAT(texts_of("\"a,b\",\"say \"\"x\"\"\"\n\"two\nlines\",\"\""),
              ElementsAre(ElementsAre("a,b", "say \"x\""), ElementsAre("two\nlines", "")));
}

TEST(Csv, KnowsWhereAFieldStands) {
  const auto rows = read_csv("ab,\"c\nd\"\n  x,y\n", 10);
  EXPECT_EQ(rows[0][1].place, (Place{1, 4}));
  EXPECT_EQ(rows[1][1].place, (Place{3, 5}));
}

TEST(Csv, SaysWhereAQuoteIsWrong) {
  struct Case {
    const char* text;
    const char* id;
    Place place;
  };
  for (const Case& wrong :
       {Case{"a,\"b\n", "file-quote-open", {1, 3}}, Case{"x\na\"b,c\n", "init-csv-quote", {2, 2}},
        Case{"\"a\"b\n", "init-csv-quote", {1, 4}}}) {
    try {
      read_csv(wrong.text, 10);
      ADD_FAILURE() << wrong.text;
    } catch (const SyntaxError& error) {
      EXPECT_EQ(error.id(), wrong.id);
      EXPECT_EQ(error.place(), wrong.place) << wrong.text;
    }
  }
}

}  // namespace
}  // namespace wgmesh::csv_test
