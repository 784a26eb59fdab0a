#include "controller/show/progress.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <unistd.h>

#include <cstdlib>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "common/unique_fd.h"
#include "controller/show/progress_mode.h"
#include "tests/support/controller/untimed.h"

namespace wgmesh::progress_test {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

// What a Progress wrote into a pipe.
class Pipe {
 public:
  Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) { std::abort(); }
    read_.reset(ends[0]);
    write_.reset(ends[1]);
  }
  int fd() const { return write_.get(); }
  std::string text() {
    write_.reset();
    std::string out;
    char buffer[4096];
    for (ssize_t got = 0; (got = read(read_.get(), buffer, sizeof buffer)) > 0;) {
      out.append(buffer, static_cast<std::size_t>(got));
    }
    return out;
  }

 private:
  UniqueFd read_;
  UniqueFd write_;
};

TEST(Progress, WritesALineForEachNodeWhereThereIsNoTerminal) {
  Pipe pipe;
  {
    Progress progress(ProgressMode::kAuto, {"mesh0", "mesh1"}, pipe.fd());
    EXPECT_EQ(progress.mode(), ProgressMode::kPlain);
    progress.set("mesh0", "connecting");
    progress.set("mesh0", "connecting");
    progress.set("mesh0", "applying", 1, 40);
    progress.set("mesh0", "applying", 2, 40);
    progress.note("mesh0", "accepted its host key");
    progress.warn("", {"some-id", "br_netfilter\x1b[2J", ""});
    progress.end("mesh0", Ending::kDone, "40 changes");
    progress.end("mesh1", Ending::kFailed, "no route to host");
    progress.set("nobody", "connecting");
  }
  EXPECT_EQ(pipe.text(),
            "mesh0: accepted its host key\n"
            "mesh: warning: br_netfilter\\x1b[2J\n"
            "mesh0: done 40 changes\n"
            "mesh1: failed: no route to host\n");
}

TEST(Progress, WritesALineForEachStepOnDemand) {
  const auto told = [](ProgressMode mode, bool verbose) {
    Pipe pipe;
    {
      Progress progress(mode, {"mesh0"}, pipe.fd(), verbose);
      progress.set("mesh0", "connecting");
      progress.set("mesh0", "applying", 1, 40);
      progress.set("mesh0", "applying", 2, 40);
      progress.end("mesh0", Ending::kDone);
    }
    return pipe.text();
  };
  const std::string steps = "mesh0: connecting\nmesh0: applying\nmesh0: done\n";
  EXPECT_EQ(told(ProgressMode::kAuto, true), steps);
  EXPECT_EQ(told(ProgressMode::kPlain, false), steps);
  EXPECT_EQ(told(ProgressMode::kAuto, false), "mesh0: done\n");
}

TEST(Progress, TellsAnErrorAtOnceAndOnce) {
  Pipe pipe;
  {
    Progress progress(ProgressMode::kPlain, {"n0", "n3"}, pipe.fd());
    progress.set("n0", "connecting");
    progress.fail("n3", {"n3", "connect", "connection refused", "make it reachable"});
    progress.end("n3", Ending::kFailed);
    progress.end("n0", Ending::kNotStarted, "n3 is unreachable");
  }
  EXPECT_EQ(pipe.text(),
            "n0: connecting\n"
            "mesh: n3: connect: connection refused\n"
            "  cure: make it reachable\n"
            "n0: not started: n3 is unreachable\n");
}

TEST(Progress, TellsErrorsToProgramsAndWhenItIsQuiet) {
  Pipe json;
  {
    Progress progress(ProgressMode::kJson, {"n3"}, json.fd());
    progress.fail("n3", {"n3", "connect", "refused", ""});
    progress.end("n3", Ending::kNotStarted, "x");
  }
  EXPECT_EQ(untimed(json.text()),
            "{\"format_version\":1,\"event\":\"error\",\"node\":\"n3\",\"step\":\"connect\","
            "\"message\":\"refused\"}\n"
            "{\"format_version\":1,\"event\":\"end\",\"node\":\"n3\",\"ending\":\"not_started\","
            "\"text\":\"x\"}\n");
  Pipe quiet;
  {
    Progress progress(ProgressMode::kQuiet, {"n3"}, quiet.fd());
    progress.fail("n3", {"n3", "connect", "refused", ""});
  }
  EXPECT_EQ(quiet.text(), "mesh: n3: connect: refused\n");
}

