#include "controller/mesh/missing_link.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wgmesh::missing_link_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Mesh mesh_of(std::initializer_list<const char*> names) {
  Mesh mesh;
  mesh.name = "m";
  for (const char* name : names) { mesh.nodes.emplace_back().name = name; }
  return mesh;
}

std::vector<std::string> told_of(const Mesh& mesh) { return sentences_of(missing_links(mesh)); }

TEST(MissingLink, SaysWhyAndWhatToDo) {
  Mesh mesh = mesh_of({"n2", "n3"});
  mesh.nodes[1].listen_port = 51830;
  NoLink& no_link = mesh.learned.no_links[{"n2", "n3"}];
  no_link = {NoLink::Why::kPortDiffers, "n3", "n3 at 203.0.113.3"};
  EXPECT_THAT(told_of(mesh),
              ElementsAre("n2-n3: no direct link: n3's NAT gives each peer another port; forward "
                          "UDP port 51830 on n3's router, or give n3 an endpoint"));
  no_link.why = NoLink::Why::kAddressDiffers;
  EXPECT_THAT(told_of(mesh),
              ElementsAre("n2-n3: no direct link: peers see n3 at different addresses; forward UDP "
                          "port 51830 on n3's router, or give n3 an endpoint"));
  no_link = {NoLink::Why::kNoHandshake, "", "n2 at 203.0.113.2:1, n3 at 203.0.113.3:2"};
  EXPECT_THAT(told_of(mesh),
              ElementsAre("n2-n3: no direct link: there was no handshake with n2 at 203.0.113.2:1, "
                          "n3 at 203.0.113.3:2; forward UDP port 51830 on n3's router, or give n3 "
                          "an endpoint"));
  mesh.learned.no_links.clear();
  EXPECT_THAT(told_of(mesh),
              ElementsAre("n2-n3: no direct link: no endpoint at either end, and no peer that both "
                          "can dial sees both at a public address; give one of each an endpoint"));
}

TEST(MissingLink, AreThoseOfLearnablePairsAlone) {
  Mesh mesh = mesh_of({"a", "b"});
  mesh.learned.links[{"a", "b"}] = {};
  EXPECT_THAT(told_of(mesh), IsEmpty());
  mesh.learned = {};
  mesh.learn_endpoints = false;
  EXPECT_THAT(told_of(mesh), IsEmpty());
}

TEST(MissingLink, PairsOfWhichTheSameIsSaidShareALine) {
  Mesh mesh = mesh_of({"n1", "n2", "n3"});
  for (const char* other : {"n1", "n2"}) {
    mesh.learned.no_links[{other, "n3"}] = {NoLink::Why::kPortDiffers, "n3", "n3 at 203.0.113.3"};
  }
  EXPECT_THAT(told_of(mesh),
              ElementsAre(testing::HasSubstr("n1-n2: no direct link: no endpoint at either end"),
                          testing::HasSubstr("n1-n3 and n2-n3: no direct link: n3's NAT")));
}

}  // namespace
}  // namespace wgmesh::missing_link_test
