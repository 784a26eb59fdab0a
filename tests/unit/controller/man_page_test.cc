#include "tests/support/man_page.h"

#include "controller/file/mesh_file_keys.h"
#include "controller/option_table.h"

namespace wgmesh::man_page_test {
namespace {

const std::string kMan = std::string(WGMESH_TEST_DATA) + "/../../docs/man/";

TEST(ManPage, OfMeshIsMadeOfItsTable) {
  expect_sections_of(mesh_table(), kMan + "mesh.1.scd");
  expect_section(kMan + "mesh.1.scd", "EXIT STATUS", man_exits(mesh_table()));
}

// Each key has a line of its own that begins with it in bold, in the section of its map.
TEST(ManPage, OfTheFileHasEachKeyOfEachMap) {
  const std::string page = text_of_page(kMan + "mesh.yaml.5.scd");
  for (const MapKeys& map : mesh_file_keys()) {
    const std::size_t begin = page.find(fmt::format("\n# {}\n", map.section));
    ASSERT_NE(begin, std::string::npos) << map.section;
    const std::string section = page.substr(begin, page.find("\n# ", begin + 1) - begin);
    EXPECT_FALSE(map.keys.empty());
    for (const std::string& key : map.keys) {
      EXPECT_NE(section.find(bold(key)), std::string::npos) << map.section << ": " << key;
    }
  }
}

TEST(ManPage, EscapesWhatScdocWouldTake) {
  EXPECT_EQ(as_scdoc("`mesh up`: a_b, 2*3"), "*mesh up*: a\\_b, 2\\*3");
  EXPECT_EQ(as_scdoc_line("-r forgets"), "\\-r forgets");
}

}  // namespace
}  // namespace wgmesh::man_page_test