TEST(Progress, WritesJsonLinesForPrograms) {
  Pipe pipe;
  {
    Progress progress(ProgressMode::kJson, {"a"}, pipe.fd());
    progress.set("a", "applying", 1, 2);
    progress.set("a", "measuring", 43, 100);
    progress.warn("a", {"some-id", "x", ""});
    progress.end("a", Ending::kSkipped, "unreachable");
  }
  EXPECT_EQ(
      untimed(pipe.text()),
      R"({"format_version":1,"event":"progress","node":"a","activity":"applying","done":1,"total":2}
{"format_version":1,"event":"progress","node":"a","activity":"measuring","done":43,"total":100}
{"format_version":1,"event":"warning","id":"some-id","node":"a","text":"x"}
{"format_version":1,"event":"end","node":"a","ending":"skipped","text":"unreachable"}
)");
}

TEST(Progress, CountsBytesForPrograms) {
  Pipe pipe;
  {
    Progress progress(ProgressMode::kJson, {"mesh0"}, pipe.fd());
    progress.set_bytes("mesh0", "sending the agent", 65536, 1000000);
  }
  EXPECT_EQ(
      untimed(pipe.text()),
      R"({"format_version":1,"event":"progress","node":"mesh0","activity":"sending the agent",)"
      R"("done":65536,"total":1000000,"unit":"bytes"})"
      "\n");
}

TEST(Progress, QuietLeavesWarnings) {
  Pipe pipe;
  {
    Progress progress(ProgressMode::kQuiet, {"a"}, pipe.fd());
    progress.set("a", "connecting");
    progress.note("a", "x");
    progress.warn("a", {"some-id", "y", ""});
    progress.end("a", Ending::kDone);
  }
  EXPECT_EQ(pipe.text(), "mesh: warning: a: y\n");
}

// A terminal of a given size, with just enough of one behind it to know what is on its screen. It
// does not scroll back: a cursor that is moved above the first line stays there, as on a real one.
class Terminal {
 public:
  Terminal(unsigned short rows, unsigned short columns) : rows_(rows) {
    const winsize size{rows, columns, 0, 0};
    int master = -1;
    int slave = -1;
    if (openpty(&master, &slave, nullptr, nullptr, &size) != 0) { std::abort(); }
    master_.reset(master);
    slave_.reset(slave);
    setenv("TERM", "xterm", 1);
    unsetenv("NO_COLOR");
  }

  int fd() const { return slave_.get(); }

  void resize(unsigned short rows, unsigned short columns) {
    rows_ = rows;
    const winsize size{rows, columns, 0, 0};
    if (ioctl(master_.get(), TIOCSWINSZ, &size) != 0) { std::abort(); }
  }

  // Everything written so far, also what has scrolled away; colours left out.
  const std::vector<std::string>& lines() {
    pollfd ready{master_.get(), POLLIN, 0};
    char buffer[4096];
    while (poll(&ready, 1, 0) == 1) {
      const ssize_t got = read(master_.get(), buffer, sizeof buffer);
      if (got <= 0) { break; }
      raw_.append(buffer, static_cast<std::size_t>(got));
    }
    play();
    return screen_;
  }

