#include "agent/boot_unit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/atomic_file.h"
#include "agent/uninstall.h"
#include "tests/support/wgmesh_agent_room/test_node.h"

namespace wgmesh {
namespace {

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
  const Paths& paths = node.surroundings.paths;
  std::string log = node.folder.path() + "/systemctl.log";
  std::string unit = boot_unit_path(paths);
};

const std::string kPath = "|/usr/sbin:/usr/bin:/sbin:/bin\n";

TEST(BootUnit, IsWrittenAndEnabledOnce) {
  WithSystemd here;
  EXPECT_EQ(install_boot_unit(here.paths, "test", true), std::nullopt);
  EXPECT_EQ(here.asked(), "--quiet enable wgmesh@test.service" + kPath);
  const std::string text = read_file(here.unit).value();
  EXPECT_THAT(text, HasSubstr("unit_agent restore %i\n"));
  EXPECT_THAT(text, Not(HasSubstr("/usr/local/sbin")));
  EXPECT_THAT(text, Not(HasSubstr("#")));
  struct stat status {};
  ASSERT_EQ(::stat(here.unit.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0644u);

  EXPECT_EQ(install_boot_unit(here.paths, "test", false), std::nullopt);
  EXPECT_EQ(here.asked(), "");
  EXPECT_EQ(install_boot_unit(here.paths, "other", true), std::nullopt);
  EXPECT_EQ(here.asked(), "--quiet enable wgmesh@other.service" + kPath);
}

TEST(BootUnit, OfAnotherAgentIsWrittenAnew) {
  WithSystemd here;
  write_file(here.unit, "ExecStart=/opt/wgmesh/wgmesh-agent restore %i\n");
  EXPECT_EQ(install_boot_unit(here.paths, "test", false), std::nullopt);
  EXPECT_EQ(here.asked(), "--quiet daemon-reload" + kPath);
  EXPECT_THAT(read_file(here.unit).value(), HasSubstr("unit_agent restore"));
}

TEST(BootUnit, WhatFailsIsALineForTheUser) {
  WithSystemd here;
  here.systemctl_does("echo 'Failed to connect to bus' >&2; exit 1");
  EXPECT_THAT(install_boot_unit(here.paths, "test", true).value(),
              HasSubstr("systemctl enable wgmesh@test.service: Failed to connect to bus"));
  remove_file(here.paths.systemctl);
  EXPECT_THAT(install_boot_unit(here.paths, "test", true).value(),
              HasSubstr(here.paths.systemctl + ": No such file"));
  ASSERT_TRUE(remove_file(here.unit));
  ASSERT_TRUE(remove_folder_if_empty(here.paths.units));
  EXPECT_THAT(install_boot_unit(here.paths, "test", true).value(), HasSubstr("/units"));
}

TEST(BootUnit, WithoutSystemdTheFirstTimeSaysWhatToAdd) {
  TestNode node;
  EXPECT_THAT(install_boot_unit(node.surroundings.paths, "test", true).value(),
              HasSubstr("unit_agent restore`"));
  EXPECT_EQ(install_boot_unit(node.surroundings.paths, "test", false), std::nullopt);
  EXPECT_THAT(node.files(), testing::IsEmpty());
}

TEST(BootUnit, GoesWithTheMeshAndTheLastMesh) {
  WithSystemd here;
  install_boot_unit(here.paths, "test", true);
  make_folder(here.node.store().folder("other"));
  write_file(here.node.store().folder("other") + "/plan", "x");
  here.asked();
  remove_agent_with_last_mesh(here.paths, here.node.store(), "test");
  EXPECT_EQ(here.asked(), "--quiet disable wgmesh@test.service" + kPath);
  EXPECT_TRUE(exists(here.unit));

  here.node.store().forget("other");
  EXPECT_THAT(agent_leaves_with(here.paths, here.node.store(), "other"),
              testing::Contains(here.unit));
  here.systemctl_does("exit 1");  // somebody has disabled it before
  remove_agent_with_last_mesh(here.paths, here.node.store(), "other");
  EXPECT_EQ(here.asked(),
            "--quiet disable wgmesh@other.service" + kPath + "--quiet daemon-reload" + kPath);
  EXPECT_FALSE(exists(here.unit));
  remove_agent_with_last_mesh(here.paths, here.node.store(), "other");
  EXPECT_EQ(here.asked(), "");
}

}  // namespace
}  // namespace wgmesh
