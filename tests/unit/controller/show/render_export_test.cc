#include "controller/show/render_export.h"

#include <gtest/gtest.h>

#include "tests/support/golden.h"

namespace wgmesh::render_export_test {
namespace {

std::vector<NodeExport> exports() {
  return {{"n0", {{"10-a.netdev", "# of a\n"}, {"10-a.network", "[Match]\n"}}, std::nullopt},
          {"n1", {{"/etc/wireguard/10-a.netdev", std::nullopt}}, std::nullopt},
          {"n2",
           {},
           ErrorReport{"", "connect", "connection refused", "start sshd", "node-unreachable"}}};
}

TEST(RenderExport, HasEachFileBehindItsName) {
  EXPECT_EQ(render_export(exports()),
            "# n0/10-a.netdev\n# of a\n\n# n0/10-a.network\n[Match]\n"
            "n1: /etc/wireguard/10-a.netdev\n");
}

TEST(RenderExport, AsJsonHasAllOfIt) {
  expect_golden(std::string(WGMESH_TEST_DATA) + "/golden/export.json",
                render_export_json("test", ExportFormat::kNetworkd, exports()));
}

}  // namespace
}  // namespace wgmesh::render_export_test
