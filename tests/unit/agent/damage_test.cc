// Each stored file and each journal replaced by everything that it must not be, and every command
// after it: none hangs or crashes, `down -r` always works, and what `up` meets it heals. One test
// for each kind of damage.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "agent/commands.h"
#include "agent/store/atomic_file.h"
#include "agent/store/journal.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/test_node.h"

namespace wgmesh::damage_test {
namespace {

using ::testing::HasSubstr;

namespace fs = std::filesystem;

enum class Verb { kUp, kDown, kRemove, kRestore, kRefresh, kStatus, kInfo, kRemoteRemove };
constexpr std::array kVerbs = {Verb::kUp,      Verb::kDown,   Verb::kRemove, Verb::kRestore,
                               Verb::kRefresh, Verb::kStatus, Verb::kInfo,   Verb::kRemoteRemove};

constexpr std::array kFiles = {"private_key", "preshared_keys", "plan",         "former_ports",
                               "endpoints",   "down",           "journal.undo", "journal.commit"};

struct Damage {
  const char* name;
  // False when this user may not do that.
  bool (*act)(const std::string& path);
  bool heals = true;  // `up` makes anew what is missing
};

void write_plainly(const std::string& path, const std::string& content) {
  fs::remove(path);
  std::ofstream(path) << content;
}

std::string content_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool replaced(const std::string& path, int result) { return result == 0 && exists(path); }

const std::array kDamages = {
    Damage{"Nothing", [](const std::string& path) { return fs::remove(path); }},
    Damage{"Empty", [](const std::string& path) { return write_plainly(path, ""), true; }},
    Damage{"RandomOctets",
           [](const std::string& path) {
             std::string octets(200, '\0');
             for (std::size_t i = 0; i < octets.size(); ++i) {
               octets[i] = static_cast<char>(i * 167 + 13);
             }
             return write_plainly(path, octets), true;
           }},
    Damage{"Truncated",
           [](const std::string& path) {
             return fs::resize_file(path, fs::file_size(path) / 2), true;
           }},
    Damage{"NewerFormat",
           [](const std::string& path) {
             // A journal's format is behind its checksum: journal_test.cc looks at that.
             if (path.find("/journal.") != std::string::npos) { return false; }
             const std::string content = content_of(path);
             write_plainly(path, "wgmesh 9" + content.substr(content.find(' ', 8)));
             return true;
           },
           false},
    Damage{"Folder",
           [](const std::string& path) {
             fs::remove(path);
             return fs::create_directory(path);
           }},
    Damage{"FolderInUse",
           [](const std::string& path) {
             fs::remove(path);
             fs::create_directory(path);
             std::ofstream(path + "/of somebody") << "x";
             return true;
           }},
    Damage{"Link",
           [](const std::string& path) {
             const std::string real = fs::path(path).parent_path().parent_path() / "real";
             fs::rename(path, real);
             return replaced(path, ::symlink(real.c_str(), path.c_str()));
           }},
    Damage{"DanglingLink",
           [](const std::string& path) {
             fs::remove(path);
             return replaced(path, ::symlink("/nonexistent/file", path.c_str()));
           }},
    Damage{"Fifo",
           [](const std::string& path) {
             fs::remove(path);
             return replaced(path, ::mkfifo(path.c_str(), 0600));
           }},
    Damage{"Device",
           [](const std::string& path) {
             fs::remove(path);
             return replaced(path, ::mknod(path.c_str(), S_IFCHR | 0600, makedev(1, 5)));
           }},
    Damage{"TwentyMebibytes",
           [](const std::string& path) { return ::truncate(path.c_str(), 20 << 20) == 0; }},
    Damage{"OpenToAll", [](const std::string& path) { return ::chmod(path.c_str(), 0666) == 0; }},
    Damage{"OfAnotherUser",
           [](const std::string& path) { return ::chown(path.c_str(), 1000, 1000) == 0; }},
};

// A node with a mesh, all of its stored files, and an interrupted change; made once.
class DamagedStore : public testing::TestWithParam<Damage> {
 protected:
  void SetUp() override { ::alarm(120); }  // what hangs ends all tests
  void TearDown() override { ::alarm(0); }

