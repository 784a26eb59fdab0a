#include "controller/text/yaml_writer.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <yaml-cpp/yaml.h>

namespace wgmesh::yaml_writer_test {
namespace {

using Json = nlohmann::ordered_json;

TEST(YamlWriter, WritesBlocksAndShortLists) {
  const Json value = {{"name", "test"},
                      {"is_up", "4/4"},
                      {"full", true},
                      {"none", nullptr},
                      {"empty", Json::object()},
                      {"peers", {"mesh1", "mesh2"}},
                      {"addresses", {"fd00::1/64", "10.0.0.1/24"}},
                      {"ports", Json::array({{{"name", "a"}, {"cost", 5}}, {{"name", "b"}}})},
                      {"nested", Json::array({Json::array({Json::object({{"k", 1}})})})}};
  EXPECT_EQ(to_yaml(value),
            "name: test\n"
            "is_up: \"4/4\"\n"
            "full: true\n"
            "none: null\n"
            "empty: {}\n"
            "peers: [mesh1, mesh2]\n"
            "addresses:\n"
            "  - \"fd00::1/64\"\n"
            "  - \"10.0.0.1/24\"\n"
            "ports:\n"
            "  - name: a\n"
            "    cost: 5\n"
            "  - name: b\n"
            "nested:\n"
            "  - - k: 1\n");
}

TEST(YamlWriter, WritesAScalarOrAnEmptyListAlone) {
  EXPECT_EQ(to_yaml("a b"), "a b\n");
  EXPECT_EQ(to_yaml(Json::array()), "[]\n");
  EXPECT_EQ(to_yaml(nullptr), "null\n");
}

TEST(YamlWriter, QuotesWhatAReaderCouldTakeForSomethingElse) {
  for (const char* text :
       {"",     "yes",        "No",  "null", "~",    "1",  "0x10", "1.5",  "3000.020000000001",
        "1:20", "2024-01-01", "- a", "a: b", "a #b", "#b", "*x",   "&x",   "!x",
        "a:",   " a",         "a ",  "[a]",  "{a}",  "%x", "@x",   ".inf", "<<",
        "=",    "1e5",        "+5"}) {
    EXPECT_EQ(to_yaml(text), Json(text).dump() + "\n") << text;
  }
}

// Whether one of them needs quotes depends on its digits.
TEST(YamlWriter, TextsOfOneKindLookAlike) {
  for (const char* text : {"10.77.0.1", "10.77.0.0/24", "fd00::1", "fd00::1/64", "192.0.2.1:51820",
                           "lan1.example.com:51820", "[::1]:51820", "1000.b24696e73b46",
                           "f000.b24696e73b46", "XJhTKh7jUxydrMLqZ6yk0dvA4EttcP+NH4kiaxvebzM=",
                           "1JhTKh7jUxydrMLqZ6yk0dvA4EttcP+NH4kiaxvebzM="}) {
    EXPECT_EQ(to_yaml(text), Json(text).dump() + "\n") << text;
  }
  for (const char* text : {"n1", "mesh0", "lan1.example.com", "br-demo", "gt-demo-n1", "forwarding",
                           "docker exec -i n1", "/bin/sh", "(hidden)"}) {
    EXPECT_EQ(to_yaml(text), std::string(text) + "\n");
  }
}

TEST(YamlWriter, AReaderGetsBackWhatWasWritten) {
  const std::vector<std::string> texts = {"plain",
                                          "two words",
                                          "it's",
                                          "a\nb\tc",
                                          "\"q\" \\",
                                          "\x7f",
                                          "\xc2\x85",
                                          "\xe2\x80\xa8",
                                          "\xef\xbb\xbfx",
                                          "gr\xc3\xbc\xc3\x9f",
                                          "\xf0\x9f\x8c\x8d",
                                          "fd00::1/64",
                                          "[::1]:51820",
                                          "10.0.0.1:51820",
                                          "(hidden)",
                                          "null",
                                          "4/4",
                                          "\x01",
                                          "a\r"};
  Json value;
  for (const std::string& text : texts) {
    value["list"].push_back(text);
    value["map"][text] = text;
  }
  const YAML::Node node = YAML::Load(to_yaml(value));
  for (std::size_t i = 0; i < texts.size(); ++i) {
    EXPECT_EQ(node["list"][i].as<std::string>(), texts[i]);
    EXPECT_EQ(node["map"][texts[i]].as<std::string>(), texts[i]);
  }
}

TEST(YamlWriter, ReplacesWhatIsNotUtf8) { EXPECT_EQ(to_yaml("a\xff"), "\"a\xef\xbf\xbd\"\n"); }

}  // namespace
}  // namespace wgmesh::yaml_writer_test
