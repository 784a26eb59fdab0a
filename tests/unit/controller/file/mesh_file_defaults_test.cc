#include "controller/file/mesh_file_defaults.h"

#include <gmock/gmock.h>

#include <string>

#include "controller/file/fault.h"
#include "controller/file/mesh_file.h"
#include "tests/support/controller/noted_mesh_file.h"

namespace wgmesh::mesh_file_defaults_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Mesh mesh_with(const std::string& defaults, const std::string& nodes) {
  return read_noted_mesh_file(
      "name: m\nnetwork: 10.0.0.0/24\ndefaults: " + defaults + "\nnodes:\n" + nodes, "m",
      Syntax::kYaml);
}

std::string faults_of(const std::string& defaults) {
  try {
    mesh_with(defaults,
              "  a: {addr: 10.0.0.1/24, ssh: a, endpoint: a}\n"
              "  b: {addr: 10.0.0.2/24, ssh: b}\n");
  } catch (const MeshFileFaults& faults) { return faults.message(); }
  return {};
}

const SshTarget& login(const Mesh& mesh, std::size_t node) {
  return std::get<SshTarget>(mesh.nodes[node].target);
}

TEST(Defaults, HoldForNodesThatDoNotSayOtherwise) {
  const Mesh mesh = mesh_with("{listen_port: 1000, fwmark: 0x10, json: {rack: 1}, site: x}",
                              "  a: {addr: 10.0.0.1/24, ssh: a, endpoint: a}\n"
                              "  b: {addr: 10.0.0.2/24, ssh: b, listen_port: 2000, json: {}}\n");
  EXPECT_EQ(mesh.nodes[0].listen_port, 1000);
  EXPECT_EQ(mesh.nodes[0].endpoint->port, 1000);
  EXPECT_EQ(mesh.nodes[0].json["rack"], 1);
  EXPECT_EQ(mesh.nodes[1].listen_port, 2000);
  EXPECT_EQ(mesh.nodes[1].fwmark, 16u);
  EXPECT_TRUE(mesh.nodes[1].json.empty());
  EXPECT_EQ(mesh.nodes[1].site, "x");
}

TEST(Defaults, TheHostIsTheNodesAndTheRestOfSshIsShared) {
  const Mesh mesh =
      mesh_with("{ssh: {user: root, port: 2222, identity_file: key, become: doas}}",
                "  a: {addr: 10.0.0.1/24, ssh: a, endpoint: a}\n"
                "  b: {addr: 10.0.0.2/24, ssh: 'me@b:22'}\n"
                "  c: {addr: 10.0.0.3/24, ssh: {host: c, identity_file: other, become: none}}\n"
                "  d: {addr: 10.0.0.4/24, exec: podman exec -i d}\n"
                "  e: {addr: 10.0.0.5/24, ssh: {host: e, connect_kwargs: {key_filename: mine}}}\n"
                "  f: {addr: 10.0.0.6/24, ssh: 'ssh://you@f'}\n");
  EXPECT_EQ(login(mesh, 0).host, "a");
  EXPECT_EQ(login(mesh, 0).user, "root");
  EXPECT_EQ(login(mesh, 0).port, 2222);
  EXPECT_THAT(login(mesh, 0).identity_files, ElementsAre("key"));
  EXPECT_EQ(login(mesh, 1).user, "me");
  EXPECT_EQ(login(mesh, 1).port, 22);
  EXPECT_EQ(login(mesh, 1).become, Become::kDoas);
  EXPECT_THAT(login(mesh, 2).identity_files, ElementsAre("other"));
  EXPECT_EQ(login(mesh, 2).become, Become::kNone);
  EXPECT_TRUE(std::holds_alternative<ExecTarget>(mesh.nodes[3].target));
  EXPECT_THAT(login(mesh, 4).identity_files, ElementsAre("mine"));
  EXPECT_EQ(login(mesh, 5).user, "you");
  EXPECT_EQ(login(mesh, 5).port, 2222);
}

TEST(Defaults, HoldInAListOfNodesAndInJson) {
  const Mesh mesh = read_mesh_file(
      R"({"name": "m", "network": "10.0.0.0/24", "defaults": {"ssh": {"user": "root"}, "prio": 7},
          "nodes": [{"name": "a", "addr": "10.0.0.1/24", "ssh": "a"}]})",
      "m", Syntax::kJson);
  EXPECT_EQ(login(mesh, 0).user, "root");
  EXPECT_EQ(mesh.nodes[0].priority, 7);
}

TEST(Defaults, MakeTheSegmentFragmentAsANodesOwnPortsDo) {
  EXPECT_TRUE(mesh_with("{bridge_ports: [eth1]}", "  a: {addr: 10.0.0.1/24, ssh: a}\n").fragments);
}

TEST(Defaults, FaultsAreToldOnceAndInPlace) {
  EXPECT_EQ(faults_of("{prio: 70000}"),
            "m:3:18: nodes.a.prio: expected a bridge priority 0..65535, found \"70000\"");
  EXPECT_EQ(faults_of("{pryo: 1}"), "m:3:12: defaults.pryo: unknown key; did you mean prio?");
  EXPECT_EQ(faults_of("{addr: 10.0.0.1/24}"),
            "m:3:12: defaults.addr: unknown key here; it is a key that each node has of its own");
  EXPECT_EQ(faults_of("5"),
            "m:3:11: defaults: expected a map of keys that nodes share, such as ssh, found \"5\"");
  EXPECT_EQ(faults_of("{ssh: root}"),
            "m:3:17: defaults.ssh: expected a map of what all logins share, such as {user: root}; "
            "the host is each node's own, found \"root\"");
  EXPECT_EQ(faults_of("{ssh: {usr: root}}"),
            "m:3:18: nodes.a.ssh.usr: unknown key; did you mean user?");
}

TEST(Defaults, ANodeWithoutAHostIsToldSo) {
  try {
    mesh_with("{ssh: {user: root}}", "  a: {addr: 10.0.0.1/24}\n");
    FAIL() << "accepted";
  } catch (const MeshFileFaults& faults) {
    EXPECT_THAT(faults.message(), HasSubstr("nodes.a.ssh: missing"));
  }
}

TEST(Defaults, AreBoundedWithWhatTheyRepeat) {
  std::string list = "[1";
  for (int i = 0; i < 1000; ++i) { list += ", 1"; }
  std::string nodes;
  for (int i = 0; i < 400; ++i) { nodes += "  n" + std::to_string(i) + ": {ssh: a}\n"; }
  try {
    mesh_with("{json: " + list + "]}", nodes);
    FAIL() << "accepted";
  } catch (const MeshFileFaults& faults) {
    EXPECT_THAT(faults.message(), HasSubstr("repeated in 400 nodes, these are more than 250000"));
  }
}

}  // namespace
}  // namespace wgmesh::mesh_file_defaults_test
