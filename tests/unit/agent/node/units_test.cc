#include "agent/node/units.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/node/systemctl.h"
#include "agent/node/uninstall.h"
#include "agent/store/atomic_file.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/test_node.h"

namespace wgmesh::units_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// A node where systemd runs, with a systemctl that writes down what it was asked.
struct WithSystemd {
  WithSystemd() {
    make_folder(paths.systemd);
    make_folder(paths.units);
    systemctl_does("exit 0");
  }
  void systemctl_does(const std::string& script) {
    const std::string text = "#!/bin/sh\necho \"$*|$PATH\" >>" + log + "\n" + script + "\n";
    write_file(paths.systemctl, text);
    ::chmod(paths.systemctl.c_str(), 0700);
  }
  // What it was asked since this was asked last.
  std::string asked() {
    const std::string text = read_file(log).value_or("");
    remove_file(log);
    return text;
  }

  TestNode node;
  const Paths& paths = node.this_node.paths;
  std::string log = node.folder.path() + "/systemctl.log";
  std::string text_of(const std::string& unit) {
    return read_file(paths.units + "/" + unit).value_or("");
  }
};

// The lines of its log for these words.
std::string said(std::initializer_list<std::string> lines) {
  std::string text;
  for (const std::string& line : lines) {
    text += "--quiet " + line + "|/usr/sbin:/usr/bin:/sbin:/bin\n";
  }
  return text;
}

std::string enabled(const std::string& mesh) {
  return said(
      {"enable wgmesh@" + mesh + ".service", "enable --now wgmesh-refresh@" + mesh + ".timer"});
}

std::string disabled(const std::string& mesh) {
  return said(
      {"disable --now wgmesh-refresh@" + mesh + ".timer", "disable wgmesh@" + mesh + ".service"});
}

TEST(Units, AreWrittenAndEnabledOnce) {
  WithSystemd here;
  EXPECT_EQ(install_units(here.paths, "test", true), std::nullopt);
  EXPECT_EQ(here.asked(), enabled("test"));
  EXPECT_THAT(here.text_of("wgmesh@.service"), HasSubstr("unit_agent restore %i\n"));
  EXPECT_THAT(here.text_of("wgmesh-refresh@.service"), HasSubstr("unit_agent refresh %i\n"));
  EXPECT_THAT(here.text_of("wgmesh-refresh@.timer"), HasSubstr("[Timer]\n"));
  EXPECT_EQ(present_units(here.paths).size(), kUnits.size());
  for (const std::string& path : present_units(here.paths)) {
    EXPECT_THAT(read_file(path).value(),
                AllOf(Not(HasSubstr("/usr/local/sbin")), Not(HasSubstr("#"))));
    struct stat status {};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0644u) << path;
  }

  EXPECT_EQ(install_units(here.paths, "test", false), std::nullopt);
  EXPECT_EQ(here.asked(), "");
  EXPECT_EQ(install_units(here.paths, "other", true), std::nullopt);
  EXPECT_EQ(here.asked(), enabled("other"));
}

TEST(Units, OfAnotherAgentAreWrittenAnew) {
  WithSystemd here;
  install_units(here.paths, "test", true);
  here.asked();
  write_file(here.paths.units + "/wgmesh@.service",
             "ExecStart=/opt/wgmesh/wgmesh-agent restore %i\n");
  EXPECT_EQ(install_units(here.paths, "test", false), std::nullopt);
  EXPECT_EQ(here.asked(), said({"daemon-reload"}));
  EXPECT_THAT(here.text_of("wgmesh@.service"), HasSubstr("unit_agent restore"));
}

TEST(Units, ThatAnEarlierAgentDidNotHaveAreEnabledToo) {
  WithSystemd here;
  install_units(here.paths, "test", true);
  here.asked();
  remove_file(here.paths.units + "/wgmesh-refresh@.timer");
  EXPECT_EQ(install_units(here.paths, "test", false), std::nullopt);
  EXPECT_EQ(here.asked(), enabled("test"));
}

TEST(Units, WhatFailsIsALineForTheUser) {
  WithSystemd here;
  here.systemctl_does("echo 'Failed to connect to bus' >&2; exit 1");
  EXPECT_THAT(install_units(here.paths, "test", true).value(),
              HasSubstr("systemctl enable wgmesh@test.service: Failed to connect to bus"));
  remove_file(here.paths.systemctl);
  EXPECT_THAT(install_units(here.paths, "test", true).value(),
              HasSubstr(here.paths.systemctl + ": no such program"));
  for (const std::string& path : present_units(here.paths)) { remove_file(path); }
  ASSERT_TRUE(remove_folder_if_empty(here.paths.units));
  EXPECT_THAT(install_units(here.paths, "test", true).value(), HasSubstr("/units"));
}

