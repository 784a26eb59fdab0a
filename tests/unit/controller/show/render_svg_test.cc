// What the picture looks like, measured in the text of the SVG itself.
#include "controller/show/render_svg.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>
#include <regex>

#include "tests/support/controller/graph_pictures.h"

namespace wgmesh::render_svg_test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

// A rectangle that may be turned.
struct Label {
  std::string text;
  std::array<std::pair<double, double>, 4> corners;
};

// The letters of these fonts are 0.6 of their height wide, and at most 1.2 of it tall.
constexpr double kWide = 0.602;
constexpr double kTall = 1.2;

// Every text of one class. The texts have only ASCII.
std::vector<Label> labels_of(const std::string& svg, const std::string& style, double size) {
  const std::regex element(
      "<text class=\"" + style +
      "\" x=\"([-0-9.]+)\" y=\"([-0-9.]+)\" dy=\".35em\" text-anchor=\"([a-z]+)\""
      "(?: transform=\"rotate\\(([-0-9.]+) [-0-9.]+ [-0-9.]+\\)\")?>([^<]*)</text>");
  const std::string end = "</text>";
  std::vector<Label> labels;
  for (std::size_t at = svg.find("<text "); at != std::string::npos;
       at = svg.find("<text ", at + 1)) {
    const std::string one = svg.substr(at, svg.find(end, at) + end.size() - at);
    std::smatch part;
    if (!std::regex_match(one, part, element)) { continue; }
    const double x = std::stod(part[1]);
    const double y = std::stod(part[2]);
    const double turn = part[4].matched ? std::stod(part[4]) * std::numbers::pi / 180 : 0;
    const double width = static_cast<double>(part[5].length()) * size * kWide;
    const double start = part[3] == "start" ? 0 : part[3] == "end" ? -width : -width / 2;
    const double half = size * kTall / 2;
    Label label{part[5], {}};
    const std::array<std::pair<double, double>, 4> corners = {
        {{start, -half}, {start + width, -half}, {start + width, half}, {start, half}}};
    for (std::size_t i = 0; i < corners.size(); ++i) {
      const auto& [along, across] = corners[i];
      label.corners[i] = {x + along * std::cos(turn) - across * std::sin(turn),
                          y + along * std::sin(turn) + across * std::cos(turn)};
    }
    labels.push_back(label);
  }
  return labels;
}

// Whether a line along an edge of `one` has the two on different sides.
bool is_parted_by_an_edge(const Label& one, const Label& other) {
  for (std::size_t i = 0; i < 2; ++i) {
    const double dx = one.corners[i + 1].first - one.corners[i].first;
    const double dy = one.corners[i + 1].second - one.corners[i].second;
    std::array<double, 2> least{INFINITY, INFINITY};
    std::array<double, 2> most{-INFINITY, -INFINITY};
    for (std::size_t which = 0; which < 2; ++which) {
      for (const auto& [x, y] : (which == 0 ? one : other).corners) {
        least[which] = std::min(least[which], x * dx + y * dy);
        most[which] = std::max(most[which], x * dx + y * dy);
      }
    }
    if (most[0] <= least[1] || most[1] <= least[0]) { return true; }
  }
  return false;
}

std::vector<std::string> overlaps_among(const std::vector<Label>& labels) {
  std::vector<std::string> found;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    for (std::size_t j = i + 1; j < labels.size(); ++j) {
      if (!is_parted_by_an_edge(labels[i], labels[j]) &&
          !is_parted_by_an_edge(labels[j], labels[i])) {
        found.push_back(labels[i].text + " / " + labels[j].text);
      }
    }
  }
  return found;
}

// How far a picture's body is moved, and how large the picture is.
std::vector<std::string> cut_off(const std::string& svg, const std::vector<Label>& labels) {
  std::smatch size;
  std::smatch shift;
  std::regex_search(svg, size, std::regex("viewBox=\"0 0 ([0-9]+) ([0-9]+)\""));
  std::regex_search(
      svg, shift,
      std::regex("class=\"g-body[^\"]*\" transform=\"translate\\(([-0-9.]+) ([-0-9.]+)"));
  std::vector<std::string> found;
  for (const Label& label : labels) {
    for (const auto& [x, y] : label.corners) {
      const double at_x = x + std::stod(shift[1]);
      const double at_y = y + std::stod(shift[2]);
      if (at_x < 0 || at_y < 0 || at_x > std::stod(size[1]) || at_y > std::stod(size[2])) {
        found.push_back(label.text);
      }
    }
  }
  return found;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t times = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++times;
  }
  return times;
}

class ForCounts : public testing::TestWithParam<std::size_t> {};

