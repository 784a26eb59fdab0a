#include "tests/support/man_page.h"

#include "agent/command_table.h"

namespace wgmesh::man_page_test {
namespace {

const std::string kMan = std::string(WGMESH_TEST_DATA) + "/../../docs/man/";

TEST(ManPage, OfTheAgentIsMadeOfItsTable) {
  expect_sections_of(agent_table(), kMan + "wgmesh-agent.8.scd");
  expect_section(kMan + "wgmesh-agent.8.scd", "EXIT STATUS", man_exits(agent_table()));
}

}  // namespace
}  // namespace wgmesh::man_page_test