const char kSocket[] = "wgmesh-locate@test.socket";

std::string stopped() {
  return said({"stop wgmesh-locate@test.socket wgmesh-locate@test.service"});
}
std::string socket_enabled() { return said({"enable --now wgmesh-locate@test.socket"}); }

// The socket is the mesh's own, because it has an address of the mesh.
TEST(Units, OfANodeThatIsAskedHaveASocketAtItsInnerAddress) {
  WithSystemd here;
  const auto install = [&](bool is_first, const char* address) {
    return install_units(here.paths, "test", is_first, {},
                         address == nullptr ? std::nullopt : parse_ip(address));
  };
  EXPECT_EQ(install(true, "fd00:7::1"), std::nullopt);
  EXPECT_EQ(here.asked(), enabled("test") + socket_enabled());
  EXPECT_THAT(here.text_of(kSocket),
              AllOf(HasSubstr("\nListenDatagram=[fd00:7::1]:21820\n"),
                    HasSubstr("\nFreeBind=yes\n"), HasSubstr("\nPassPacketInfo=yes\n"),
                    Not(HasSubstr("BindToDevice")), Not(HasSubstr("#"))));
  EXPECT_THAT(here.text_of("wgmesh-locate@.service"),
              AllOf(HasSubstr("unit_agent locate %i\n"), HasSubstr("StartLimitIntervalSec=0\n")));
  EXPECT_THAT(present_units(here.paths), testing::Contains(here.paths.units + "/" + kSocket));

  EXPECT_EQ(install(false, "fd00:7::1"), std::nullopt);
  EXPECT_EQ(here.asked(), "");
  EXPECT_EQ(install(false, "10.7.0.1"), std::nullopt);
  EXPECT_EQ(here.asked(), stopped() + socket_enabled());
  EXPECT_THAT(here.text_of(kSocket), HasSubstr("\nListenDatagram=10.7.0.1:21820\n"));
  EXPECT_EQ(install(false, nullptr), std::nullopt);
  EXPECT_EQ(here.asked(), stopped() + said({"disable wgmesh-locate@test.socket", "daemon-reload"}));
  EXPECT_EQ(here.text_of(kSocket), "");
  EXPECT_EQ(install(false, nullptr), std::nullopt);
  EXPECT_EQ(here.asked(), "");
}

TEST(Units, ASocketThatSystemdRefusedIsTriedAgain) {
  WithSystemd here;
  make_folder(here.paths.state);
  install_units(here.paths, "test", true);
  here.systemctl_does("case $* in *locate*) exit 1 ;; esac");
  EXPECT_THAT(install_units(here.paths, "test", false, {}, parse_ip("fd00:7::1")).value(),
              HasSubstr("wgmesh-refresh@test.timer wgmesh-locate@test.socket`"));
  EXPECT_TRUE(units_are_owed(here.paths, "test"));
  here.systemctl_does("exit 0");
  here.asked();
  EXPECT_EQ(install_units(here.paths, "test", false, {}, parse_ip("fd00:7::1")), std::nullopt);
  EXPECT_EQ(here.asked(), enabled("test") + stopped() + socket_enabled());
  EXPECT_FALSE(units_are_owed(here.paths, "test"));
}

TEST(Units, ASocketGoesWithItsMesh) {
  WithSystemd here;
  install_units(here.paths, "test", true, {}, parse_ip("fd00:7::1"));
  install_units(here.paths, "other", true, {}, parse_ip("fd00:8::1"));
  here.asked();
  remove_units(here.paths, "test", false);
  EXPECT_EQ(here.asked(), stopped() + said({"disable wgmesh-locate@test.socket", "daemon-reload"}) +
                              disabled("test"));
  EXPECT_EQ(here.text_of(kSocket), "");
  EXPECT_NE(here.text_of("wgmesh-locate@other.socket"), "");
  remove_units(here.paths, "other", true);
  EXPECT_THAT(present_units(here.paths), testing::IsEmpty());
  EXPECT_EQ(here.text_of("wgmesh-locate@other.socket"), "");
}

// The commit of a plan that says so.
TEST(Units, TheSocketIsForPlansThatSayThatPeersAsk) {
  WithSystemd here;
  proto::Plan plan = plan_with_addresses();
  bring_up(here.node, plan);
  EXPECT_EQ(here.text_of(kSocket), "");
  plan.set_locates(true);
  bring_up(here.node, plan);
  const auto inner = parse_prefix(plan.device().inner_address());
  EXPECT_THAT(here.text_of(kSocket),
              HasSubstr("\nListenDatagram=[" + to_text(inner->address) + "]:21820\n"));
  plan.set_locates(false);
  bring_up(here.node, plan);
  EXPECT_EQ(here.text_of(kSocket), "");
}

