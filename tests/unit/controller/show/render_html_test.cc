#include "controller/show/render_html.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "controller/show/render_svg.h"
#include "tests/support/controller/graph_pictures.h"

namespace wgmesh::render_html_test {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(RenderHtml, HasThePictureAndARowForEachNode) {
  const std::string html = render_html(picture_of_everything());
  EXPECT_THAT(html, HasSubstr(render_svg(picture_of_everything())));
  EXPECT_THAT(html, HasSubstr("<tr class=\"up\" data-node=\"1\"><td class=\"name\">n1</td>"
                              "<td class=\"state\">up</td><td class=\"addresses\">10.77.0.2/24, "
                              "fd00::2/64</td><td>lab</td>"
                              "<td>1382</td><td>1 tree, 1 no handshake, 1 down at an end</td>"
                              "<td>0.42 ms</td></tr>"));
  EXPECT_THAT(html, HasSubstr("<td class=\"state\">up, root</td>"));
  EXPECT_THAT(html, HasSubstr("<td>0.42 ms – 12 ms</td>"));
  EXPECT_THAT(html, HasSubstr("<td class=\"state\">unreachable: connection refused</td>"));
  const std::regex row("<tr class=\"[a-z]+\" data-node=");
  EXPECT_EQ(std::distance(std::sregex_iterator(html.begin(), html.end(), row), {}), 4);
}

TEST(RenderHtml, NeedsNoNetwork) {
  std::string html = render_html(picture_of_everything());
  const std::string name_space = "http://www.w3.org/2000/svg";
  html.erase(html.find(name_space), name_space.size());
  for (const char* outside : {"http:", "https:", "//", "src=", "@import", "url(", "fetch("}) {
    EXPECT_THAT(html, Not(HasSubstr(outside)));
  }
}

TEST(RenderHtml, EscapesWhateverNamesAre) {
  GraphPicture picture = picture_of_everything();
  for (std::string* name :
       {&picture.mesh, &picture.network, &picture.nodes[0].name, &picture.nodes[0].site,
        &picture.nodes[0].addresses[0], &picture.nodes[3].why, &picture.roots[0]}) {
    *name = "</script><script>alert(1)//\"'";
  }
  const std::string html = render_html(picture);
  EXPECT_THAT(html, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(html, HasSubstr("<td class=\"name\">&lt;/script&gt;&lt;script&gt;alert(1)//&quot;"));
}

}  // namespace
}  // namespace wgmesh::render_html_test
