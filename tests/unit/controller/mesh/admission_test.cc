#include "controller/mesh/admission.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wgmesh::admission_test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

auto says(const char* id, const testing::Matcher<std::string>& text) {
  return AllOf(Field(&Said::id, id), Field(&Said::text, text));
}

class AnAdmission : public testing::Test {
 protected:
  AnAdmission() {
    mesh_.name = "m";
    for (const char* name : {"c", "a", "b"}) {
      mesh_.nodes.push_back({.name = name, .endpoint = HostPort{name, 51820}});
      facts_[name];
    }
  }
  void put_route(const std::string& from, const std::string& to, const std::string& error) {
    proto::EndpointRoute& route = *facts_[from].add_routes();
    route.set_node(to);
    route.set_error(error);
  }
  Admission admission() const { return admit(mesh_, facts_, left_out_); }

  Mesh mesh_;
  Facts facts_;
  std::set<std::string> left_out_;
};

TEST_F(AnAdmission, OfNodesInOrderIsEmpty) {
  EXPECT_THAT(admission().obstacles, IsEmpty());
  EXPECT_THAT(admission().warnings, IsEmpty());
}

TEST_F(AnAdmission, TellsEveryObstacleInTheOrderOfTheFile) {
  facts_["a"].add_problems("port 51820 is in use");
  facts_["a"].add_problem_cures("choose another listen_port");
  facts_["a"].add_problem_ids("port-in-use");
  facts_["a"].add_problems(
      "eth0 is a port of vmbr0");  // an agent that names neither cure nor identifier
  facts_["c"].add_problems("eth1 is a port of vmbr0");
  put_route("a", "b", "no such host");
  const auto found = admission().obstacles;
  ASSERT_THAT(found, SizeIs(4));
  EXPECT_EQ(found[0].node, "c");
  EXPECT_EQ(found[1].said.text, "port 51820 is in use");
  EXPECT_EQ(found[1].said.cure, "choose another listen_port");
  EXPECT_EQ(found[1].said.id, "port-in-use");
  EXPECT_EQ(found[2].said.cure, "");
  EXPECT_EQ(found[2].said.id, "");
  EXPECT_THAT(found[3].said, says("mesh-endpoint-unreachable",
                                  AllOf(HasSubstr("endpoint of b"), HasSubstr("no such host"))));
}

TEST_F(AnAdmission, SaysOnceWhatManyNodesWarnOf) {
  for (const char* name : {"b", "c"}) { facts_[name].add_warnings("the clock is off"); }
  facts_["b"].add_warning_ids("clock-off");  // the agent of c is older
  EXPECT_THAT(admission().warnings, ElementsAre(says("clock-off", "c and b: the clock is off")));
}

TEST_F(AnAdmission, AnEndpointThatOneEndCanDialIsAWarning) {
  put_route("a", "b", "no such host");
  put_route("b", "a", "");
  EXPECT_THAT(admission().obstacles, IsEmpty());
  EXPECT_THAT(admission().warnings,
              ElementsAre(says("mesh-endpoint-one-way",
                               "a: endpoint of b: no such host; b can still dial a")));
}

TEST_F(AnAdmission, TheEndpointOfANodeThatIsLeftOutDoesNotMatter) {
  put_route("a", "b", "no such host");
  facts_.erase("b");
  left_out_ = {"b"};
  EXPECT_THAT(admission().obstacles, IsEmpty());
}

TEST_F(AnAdmission, AHalfRotationNamesWhoIsMissing) {
  EXPECT_THAT(find_half_rotations(mesh_, {"a"}, {}), IsEmpty());
  EXPECT_THAT(find_half_rotations(mesh_, {"a"}, {"b"}),
              ElementsAre(says("mesh-rotation-halved",
                               AllOf(HasSubstr("a cannot get new keys"), HasSubstr("while b ")))));
  EXPECT_THAT(find_half_rotations(mesh_, {"a"}, {"a"}), SizeIs(1));
}

TEST_F(AnAdmission, ASmallMtuNamesItsCause) {
  SegmentMtu mtu{.device = 1280, .segment = 1200, .because = "a to b", .underlay = 1300};
  EXPECT_THAT(warnings_of(mesh_, facts_, mtu),
              ElementsAre(says("mesh-mtu-below-ipv6",
                               AllOf(HasSubstr("a to b"), HasSubstr("1300"), HasSubstr("1200")))));
  mtu.is_held = true;
  mtu.held_by = "c";
  EXPECT_THAT(warnings_of(mesh_, facts_, mtu),
              ElementsAre(says("mesh-mtu-below-ipv6", HasSubstr("what c has committed")),
                          says("mesh-mtu-held", HasSubstr("stays at 1200"))));
  mesh_.mtu = 1200;  // the user has asked for it
  EXPECT_THAT(warnings_of(mesh_, facts_, mtu),
              ElementsAre(says("mesh-mtu-held", HasSubstr("stays at 1200"))));
}

}  // namespace
}  // namespace wgmesh::admission_test