TEST(Systemctl, WhatItSaysIsTheError) {
  WithSystemd here;
  here.systemctl_does("echo 'Failed to connect to bus' >&2; exit 1");
  try {
    run_systemctl(here.paths.systemctl, {"enable", "--now", "a.timer"});
    FAIL() << "it did not fail";
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "systemctl enable --now a.timer: Failed to connect to bus");
    EXPECT_EQ(error.id(), "systemctl-failed");
  }
}

TEST(Units, WhatSystemdRefusedIsTriedAgainByTheNextCommand) {
  WithSystemd here;
  make_folder(here.paths.state);
  for (const char* refusal :
       {"exit 1", "[ \"$2\" != enable ]", "case $* in *--now*) exit 1 ;; esac"}) {
    SCOPED_TRACE(refusal);
    here.systemctl_does(refusal);
    EXPECT_FALSE(units_are_owed(here.paths, "test"));
    EXPECT_THAT(install_units(here.paths, "test", true).value(),
                HasSubstr("the next `mesh up` tries again"));
    EXPECT_TRUE(units_are_owed(here.paths, "test"));
    EXPECT_FALSE(units_are_owed(here.paths, "other"));
    EXPECT_TRUE(install_units(here.paths, "test", false));
    here.systemctl_does("exit 0");
    here.asked();
    EXPECT_EQ(install_units(here.paths, "test", false), std::nullopt);
    EXPECT_EQ(here.asked(), enabled("test"));
    EXPECT_FALSE(units_are_owed(here.paths, "test"));
    EXPECT_EQ(install_units(here.paths, "test", false), std::nullopt);
    EXPECT_EQ(here.asked(), "");
  }
  here.systemctl_does("exit 1");
  install_units(here.paths, "test", true);
  remove_units(here.paths, "test", true);
  EXPECT_FALSE(units_are_owed(here.paths, "test"));
}

// A node on which nothing else is to do, too.
TEST(Units, OwedOnesAreAChangeOfTheNextUp) {
  WithSystemd here;
  const proto::Plan plan = plan_with_addresses();
  here.systemctl_does("exit 1");
  bring_up(here.node, plan);
  here.systemctl_does("exit 0");
  here.asked();
  TestSession session(here.node);
  session.open(open_for(plan));
  const proto::FromAgent proposed = session.propose(proto::UP, &plan);
  ASSERT_EQ(proposed.changes().changes_size(), 1) << proposed.DebugString();
  EXPECT_EQ(proposed.changes().changes(0).text(),
            "systemctl enable wgmesh@test.service wgmesh-refresh@test.timer");
  EXPECT_TRUE(proposed.changes().changes(0).of_agent());
  session.apply();
  session.commit();
  EXPECT_EQ(here.asked(), enabled("test"));
}

TEST(Units, WithoutSystemdTheFirstTimeSaysWhatToAdd) {
  const TestNode node;
  EXPECT_THAT(install_units(node.this_node.paths, "test", true).value(),
              AllOf(HasSubstr("unit_agent restore`"), HasSubstr("unit_agent refresh`")));
  EXPECT_EQ(install_units(node.this_node.paths, "test", false), std::nullopt);
  EXPECT_THAT(node.files(), testing::IsEmpty());
}

TEST(Units, GoWithTheMeshAndTheLastMesh) {
  WithSystemd here;
  install_units(here.paths, "test", true);
  make_folder(here.node.store().folder("other"));
  write_file(here.node.store().folder("other") + "/plan", "x");
  here.asked();
  remove_agent_with_last_mesh(here.paths, here.node.store(), "test");
  EXPECT_EQ(here.asked(), disabled("test"));
  EXPECT_EQ(present_units(here.paths).size(), kUnits.size());

  here.node.store().forget("other");
  EXPECT_THAT(agent_leaves_with(here.paths, here.node.store(), "other"),
              testing::Contains(here.paths.units + "/wgmesh-refresh@.timer"));
  here.systemctl_does("exit 1");  // somebody has disabled it before
  remove_agent_with_last_mesh(here.paths, here.node.store(), "other");
  EXPECT_EQ(here.asked(), disabled("other") + said({"daemon-reload"}));
  EXPECT_THAT(present_units(here.paths), testing::IsEmpty());
  remove_agent_with_last_mesh(here.paths, here.node.store(), "other");
  EXPECT_EQ(here.asked(), "");
}

}  // namespace
}  // namespace wgmesh::units_test
