// The schema of mesh.yaml has the keys and the bounds of the reader. tests/check-schemas compares whole files.
#include "controller/file/mesh_schema.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <vector>

#include "tests/support/controller/noted_mesh_file.h"

namespace wgmesh::mesh_schema_test {
namespace {

using Json = nlohmann::json;

Json at(const std::string& pointer) {
  return Json::parse(kMeshSchema).at(Json::json_pointer(pointer));
}

// A map of the file: where `%` stands in it, a test puts a key of that map.
struct Map {
  const char* properties;  // in the schema
  const char* text;
  std::set<std::string> elsewhere =
      {};  // keys of those properties that stand in another form of the map
};

void PrintTo(const Map& map, std::ostream* out) { *out << map.properties; }

const std::string kHead = "name: m\nnetwork: 10.0.0.0/24\nunderlay: 198.18.0.0/24\n";
const std::string kNode = "addr: 10.0.0.1/24, endpoint: n";

std::string with_node(const std::string& keys) {
  return kHead + "nodes: {n: {" + kNode + ", " + keys + "}}\n";
}

std::vector<Map> maps() {
  static const std::string kMesh = kHead + "%\nnodes: {n: {" + kNode + ", ssh: n}}\n";
  static const std::string kStp = kHead + "stp: {%}\nnodes: {n: {" + kNode + ", ssh: n}}\n";
  static const std::string kDefaults =
      kHead + "defaults: {%}\nnodes: {n: {" + kNode + ", ssh: n}}\n";
  static const std::string kInMap = with_node("ssh: n, %");
  static const std::string kInList = kHead + "nodes: [{name: n, " + kNode + ", ssh: n, %}]\n";
  static const std::string kSsh = with_node("ssh: {host: n, %}");
  static const std::string kKwargs = with_node("ssh: {host: n, connect_kwargs: {%}}");
  static const std::string kEndpoint =
      kHead + "nodes: {n: {addr: 10.0.0.1/24, ssh: n, endpoint: {host: n, %}}}\n";
  return {{"/properties", kMesh.c_str()},
          {"/properties/stp/properties", kStp.c_str()},
          {"/properties/defaults/properties", kDefaults.c_str()},
          {"/definitions/node/properties", kInMap.c_str(), {"name"}},
          {"/definitions/node/properties", kInList.c_str()},
          {"/definitions/ssh_map/properties", kSsh.c_str()},
          {"/definitions/ssh_map/properties/connect_kwargs/properties", kKwargs.c_str()},
          {"/definitions/host_and_port/anyOf/2/properties", kEndpoint.c_str()}};
}

std::string with(std::string text, const std::string& member) {
  return text.replace(text.find('%'), 1, member);
}

std::vector<Fault> faults_of(const std::string& text) {
  try {
    read_noted_mesh_file(text, "m", Syntax::kYaml);
    return {};
  } catch (const MeshFileFaults& faults) { return faults.faults(); }
}

bool refuses(const std::string& text, const std::string& id) {
  return std::ranges::any_of(faults_of(text), [&](const Fault& fault) { return fault.id == id; });
}

// The reader names all keys of a map when it meets one that is like none of them.
std::set<std::string> keys_of_reader(const Map& map) {
  constexpr std::string_view kStart = "known here: ";
  for (const Fault& fault : faults_of(with(map.text, "qqqqqqqqqqqq: 1"))) {
    const std::size_t start = fault.message.find(kStart);
    if (fault.id != "file-key-unknown" || start == std::string::npos) { continue; }
    std::set<std::string> keys;
    std::istringstream list(fault.message.substr(start + kStart.size()));
    for (std::string key; std::getline(list >> std::ws, key, ',');) { keys.insert(key); }
    return keys;
  }
  return {};
}

class Maps : public testing::TestWithParam<Map> {};

TEST_P(Maps, HaveTheKeysOfTheReader) {
  std::set<std::string> keys;
  const Json properties = at(GetParam().properties);
  for (const auto& [key, rule] : properties.items()) {
    if (key != "<<" && !GetParam().elsewhere.contains(key)) { keys.insert(key); }
  }
  EXPECT_GT(keys.size(), 0u);
  EXPECT_EQ(keys, keys_of_reader(GetParam()));
}

TEST_P(Maps, TakeTheUsersOwnKeys) {
  EXPECT_THAT(faults_of(with(GetParam().text, "x-own: {any: thing}")), testing::IsEmpty());
}

TEST_P(Maps, SayWhatEachKeyIs) {
  const Json properties = at(GetParam().properties);
  for (const auto& [key, rule] : properties.items()) {
    const Json described =
        rule.contains("$ref") ? at(rule["$ref"].get<std::string>().substr(1)) : rule;
    EXPECT_NE(described.value("title", ""), "") << key;
    EXPECT_THAT(described.value("description", ""), testing::EndsWith(".")) << key;
  }
}

INSTANTIATE_TEST_SUITE_P(MeshSchema, Maps, testing::ValuesIn(maps()));

// Where a number may stand, by the schema: `%` is the number.
struct Number {
  const char* rule;
  std::string text;
};

void PrintTo(const Number& number, std::ostream* out) { *out << number.rule; }

std::vector<Number> numbers() {
  const auto in_mesh = [](const std::string& keys) {
    return kHead + keys + "\nnodes: {n: {" + kNode + ", ssh: n}}\n";
  };
  return {{"/properties/mtu/anyOf/1", in_mesh("mtu: %")},
          {"/properties/path_cost/anyOf/1", in_mesh("path_cost: %")},
          {"/properties/stp/properties/forward_delay", in_mesh("stp: {forward_delay: %}")},
          {"/properties/stp/properties/hello_time", in_mesh("stp: {hello_time: %}")},
          {"/properties/stp/properties/max_age", in_mesh("stp: {max_age: %}")},
          {"/properties/stp/properties/ageing", in_mesh("stp: {ageing: %}")},
          {"/definitions/port", in_mesh("listen_port: %")},
          {"/definitions/port", with_node("ssh: n, listen_port: %")},
          {"/definitions/port", with_node("ssh: {host: n, port: %}")},
          {"/definitions/port",
           kHead + "nodes: {n: {addr: 10.0.0.1/24, ssh: n, endpoint: {host: n, port: %}}}\n"},
          {"/definitions/persistent_keepalive/anyOf/1", in_mesh("persistent_keepalive: %")},
          {"/definitions/fwmark/anyOf/0", in_mesh("fwmark: %")},
          {"/definitions/prio", with_node("ssh: n, prio: %")},
          {"/definitions/ssh_map/properties/connect_timeout",
           with_node("ssh: {host: n, connect_timeout: %}")}};
}

class Numbers : public testing::TestWithParam<Number> {};

TEST_P(Numbers, HaveTheBoundsOfTheReader) {
  const Json rule = at(GetParam().rule);
  const auto least = rule.at("minimum").get<std::int64_t>();
  const auto most = rule.at("maximum").get<std::int64_t>();
  const auto is_refused = [&](std::int64_t number) {
    return refuses(with(GetParam().text, std::to_string(number)), "file-number-unfit");
  };
  EXPECT_FALSE(is_refused(least));
  EXPECT_FALSE(is_refused(most));
  EXPECT_TRUE(is_refused(least - 1));
  EXPECT_TRUE(is_refused(most + 1));
}

INSTANTIATE_TEST_SUITE_P(MeshSchema, Numbers, testing::ValuesIn(numbers()));

TEST(MeshSchema, IsTheFileThatIsShipped) {
  const std::string data = WGMESH_TEST_DATA;
  std::ostringstream text;
  text << std::ifstream(data + "/../../packaging/schema/mesh.schema.json").rdbuf();
  EXPECT_EQ(kMeshSchema, text.str());
}

}  // namespace
}  // namespace wgmesh::mesh_schema_test
