#include "agent/store/exposure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/store/atomic_file.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/test_node.h"

namespace wgmesh::exposure_test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

auto says(const char* id, const auto& text) {
  return AllOf(Field(&Said::id, id), Field(&Said::text, text));
}

struct Exposed {
  Exposed() {
    make_folder(folder.path() + "/above");
    StoredMesh stored;
    stored.plan = example_plan();
    stored.private_key = secret_of(1);
    const auto files = store.changes("test", stored);
    store.stage("test", stored, files);
    store.publish("test", files);
  }
  std::string path(const std::string& file) const { return store.folder("test") + "/" + file; }
  static struct stat seen(const std::string& path) {
    struct stat status {};
    EXPECT_EQ(::lstat(path.c_str(), &status), 0);
    return status;
  }
  TemporaryFolder folder;
  Store store{folder.path() + "/above/lib"};
};

TEST(Exposure, WhatIsOursAloneIsLeftAsItIs) {
  const Exposed here;
  const auto inode = here.seen(here.path("private_key")).st_ino;
  EXPECT_THAT(find_exposures(here.store, "test"), IsEmpty());
  EXPECT_THAT(mend_exposures(here.store, "test"), IsEmpty());
  EXPECT_EQ(here.seen(here.path("private_key")).st_ino, inode);
  EXPECT_THAT(mend_exposures(here.store, "none"), IsEmpty());
}

TEST(Exposure, AFileThatOthersCouldReachIsWrittenAnew) {
  for (const unsigned mode : {0666u, 0640u, 0601u, 0002u}) {
    const Exposed here;
    const std::string path = here.path("private_key");
    const auto inode = here.seen(path).st_ino;
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
    EXPECT_THAT(find_exposures(here.store, "test"),
                ElementsAre(says("store-key-exposed", HasSubstr(path))));
    EXPECT_EQ(here.seen(path).st_mode & 07777, mode);  // looking mends nothing
    EXPECT_THAT(
        mend_exposures(here.store, "test"),
        ElementsAre(says("store-key-exposed",
                         AllOf(HasSubstr(path + " could be read or changed by others (mode 0"),
                               HasSubstr("`mesh rotate` makes new keys; it is mode 0600 now")))));
    EXPECT_EQ(here.seen(path).st_mode & 07777, 0600u);
    EXPECT_NE(here.seen(path).st_ino, inode);  // who has it open writes to nothing
    EXPECT_EQ(here.store.load("test").mesh.private_key, secret_of(1));
    EXPECT_THAT(find_exposures(here.store, "test"), IsEmpty());
  }
}

TEST(Exposure, AFileOfAnotherUserOrUnderTwoNamesIsWrittenAnew) {
  const Exposed here;
  if (::chown(here.path("plan").c_str(), 1000, 1000) != 0) {
    GTEST_SKIP() << "only root may do that";
  }
  ASSERT_EQ(::link(here.path("private_key").c_str(), (here.folder.path() + "/other").c_str()), 0);
  EXPECT_THAT(
      mend_exposures(here.store, "test"),
      ElementsAre(says("store-key-exposed",
                       HasSubstr("private_key could be read or changed by others (mode 0600, "
                                 "under two names); `mesh rotate`")),
                  says("store-file-exposed",
                       AllOf(HasSubstr("plan could be read or changed by others (mode 0600, "
                                       "user 1000); it is mode"),
                             Not(HasSubstr("rotate"))))));
  EXPECT_EQ(here.seen(here.path("plan")).st_uid, ::geteuid());
  EXPECT_EQ(here.seen(here.path("private_key")).st_nlink, 1u);
}

TEST(Exposure, AFolderThatOthersMayWriteToIsMended) {
  const Exposed here;
  const std::string mesh = here.store.folder("test");
  ASSERT_EQ(::chmod(mesh.c_str(), 0777), 0);
  ASSERT_EQ(::chmod(here.store.root().c_str(), 0775), 0);
  EXPECT_THAT(
      find_exposures(here.store, "test"),
      ElementsAre(says("store-folder-exposed", HasSubstr(here.store.root() + " (mode 0775")),
                  says("store-folder-exposed", HasSubstr(mesh))));
  EXPECT_THAT(
      mend_exposures(here.store, "test"),
      ElementsAre(
          says("store-folder-was-exposed", HasSubstr(here.store.root() + " (mode 0775): mended")),
          says("store-folder-was-exposed", HasSubstr(mesh + " (mode 0777): mended"))));
  EXPECT_EQ(here.seen(mesh).st_mode & 07777, 0755u);
  EXPECT_EQ(here.seen(here.store.root()).st_mode & 07777, 0755u);
}

TEST(Exposure, AFolderAboveIsNamedAndNotOursToMend) {
  const Exposed here;
  const std::string above = here.folder.path() + "/above";
  ASSERT_EQ(::chmod(above.c_str(), 0777), 0);
  EXPECT_THAT(mend_exposures(here.store, "test"),
              ElementsAre(says("store-parent-exposed",
                               HasSubstr("others may replace what is below " + above))));
  EXPECT_EQ(here.seen(above).st_mode & 07777, 0777u);
  ASSERT_EQ(::chmod(above.c_str(), 01777), 0);  // as /tmp
  EXPECT_THAT(mend_exposures(here.store, "test"), IsEmpty());
}

TEST(Exposure, AFolderOfAnotherUserIsRefused) {
  const Exposed here;
  const std::string mesh = here.store.folder("test");
  if (::chown(mesh.c_str(), 1000, 1000) != 0) { GTEST_SKIP() << "only root may do that"; }
  EXPECT_THAT(find_exposures(here.store, "test"),
              ElementsAre(says("store-folder-exposed", HasSubstr("user 1000"))));
  try {
    mend_exposures(here.store, "test");
    FAIL() << "it was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.id(), "store-folder-foreign");
    EXPECT_THAT(error.message(), HasSubstr(mesh + " belongs to user 1000"));
    EXPECT_THAT(error.cure(), HasSubstr("chown root:root " + mesh));
  }
}

}  // namespace
}  // namespace wgmesh::exposure_test
