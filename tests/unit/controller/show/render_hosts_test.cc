#include "controller/show/render_hosts.h"

#include <gtest/gtest.h>

#include "controller/file/mesh_file.h"

namespace wgmesh::render_hosts_test {
namespace {

TEST(RenderHosts, HasALineForEachAddressInTheOrderOfTheFile) {
  const Mesh mesh = read_mesh_file(
      "{name: test, network: 10.0.0.0/24, nodes: {"
      "zoo: {addr: [10.0.0.100/24, 'fd00::1/64'], ssh: a, endpoint: a}, ant: {addr: 10.0.0.2/24, "
      "ssh: b}}}",
      "m");
  EXPECT_EQ(render_hosts(mesh),
            "10.0.0.100  zoo zoo.test\n"
            "fd00::1     zoo zoo.test\n"
            "10.0.0.2    ant ant.test\n");
}

TEST(RenderHosts, LeavesOutWhoIsToBeAbsent) {
  const Mesh mesh = read_mesh_file(
      "{name: test, network: 10.0.0.0/24, nodes: {"
      "a: {addr: 10.0.0.1/24, ssh: a}, b: {addr: 10.0.0.2/24, ssh: b, state: absent}}}",
      "m");
  EXPECT_EQ(render_hosts(mesh), "10.0.0.1  a a.test\n");
}

}  // namespace
}  // namespace wgmesh::render_hosts_test
