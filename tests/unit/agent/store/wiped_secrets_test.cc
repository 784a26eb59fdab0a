// Keys on their way to and from files: no block that is given back to the heap still holds one.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <functional>
#include <memory>

#include "agent/store/atomic_file.h"
#include "agent/store/exposure.h"
#include "agent/store/journal.h"
#include "agent/store/store.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/test_node.h"
#include "tests/unit/agent/freed_memory.h"

namespace wgmesh::wiped_secrets_test {
namespace {

constexpr std::uint8_t kPrivate = 0xa1;
constexpr std::uint8_t kPreshared = 0xb2;

// As octets, and as the files have it.
std::string octets_of(std::uint8_t value) {
  return std::string(kKeySize, static_cast<char>(value));
}
std::string text_of(std::uint8_t value) {
  return value == kPrivate ? "oaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaE="
                           : "srKysrKysrKysrKysrKysrKysrKysrKysrKysrKysrI=";
}

struct Secretive {
  Secretive() {
    state = example_state(example_plan());
    state.wireguard->private_key = secret_of(kPrivate);
    for (auto& [key, peer] : state.wireguard->peers) { peer.preshared_key = secret_of(kPreshared); }
    stored.plan = example_plan();
    stored.private_key = secret_of(kPrivate);
    stored.preshared_keys.insert_or_assign("mesh1", secret_of(kPreshared));
  }
  // In how many freed blocks one of the keys was, in any form, while `act` ran.
  std::size_t traces(const std::function<void()>& act) const {
    std::size_t all = 0;
    for (const std::uint8_t key : {kPrivate, kPreshared}) {
      for (const std::string& needle : {octets_of(key), text_of(key)}) {
        freed::watch_for(needle);
        act();
        all += freed::stop_watching();
      }
    }
    return all;
  }
  TemporaryFolder folder;
  Store store{folder.path()};
  State state;
  StoredMesh stored;
};

TEST(WipedSecrets, AreFoundByThisTest) {
  const Secretive here;
  EXPECT_GT(
      here.traces([] { const auto left = std::make_unique<std::string>(octets_of(kPrivate)); }),
      0u);
  EXPECT_GT(
      here.traces([] { const auto left = std::make_unique<std::string>(text_of(kPreshared)); }),
      0u);
}

TEST(WipedSecrets, AJournalLeavesNone) {
  const Secretive here;
  const Journal journal(here.store, "test");
  const JournalEntry entry{here.state, here.state, {}, "root@test", "boot"};
  EXPECT_EQ(here.traces([&] { journal.begin(entry); }), 0u);
  EXPECT_EQ(here.traces([&] { EXPECT_EQ(journal.read().before, here.state); }), 0u);
}

TEST(WipedSecrets, StoredFilesLeaveNone) {
  const Secretive here;
  const auto files = here.store.changes("test", here.stored);
  EXPECT_EQ(here.traces([&] {
    here.store.stage("test", here.stored, files);
    here.store.publish("test", files);
    EXPECT_TRUE(here.store.changes("test", here.stored).empty());
    EXPECT_EQ(here.store.load("test").mesh.private_key, here.stored.private_key);
    EXPECT_EQ(here.store.staged("test").size(), 0u);
  }),
            0u);
}

TEST(WipedSecrets, AFileThatIsMendedLeavesNone) {
  const Secretive here;
  const auto files = here.store.changes("test", here.stored);
  here.store.stage("test", here.stored, files);
  here.store.publish("test", files);
  EXPECT_EQ(here.traces([&] {
    for (const char* file : {"/private_key", "/preshared_keys"}) {
      ASSERT_EQ(::chmod((here.store.folder("test") + file).c_str(), 0644), 0);
    }
    EXPECT_EQ(mend_exposures(here.store, "test").size(), 2u);
  }),
            0u);
}

}  // namespace
}  // namespace wgmesh::wiped_secrets_test