  // The whole node as it was before the damage.
  static void fill(TestNode& node, const proto::Plan& plan, const std::string& file) {
    node.kernel.put(FakeInterface{.name = "eth1", .mtu = 1500, .up = true});
    bring_up(node, plan);
    const Store store = node.store();
    if (file == "down") { write_file(store.folder("test") + "/down", down_content()); }
    if (!file.starts_with("journal.")) { return; }
    const State now = node.kernel.observe({"test", {}, {"eth1"}}).state;
    const Journal journal(store, "test");
    journal.begin({now, now, {}, "root@gone", boot_id()});
    if (file == "journal.commit") { journal.commit(); }
  }
  static std::string down_content() {
    StoredMesh stored;
    stored.taken_down = true;
    return *put_stored(stored).at("down");
  }
};

struct Outcome {
  int code = 0;
  std::string text;
};

Outcome told(const std::function<int()>& command) {
  Outcome outcome;
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  try {
    outcome.code = command();
  } catch (const Error& error) { outcome = {1, error.message()}; }
  outcome.text += testing::internal::GetCapturedStdout() + testing::internal::GetCapturedStderr();
  return outcome;
}

Outcome over_a_session(TestNode& node, const proto::Plan& plan, proto::Goal goal) {
  TestSession session(node);
  proto::ToAgent message;
  *message.mutable_open() = open_for(plan);
  message.mutable_open()->set_removes(goal == proto::REMOVE);
  proto::FromAgent answer = session.ask(message);
  const auto failed = [&] { return Outcome{1, answer.error().message()}; };
  if (!answer.has_hello()) { return failed(); }
  const std::uint64_t next = answer.hello().generation() + 1;
  if (goal == proto::UP) {
    session.make_secrets(plan);
    message.mutable_propose()->set_goal(goal);
    *message.mutable_propose()->mutable_plan() = plan;
    message.mutable_propose()->mutable_plan()->set_generation(next);
    answer = session.ask(message);
  } else {
    answer = session.propose(goal);
  }
  if (!answer.has_changes()) { return failed(); }
  if (!(answer = session.apply()).has_applied()) { return failed(); }
  if (!(answer = session.commit()).has_committed()) { return failed(); }
  Outcome outcome;
  for (const std::string& note : answer.committed().notes()) { outcome.text += note + '\n'; }
  return outcome;
}

Outcome looked_at(TestNode& node, const proto::Plan& plan) {
  TestSession session(node);
  proto::Open open = open_for(plan);
  open.set_changes_state(false);
  Outcome outcome;
  const proto::Hello hello = session.open(open);
  for (const std::string& warning : hello.warnings()) { outcome.text += warning + '\n'; }
  return outcome;
}

Outcome run(Verb verb, TestNode& node, const proto::Plan& plan) {
  const ThisNode& here = node.this_node;
  switch (verb) {
    case Verb::kUp:
      return over_a_session(node, plan, proto::UP);
    case Verb::kDown:
      return told([&] { return run_down(here, "test", false); });
    case Verb::kRemove:
      return told([&] { return run_down(here, "test", true); });
    case Verb::kRestore:
      return told([&] { return run_restore(here, {}); });
    case Verb::kRefresh:
      return told([&] { return run_refresh(here, {}); });
    case Verb::kStatus:
      return told([&] { return run_status(here, {}, StatusForm::kWgJson); });
    case Verb::kInfo:
      return looked_at(node, plan);
    case Verb::kRemoteRemove:
      return over_a_session(node, plan, proto::REMOVE);
  }
  return {};
}

// What somebody else has put under one of our names is all that may be left.
void expect_removed(TestNode& node, const Outcome& outcome) {
  EXPECT_EQ(outcome.code, 0) << outcome.text;
  EXPECT_EQ(node.kernel.observe({"test", {}, {}}).state, State{});
  EXPECT_THAT(node.store().meshes(), testing::IsEmpty());
  for (const std::string& left : node.store().leftovers("test")) {
    EXPECT_THAT(left, testing::EndsWith(".damaged"));
    EXPECT_TRUE(is_folder(left)) << left;
    EXPECT_THAT(outcome.text, HasSubstr(left + " is not wgmesh's"));
  }
}

// The keys in use are whole, and nobody else can read them.
void expect_healed(TestNode& node, const Outcome& outcome) {
  EXPECT_EQ(outcome.code, 0) << outcome.text;
  const Loaded loaded = node.store().load("test");
  EXPECT_THAT(loaded.faults, testing::IsEmpty());
  ASSERT_TRUE(loaded.mesh.private_key && loaded.mesh.plan);
  EXPECT_FALSE(loaded.mesh.taken_down);
  const State state = node.kernel.observe({"test", {}, {}}).state;
  EXPECT_EQ(state.wireguard->private_key, loaded.mesh.private_key);
  for (const auto& entry : fs::directory_iterator(node.store().folder("test"))) {
    if (entry.path().extension() == ".damaged") { continue; }
    struct stat status {};
    ASSERT_EQ(::lstat(entry.path().c_str(), &status), 0);
    EXPECT_TRUE(S_ISREG(status.st_mode)) << entry.path();
    EXPECT_EQ(status.st_mode & 07777, 0600u) << entry.path();
    EXPECT_EQ(status.st_uid, ::geteuid()) << entry.path();
  }
}

bool is_tried(const std::string& damage, std::size_t file, Verb verb) {
  if (std::getenv("WGMESH_LONG") != nullptr) { return true; }
  const auto kind =
      std::ranges::find_if(kDamages, [&](const Damage& each) { return each.name == damage; }) -
      kDamages.begin();
  return (static_cast<std::size_t>(kind) + file + static_cast<std::size_t>(verb)) % 4 == 0;
}

TEST_P(DamagedStore, EveryCommandGoesOn) {
  const Damage& damage = GetParam();
  proto::Plan plan = plan_with_addresses();
  plan.add_bridge_ports("eth1");
  proto::Plan changed_plan = plan;
  changed_plan.mutable_bridge()->set_priority(100);
  int tried = 0;
  for (std::size_t i = 0; i < kFiles.size(); ++i) {
    const std::string file = kFiles[i];
    for (const Verb verb : kVerbs) {
      if (!is_tried(damage.name, i, verb)) { continue; }
      SCOPED_TRACE(file + ", verb " + std::to_string(static_cast<int>(verb)));
      TestNode node;
      fill(node, plan, file);
      const std::string path = node.store().folder("test") + "/" + file;
      ASSERT_TRUE(exists(path));
      if (!damage.act(path)) { continue; }
      ++tried;
      const bool is_there = exists(path);
      const Outcome outcome = run(verb, node, changed_plan);
      if (verb == Verb::kRemove || verb == Verb::kRemoteRemove) { expect_removed(node, outcome); }
      if (verb == Verb::kUp && damage.heals) { expect_healed(node, outcome); }
      if (!damage.heals && (verb == Verb::kUp || verb == Verb::kDown)) {
        EXPECT_EQ(outcome.code, 1);
        EXPECT_THAT(outcome.text, HasSubstr(path + ": has format 9"));
      }
      // Who only looks always gets an answer that names the file, and leaves it alone.
      if (verb == Verb::kStatus || verb == Verb::kInfo) {
        EXPECT_EQ(outcome.code, 0);
        const bool is_finished = !exists(path) && is_there;
        if (is_there && !is_finished) { EXPECT_THAT(outcome.text, HasSubstr(path)); }
      }
      if (verb == Verb::kRestore && outcome.code != 0) {
        EXPECT_THAT(outcome.text, HasSubstr(node.store().folder("test")));
      }
    }
  }
  if (tried == 0) { GTEST_SKIP() << "only root may do that"; }
}

INSTANTIATE_TEST_SUITE_P(By, DamagedStore, testing::ValuesIn(kDamages),
                         [](const auto& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace wgmesh::damage_test