  // Waits until `line` is on the screen.
  bool shows(const std::string& line) {
    for (int i = 0; i < 500; ++i) {
      const auto& now = lines();
      if (std::ranges::any_of(now, [&](const auto& each) { return each.starts_with(line); })) {
        return true;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

  const std::string& raw() const { return raw_; }
  std::size_t widest() const { return widest_; }

 private:
  void play() {
    while (at_ < raw_.size()) {
      const char c = raw_[at_];
      if (c == '\x1b') {
        const std::size_t end = raw_.find_first_of("ABJKm", at_ + 2);
        if (end == std::string::npos) { return; }
        obey(raw_[end], std::atoi(raw_.c_str() + at_ + 2));
        at_ = end + 1;
        continue;
      }
      ++at_;
      if (c == '\r') {
        column_ = 0;
      } else if (c == '\n') {
        if (++row_ - top_ >= rows_) { ++top_; }
        if (row_ >= screen_.size()) { screen_.resize(row_ + 1); }
      } else {
        if (row_ >= screen_.size()) { screen_.resize(row_ + 1); }
        screen_[row_].resize(std::max(screen_[row_].size(), column_ + 1));
        screen_[row_][column_++] = c;
        widest_ = std::max(widest_, column_);
      }
    }
    while (!screen_.empty() && screen_.back().empty()) { screen_.pop_back(); }
  }

  void obey(char command, int count) {
    if (command == 'A') {
      row_ = std::max(row_ - std::min<std::size_t>(row_, static_cast<std::size_t>(count)), top_);
    }
    if (command == 'K' && row_ < screen_.size()) {
      screen_[row_].resize(std::min(screen_[row_].size(), column_));
    }
    if (command == 'J' && row_ < screen_.size()) {
      screen_[row_].resize(std::min(screen_[row_].size(), column_));
      screen_.resize(row_ + 1);
    }
  }

  UniqueFd master_;
  UniqueFd slave_;
  std::size_t rows_;

  std::string raw_;
  std::size_t at_ = 0;
  std::vector<std::string> screen_;
  std::size_t row_ = 0;
  std::size_t column_ = 0;
  std::size_t top_ = 0;
  std::size_t widest_ = 0;
};

TEST(Progress, KeepsALiveLinePerNodeOnATerminal) {
  Terminal terminal(24, 80);
  Progress progress(ProgressMode::kAuto, {"mesh0", "m1"}, terminal.fd());
  EXPECT_EQ(progress.mode(), ProgressMode::kTty);
  progress.set("mesh0", "measuring", 43, 100);
  EXPECT_TRUE(terminal.shows("mesh0  measuring 43/100"));
  progress.set("mesh0", "applying", 12, 40);
  progress.note("", "a line that stays");
  EXPECT_TRUE(terminal.shows("mesh0  applying 12/40"));
  progress.end("mesh0", Ending::kDone, "14 changes");
  progress.end("m1", Ending::kFailed, "refused");
  progress.close(true);
  EXPECT_THAT(terminal.lines(),
              ElementsAre("a line that stays", "mesh0  done 14 changes", "m1     failed: refused"));
  EXPECT_THAT(terminal.raw(), HasSubstr("\x1b[31mm1"));
  EXPECT_THAT(terminal.raw(), Not(HasSubstr("\x1b[?25")));  // the cursor is left alone
}

TEST(Progress, CountsBytesInABar) {
  Terminal terminal(24, 80);
  Progress progress(ProgressMode::kTty, {"mesh0"}, terminal.fd());
  progress.set_bytes("mesh0", "sending the agent", 0, 1048576);
  EXPECT_TRUE(terminal.shows("mesh0  sending the agent [          ] 0/1.0M"));
  progress.set_bytes("mesh0", "sending the agent", 524288, 1048576);
  EXPECT_TRUE(terminal.shows("mesh0  sending the agent [=====     ] 512K/1.0M"));
}

TEST(Progress, MakesRoomForAPromptAndForResults) {
  Terminal terminal(24, 80);
  Progress progress(ProgressMode::kTty, {"a", "b"}, terminal.fd());
  progress.set("a", "connecting");
  EXPECT_TRUE(terminal.shows("a  connecting"));
  progress.pause();
  EXPECT_THAT(terminal.lines(), ElementsAre());
  progress.warn("b", {"some-id", "told while a prompt is open", ""});
  progress.set("a", "planning");
  EXPECT_THAT(terminal.lines(), ElementsAre());
  progress.resume();
  EXPECT_TRUE(terminal.shows("a  planning"));
  progress.close(false);
  EXPECT_THAT(terminal.lines(), ElementsAre("mesh: warning: b: told while a prompt is open"));
}

TEST(Progress, FitsANarrowTerminal) {
  Terminal terminal(24, 20);
  Progress progress(ProgressMode::kTty, {"mesh0"}, terminal.fd());
  progress.set("mesh0", "waiting for spanning tree");
  EXPECT_TRUE(terminal.shows("mesh0  waiting for…"));
  terminal.resize(24, 14);
  EXPECT_TRUE(terminal.shows("mesh0  waiti…"));
  progress.close(true);
  EXPECT_LE(terminal.widest(), 21U);  // octets: "…" is three
}

TEST(Progress, FitsALowTerminalAndShowsWhoIsAtWork) {
  Terminal terminal(5, 80);
  std::vector<std::string> nodes;
  for (int i = 0; i < 30; ++i) { nodes.push_back(fmt::format("n{:02}", i)); }
  Progress progress(ProgressMode::kTty, nodes, terminal.fd());
  for (const std::string& node : nodes) { progress.set(node, "connecting"); }
  for (int i = 0; i < 25; ++i) { progress.end(nodes[static_cast<std::size_t>(i)], Ending::kDone); }
  progress.end("n07", Ending::kFailed, "refused");
  EXPECT_TRUE(terminal.shows("n25  connecting"));
  EXPECT_TRUE(terminal.shows("… and 27 more, 24 of them done"));
  for (int i = 25; i < 30; ++i) { progress.end(nodes[static_cast<std::size_t>(i)], Ending::kDone); }
  progress.close(true);
  EXPECT_THAT(terminal.lines(),
              ElementsAre("n00  done", "n01  done", "n07  failed: refused",
                          testing::MatchesRegex(
                              "… and 27 more, 27 of them done; [0-9]+ s since the start")));
}

TEST(Progress, WritesNothingWhileNothingChanges) {
  Terminal terminal(24, 80);
  Progress progress(ProgressMode::kTty, {"a"}, terminal.fd());
  progress.set("a", "connecting");
  EXPECT_TRUE(terminal.shows("a  connecting"));
  const std::size_t written = terminal.raw().size();
  std::this_thread::sleep_for(std::chrono::milliseconds(350));  // several frames
  terminal.lines();
  EXPECT_EQ(terminal.raw().size(), written);
}

TEST(Progress, HonoursNoColor) {
  Terminal terminal(24, 80);
  setenv("NO_COLOR", "1", 1);
  {
    Progress progress(ProgressMode::kTty, {"a"}, terminal.fd());
    progress.end("a", Ending::kDone);
  }
  unsetenv("NO_COLOR");
  EXPECT_THAT(terminal.lines(), ElementsAre("a  done"));
  EXPECT_THAT(terminal.raw(), Not(HasSubstr("\x1b[32m")));
}

TEST(Progress, IsCalledFromManyThreads) {
  Terminal terminal(24, 80);
  std::vector<std::string> nodes;
  for (int i = 0; i < 8; ++i) { nodes.push_back(fmt::format("n{}", i)); }
  {
    Progress progress(ProgressMode::kTty, nodes, terminal.fd());
    std::vector<std::thread> threads;
    for (const std::string& node : nodes) {
      threads.emplace_back([&progress, node] {
        for (unsigned i = 0; i <= 100; ++i) { progress.set(node, "measuring", i, 100); }
        progress.end(node, Ending::kDone);
      });
    }
    for (std::thread& thread : threads) { thread.join(); }
  }
  EXPECT_THAT(terminal.lines(), SizeIs(8));
  EXPECT_THAT(terminal.lines(), Each(HasSubstr("done")));
}

}  // namespace
}  // namespace wgmesh::progress_test
