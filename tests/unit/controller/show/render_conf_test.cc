#include "controller/show/render_conf.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>

#include "common/naming.h"
#include "controller/file/mesh_file.h"
#include "tests/support/golden.h"
#include "tests/support/seed.h"

namespace wgmesh::render_conf_test {
namespace {

Mesh mesh_from(const std::string& name) {
  const std::ifstream file(std::string(WGMESH_TEST_DATA) + "/mesh/" + name);
  std::ostringstream text;
  text << file.rdbuf();
  return read_mesh_file(text.str(), name);
}

class RoundTrip : public testing::TestWithParam<const char*> {};

TEST_P(RoundTrip, ConfReadsBackToTheSameMesh) {
  const Mesh mesh = mesh_from(GetParam());
  EXPECT_EQ(read_mesh_file(render_conf(mesh, false), "conf"), mesh) << render_conf(mesh, false);
  EXPECT_EQ(read_mesh_file(render_conf(mesh, true), "conf", Syntax::kJson), mesh);
  // What was filled in once stays as it is.
  EXPECT_EQ(render_conf(read_mesh_file(render_conf(mesh, false), "conf"), false),
            render_conf(mesh, false));
}

INSTANTIATE_TEST_SUITE_P(Files, RoundTrip,
                         testing::Values("spec.yaml", "spec_list.yaml", "everything.yaml"));

TEST(RenderConf, KeepsAbsentNodes) {
  Mesh mesh = mesh_from("spec.yaml");
  mesh.absent = {mesh.nodes.back()};
  mesh.absent[0].absent = true;
  mesh.nodes.pop_back();
  EXPECT_EQ(read_mesh_file(render_conf(mesh, false), "conf"), mesh) << render_conf(mesh, false);
}

TEST(RenderConf, KeepsAwkwardWords) {
  Mesh mesh = mesh_from("spec.yaml");
  mesh.nodes[0].json = {{"yes", "no"},
                        {"n", nullptr},
                        {"1", "0x10"},
                        {"t", "a: b # c"},
                        {"", ""},
                        {"e", "\x1b[0m"},
                        {"u", "\xf0\x9f\x98\x80"},
                        {"f", 1.5e300},
                        {"i", -12},
                        {"s", " x "},
                        {"l", {1, "1", true}},
                        {"m", "two\nlines"}};
  EXPECT_EQ(read_mesh_file(render_conf(mesh, false), "conf"), mesh) << render_conf(mesh, false);
  EXPECT_EQ(read_mesh_file(render_conf(mesh, true), "conf", Syntax::kJson), mesh);
}

// Meshes that a file could have made.
Mesh random_mesh(std::mt19937& random) {
  const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  const auto maybe = [&] { return below(2) == 0; };
  Mesh mesh;
  mesh.name = fmt::format("m{}", below(1000));
  mesh.network = *parse_prefix(maybe() ? "10.0.0.0/24" : "fd00:1::/64");
  mesh.full = maybe();
  mesh.underlay = maybe() ? default_underlay(mesh.name) : *parse_prefix("198.18.0.0/15");
  mesh.fragments = mesh.underlay.address.family == Family::kIpv4 && maybe();
  if (!mesh.fragments && maybe()) { mesh.mtu = 1280 + below(200); }
  if (maybe()) {
    mesh.loop_prevention = LoopPrevention::kSplitHorizon;
  } else if (maybe()) {
    mesh.path_cost = {PathCost::Kind::kFixed, 300};
  } else if (maybe()) {
    mesh.path_cost.kind = PathCost::Kind::kMeasured;
  }
  if (maybe()) { mesh.stp = {15, 2, 20, 300}; }
  const unsigned count = 1 + below(8);
  for (unsigned i = 0; i < count; ++i) {
    Node node;
    node.name = fmt::format("n{}", i);
    const std::string ipv4 = fmt::format("10.0.0.{}/24", i + 1);
    const std::string ipv6 = fmt::format("fd00:1::{}/64", i + 1);
    const bool is_ipv4 = mesh.network.address.family == Family::kIpv4;
    node.addresses = {*parse_prefix(is_ipv4 ? ipv4 : ipv6)};
    if (maybe()) { node.addresses.push_back(*parse_prefix(is_ipv4 ? ipv6 : ipv4)); }
    if (maybe()) {
      const std::string name = fmt::format("a b{}", i);
      node.target = ExecTarget{{"ip", "netns", "exec", name}, "ip netns exec '" + name + "'"};
    } else {
      SshTarget ssh;
      ssh.host = maybe() ? fmt::format("fe80::{}%eth0", i + 1) : fmt::format("host{}", i);
      if (maybe()) { ssh.user = "me@corp"; }
      if (maybe()) { ssh.port = static_cast<std::uint16_t>(1 + below(65535)); }
      if (maybe()) { ssh.identity_files = {"~/.ssh/a", "b: c"}; }
      if (maybe()) { ssh.proxy_jump = "u@[::1]:5,none"; }
      if (maybe()) { ssh.connect_timeout = 1 + below(100); }
      ssh.become = static_cast<Become>(below(4));
      const bool takes_password = ssh.become == Become::kAuto || ssh.become == Become::kSudo;
      if (takes_password && maybe()) { ssh.become_password_command = "pass show 'a: b' | head"; }
      node.target = ssh;
    }
    node.listen_port = static_cast<std::uint16_t>(1 + below(65535));
    // The first node dials nobody, so that every pair has an end to dial.
    if (i > 0 || count == 1 || maybe()) {
      node.endpoint =
          HostPort{maybe() ? fmt::format("2001:db8::{}", i + 1) : fmt::format("e{}.example", i),
                   node.listen_port};
    }
    node.persistent_keepalive = static_cast<std::uint16_t>(below(65536));
    node.fwmark = static_cast<std::uint32_t>(random());
    if (mesh.path_cost.kind == PathCost::Kind::kMeasured && maybe()) {
      node.priority = kOpenPriority;
      node.priority_is_open = true;
    } else {
      node.priority = static_cast<std::uint16_t>(below(65536));
    }
    if (i > 0 && !mesh.full) { node.peers = {"n0"}; }
    if (maybe()) { node.site = "a: b"; }
    if (!node.site.empty() && maybe()) {
      node.local_endpoint = HostPort{fmt::format("10.1.1.{}", i + 1), 7};
    }
    if (maybe()) { node.bridge_ports = {"eth0", "0x1", "null"}; }
    if (maybe()) { node.json = {{"a", {1, 2.5, "3", nullptr}}, {"b", "no"}}; }
    mesh.nodes.push_back(node);
  }
  return mesh;
}

TEST(RenderConf, RandomMeshesReadBack) {
  std::mt19937 random(drawn_seed());
  int sound = 0;
  for (int i = 0; i < 200; ++i) {
    const Mesh mesh = random_mesh(random);
    if (!check(mesh).empty()) {
      continue;  // two inner addresses may meet
    }
    ++sound;
    ASSERT_EQ(read_mesh_file(render_conf(mesh, false), "conf"), mesh) << render_conf(mesh, false);
    ASSERT_EQ(read_mesh_file(render_conf(mesh, true), "conf", Syntax::kJson), mesh);
  }
  EXPECT_GT(sound, 100);
}

// tests/check-schemas compares this file with the schema of mesh.yaml.
TEST(RenderConf, IsADocument) {
  expect_golden(std::string(WGMESH_TEST_DATA) + "/golden/conf.json",
                render_conf(mesh_from("everything.yaml"), true));
}

TEST(RenderConf, FillsInEveryDefault) {
  const Mesh mesh = mesh_from("spec.yaml");
  const auto conf = nlohmann::json::parse(render_conf(mesh, true));
  EXPECT_EQ(conf["format_version"], 1);
  EXPECT_EQ(conf["mtu"], "auto");
  EXPECT_EQ(conf["underlay"], to_text(default_underlay("test")));
  EXPECT_EQ(conf["stp"]["forward_delay"], 4);
  EXPECT_EQ(conf["nodes"]["mesh2"]["endpoint"], "lan2.example.com:51850");
  EXPECT_EQ(conf["nodes"]["mesh0"]["prio"], 4096);
  EXPECT_EQ(conf["nodes"]["mesh0"]["persistent_keepalive"], 25);
  EXPECT_EQ(conf["nodes"]["mesh0"]["underlay_addr"],
            to_text(inner_address("test", "mesh0", mesh.underlay).address));
}

}  // namespace
}  // namespace wgmesh::render_conf_test
