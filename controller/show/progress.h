// How far each node has come, told on stderr while work goes on: a live line per node on a
// terminal, one line per node at its end elsewhere, one JSON object per line for programs. Threads call it as
// they like. The cursor is never hidden and always rests below the live lines, so nothing has to be
// restored when the process ends, however it ends.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "common/said.h"
#include "controller/show/progress_mode.h"
#include "controller/show/render_error.h"

namespace wgmesh {

enum class Ending : std::uint8_t {
  kDone,
  kFailed,
  kSkipped,
  kNotStarted,  // nothing was begun on it, because of another
  kUndone,
};

class Progress {
 public:
  // kAuto becomes kTty or kPlain by what `fd` is; there a line for each step is only told when `verbose`. `fd` stays the
  // caller's.
  Progress(ProgressMode mode, const std::vector<std::string>& nodes, int fd = 2,
           bool verbose = false);
  ~Progress();  // close(true)
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // What a node is doing: "connecting", "planning", "waiting for spanning tree".
  void set(std::string_view node, std::string_view activity);
  // ... and how much of it is done: "applying 12/40". Counts alone make no new line outside a
  // terminal.
  void set(std::string_view node, std::string_view activity, std::size_t done, std::size_t total);
  // The same of bytes: "sending the agent [====      ] 410K/1.0M".
  void set_bytes(std::string_view node, std::string_view activity, std::size_t done,
                 std::size_t total);
  // The node's last word: "14 changes", "unreachable: connection refused".
  void end(std::string_view node, Ending ending, std::string_view text = {});

  // A line that stays, about one node or (empty) about the mesh. Notes are left out when quiet.
  void note(std::string_view node, std::string_view text);
  void warn(std::string_view node, const Said& said);
  // An error, at once and in full. Ends the line of `node`, where it is one, without a word of its
  // own.
  void fail(std::string_view node, const ErrorReport& error);

  // Takes the live lines away while somebody else owns the terminal, a password prompt say.
  void pause();
  void resume();

  // Stops for good; the last live lines stay on the screen or are taken away. Twice does no harm.
  void close(bool keep_lines);

  ProgressMode mode() const { return mode_; }

 private:
  struct Amount {
    std::size_t done = 0;
    std::size_t total = 0;  // 0: not counted
    bool of_bytes = false;
    bool operator==(const Amount&) const = default;
  };
  struct Line {
    std::string node;
    std::string activity = {};  // with an ending: its text
    Amount amount = {};
    std::optional<Ending> ending = {};
    std::chrono::steady_clock::time_point since;  // of the activity
  };

  void update(std::string_view node, std::string_view activity, Amount amount);
  void tell(std::string_view kind, std::string_view node, const Said& said);
  void put_lines(std::string_view lines);
  void run_ticker();
  // All of these under the lock.
  static std::string amount_text(const Amount& amount);
  std::string activity_text(const Line& line) const;
  std::string line_text(const Line& line, std::size_t columns) const;
  std::vector<std::string> frame() const;
  void draw(std::string_view above);
  void erase();

  const int fd_;
  const ProgressMode mode_;
  const bool tells_steps_;  // in kPlain
  const bool color_;
  const std::chrono::steady_clock::time_point started_;
  std::size_t name_width_ = 0;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Line> lines_;
  std::vector<std::string> drawn_;  // live lines on the screen, above the cursor
  std::string held_;                // told while paused
  int paused_ = 0;
  bool closed_ = false;
  std::thread ticker_;  // draws at a steady pace, however many events there are
};

}  // namespace wgmesh