TEST_P(ForCounts, NoLabelIsOverAnotherOrCutOff) {
  for (const std::string prefix : {"n", "node", "machine-with-a-long-name-"}) {
    for (const bool has_sites : {false, true}) {
      GraphPicture picture = picture_of_full_mesh(GetParam(), prefix);
      for (std::size_t i = 0; has_sites && i < picture.nodes.size(); ++i) {
        picture.nodes[i].site = i % 3 == 0 ? "" : i % 3 == 1 ? "lab" : "home";
      }
      const std::string svg = render_svg(picture);
      std::vector<Label> labels = labels_of(svg, "g-label", 13);
      EXPECT_THAT(labels, SizeIs(GetParam()));
      EXPECT_THAT(cut_off(svg, labels), IsEmpty());
      for (const Label& time : labels_of(svg, "g-time", 10)) { labels.push_back(time); }
      EXPECT_THAT(overlaps_among(labels), IsEmpty()) << prefix << has_sites;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(RenderSvg, ForCounts, testing::Values(1, 2, 3, 5, 10, 17, 40, 80),
                         testing::PrintToStringParamName());

TEST(RenderSvg, SeesOverlaps) {
  const std::vector<Label> labels = labels_of(
      "<text class=\"g-label\" x=\"0\" y=\"0\" dy=\".35em\" text-anchor=\"start\">aaaa</text>"
      "<text class=\"g-label\" x=\"9\" y=\"9\" dy=\".35em\" text-anchor=\"end\" "
      "transform=\"rotate(90 9 9)\">bbbb</text>",
      "g-label", 13);
  EXPECT_THAT(overlaps_among(labels), SizeIs(1));
}

TEST(RenderSvg, HasEachNodeAndLinkWithItsState) {
  const std::string svg = render_svg(picture_of_everything());
  EXPECT_EQ(count(svg, "data-node="), 4U);
  EXPECT_EQ(count(svg, "<title>n"), 10U);
  EXPECT_THAT(svg, HasSubstr("<g class=\"g-edge\" data-a=\"0\" data-b=\"1\"><title>n0 – n1: tree, "
                             "0.42 ms</title>"));
  EXPECT_THAT(svg, HasSubstr("<title>n3, unreachable (connection refused), 10.77.0.4/24</title>"));
  EXPECT_THAT(svg, HasSubstr(">n0 (root)</text>"));
  EXPECT_THAT(svg, HasSubstr(">n2 (down)</text>"));
  EXPECT_EQ(count(svg, "class=\"g-root\""), 1U);
}

TEST(RenderSvg, HasTitleFactsAndALegendOfWhatThereIs) {
  const std::string svg = render_svg(picture_of_everything());
  for (const char* text :
       {">mesh demo<", ">network 10.77.0.0/24  ·  MTU 1382  ·  root n0", "2 of 4 nodes up",
        "2023-11-14 22:13:20 UTC<", ">link: tree<", ">link: standby (blocked port)<",
        ">link: no handshake<", ">node: unreachable<", ">site lab<", ">site home<"}) {
    EXPECT_THAT(svg, HasSubstr(text));
  }
  EXPECT_THAT(svg, Not(HasSubstr(">link: split horizon<")));
}

TEST(RenderSvg, TellsTimesOfTheTreeAndWhereThereIsRoomOfAll) {
  EXPECT_EQ(count(render_svg(picture_of_full_mesh(3)), "class=\"g-time\""), 3U);
  EXPECT_EQ(count(render_svg(picture_of_full_mesh(10)), "class=\"g-time\""), 9U);
}

TEST(RenderSvg, NeedsNothingElseAndFollowsTheReader) {
  const std::string svg = render_svg(picture_of_everything());
  EXPECT_THAT(svg, HasSubstr("@media (prefers-color-scheme:dark)"));
  EXPECT_EQ(count(svg, "http"), 1U);
  EXPECT_THAT(svg, HasSubstr("xmlns=\"http://www.w3.org/2000/svg\""));
  for (const char* outside : {"href", "url(", "@import", "<script", "<image"}) {
    EXPECT_THAT(svg, Not(HasSubstr(outside)));
  }
}

TEST(RenderSvg, EscapesWhateverNamesAre) {
  GraphPicture picture = picture_of_everything();
  for (std::string* name :
       {&picture.mesh, &picture.network, &picture.nodes[0].name, &picture.nodes[0].site,
        &picture.nodes[0].addresses[0], &picture.nodes[3].why, &picture.roots[0]}) {
    *name = "<b a='\"&\x1b\x01";
  }
  const std::string svg = render_svg(picture);
  EXPECT_THAT(svg, Not(HasSubstr("<b a")));
  EXPECT_THAT(svg, Not(HasSubstr("\x1b")));
  EXPECT_THAT(svg, HasSubstr("&lt;b a=&#39;&quot;&amp;\\x1b\\x01"));
}

TEST(RenderSvg, DrawsAMeshWithoutLinks) {
  EXPECT_THAT(render_svg(picture_of_full_mesh(1)), HasSubstr(">node0 (root)</text>"));
}

}  // namespace
}  // namespace wgmesh::render_svg_test
