#include "agent/status/json_writer.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace wgmesh::json_writer_test {
namespace {

std::string written(std::string_view text) {
  JsonWriter json;
  json.open_object();
  json.text("text", text);
  json.close_object();
  return json.take();
}

TEST(JsonWriter, WritesWhatAReaderReadsBack) {
  for (const std::string text :
       {"", "plain", R"(C:\no\"quotes")", "\\", "\"", "a\tb\nc\x01", "/"}) {
    EXPECT_EQ(nlohmann::json::parse(written(text))["text"], text);
  }
}

// They need not be UTF-8, and the document must be.
TEST(JsonWriter, WritesOctetsBeyondAsciiAsCodePoints) {
  EXPECT_EQ(nlohmann::json::parse(written("\xff\x80"))["text"], "\u00ff\u0080");
}

TEST(JsonWriter, NestsListsAndObjects) {
  JsonWriter json;
  json.open_object();
  json.open_list("list");
  json.number({}, 18446744073709551615U);
  json.open_object();
  json.boolean("yes", true);
  json.close_object();
  json.close_list();
  json.open_list("empty");
  json.close_list();
  json.close_object();
  const auto document = nlohmann::json::parse(json.take());
  EXPECT_EQ(document["list"][0], 18446744073709551615U);
  EXPECT_EQ(document["list"][1]["yes"], true);
  EXPECT_TRUE(document["empty"].empty());
}

}  // namespace
}  // namespace wgmesh::json_writer_test
