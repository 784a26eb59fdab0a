#include "controller/show/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "controller/show/amounts.h"
#include "controller/show/event_line.h"
#include "controller/show/output.h"
#include "controller/show/screen.h"
#include "controller/show/told.h"
#include "controller/text/printable.h"

namespace wgmesh {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kFrameTime = std::chrono::milliseconds(100);
constexpr std::size_t kBarCells = 10;
constexpr auto kShowElapsedAfter = std::chrono::seconds(3);

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

ProgressMode resolve(ProgressMode mode, int fd) {
  if (mode != ProgressMode::kAuto) { return mode; }
  const bool dumb = !is_set("TERM") || std::string_view(std::getenv("TERM")) == "dumb";
  return isatty(fd) == 1 && !dumb ? ProgressMode::kTty : ProgressMode::kPlain;
}

std::string_view word(Ending ending) {
  switch (ending) {
    case Ending::kDone:
      return "done";
    case Ending::kFailed:
      return "failed";
    case Ending::kSkipped:
      return "skipped";
    case Ending::kNotStarted:
      return "not started";
    case Ending::kUndone:
      return "undone";
  }
  return {};
}

std::string_view color(Ending ending) {
  switch (ending) {
    case Ending::kDone:
      return "\x1b[32m";
    case Ending::kFailed:
      return "\x1b[31m";
    case Ending::kSkipped:
    case Ending::kNotStarted:
    case Ending::kUndone:
      return "\x1b[33m";
  }
  return {};
}

// In one write where the kernel takes it, so that no half-drawn frame is ever seen. A stderr that
// is gone is no reason to stop working.
void write_all(int fd, std::string_view text) { static_cast<void>(write_whole(fd, text)); }

}  // namespace

Progress::Progress(ProgressMode mode, const std::vector<std::string>& nodes, int fd, bool verbose)
    : fd_(fd),
      mode_(resolve(mode, fd)),
      tells_steps_(verbose || mode == ProgressMode::kPlain),
      color_(mode_ == ProgressMode::kTty && !is_set("NO_COLOR")),
      started_(Clock::now()) {
  for (const std::string& node : nodes) {
    lines_.push_back({.node = node, .since = Clock::now()});
    name_width_ = std::max(name_width_, columns_of(node));
  }
  if (mode_ == ProgressMode::kTty) {
    ticker_ = std::thread([this] { run_ticker(); });
  }
}

Progress::~Progress() { close(true); }

void Progress::set(std::string_view node, std::string_view activity) { update(node, activity, {}); }

void Progress::set(std::string_view node, std::string_view activity, std::size_t done,
                   std::size_t total) {
  update(node, activity, {done, total});
}

void Progress::set_bytes(std::string_view node, std::string_view activity, std::size_t done,
                         std::size_t total) {
  update(node, activity, {done, total, true});
}

void Progress::update(std::string_view node, std::string_view activity, Amount amount) {
  const std::lock_guard lock(mutex_);
  const auto line =
      std::ranges::find_if(lines_, [&](const Line& candidate) { return candidate.node == node; });
  if (line == lines_.end() || closed_) { return; }
  const bool is_new = line->activity != activity || line->ending;
  if (!is_new && line->amount == amount) { return; }
  if (is_new) { line->since = Clock::now(); }
  line->activity = activity;
  line->amount = amount;
  line->ending.reset();
  if (mode_ == ProgressMode::kPlain && is_new && tells_steps_) {
    write_all(fd_, fmt::format("{}: {}\n", printable(node), printable(activity)));
  } else if (mode_ == ProgressMode::kJson) {
    nlohmann::ordered_json fields = {{"node", node}, {"activity", activity}};
    if (amount.total > 0) { fields.update({{"done", amount.done}, {"total", amount.total}}); }
    if (amount.of_bytes) { fields["unit"] = "bytes"; }
    write_all(fd_, event_line("progress", fields));
  }
}

void Progress::end(std::string_view node, Ending ending, std::string_view text) {
  const std::lock_guard lock(mutex_);
  const auto line =
      std::ranges::find_if(lines_, [&](const Line& candidate) { return candidate.node == node; });
  if (line == lines_.end() || closed_) { return; }
  // Its error was told and says more.
  const bool is_told = line->ending == ending && text.empty();
  line->activity = text;
  line->amount = {};
  line->ending = ending;
  if (mode_ == ProgressMode::kPlain && is_told) { return; }
  if (mode_ == ProgressMode::kPlain) {
    write_all(fd_, fmt::format("{}: {}\n", printable(node), activity_text(*line)));
  } else if (mode_ == ProgressMode::kJson) {
    std::string name(word(ending));
    std::ranges::replace(name, ' ', '_');
    write_all(fd_, event_line("end", {{"node", node}, {"ending", name}, {"text", text}}));
  }
}

void Progress::note(std::string_view node, std::string_view text) {
  tell("note", node, {{}, std::string(text), {}});
}

void Progress::warn(std::string_view node, const Said& said) {
  keep_told(ToldWarning{std::string(node), said});
  tell("warning", node, said);
}

void Progress::tell(std::string_view kind, std::string_view node, const Said& said) {
  const std::lock_guard lock(mutex_);
  if (mode_ == ProgressMode::kQuiet && kind == "note") { return; }
  if (mode_ == ProgressMode::kJson) {
    nlohmann::ordered_json fields = nlohmann::ordered_json::object();
    if (!said.id.empty()) { fields["id"] = said.id; }
    fields.update({{"node", node}, {"text", said.text}});
    if (!said.cure.empty()) { fields["cure"] = said.cure; }
    write_all(fd_, event_line(kind, fields));
    return;
  }
  std::string line = kind == "warning" ? "mesh: warning: " : "";
  if (!node.empty()) { line += printable(node) + ": "; }
  line += printable(said.text) + '\n';
  if (!said.cure.empty()) { line += "  cure: " + printable(said.cure) + '\n'; }
  put_lines(line);
}

void Progress::fail(std::string_view node, const ErrorReport& error) {
  keep_told(error);
  const std::lock_guard lock(mutex_);
  const auto line =
      std::ranges::find_if(lines_, [&](const Line& candidate) { return candidate.node == node; });
  if (line != lines_.end() && !closed_) {
    line->activity.clear();
    line->amount = {};
    line->ending = Ending::kFailed;
  }
  put_lines(mode_ == ProgressMode::kJson ? render_error_json(error) : render_error(error));
}

// Above the live lines.
void Progress::put_lines(std::string_view lines) {
  if (paused_ > 0) {
    held_ += lines;
  } else if (mode_ == ProgressMode::kTty && !closed_) {
    draw(lines);
  } else {
    write_all(fd_, lines);
  }
}

void Progress::pause() {
  const std::lock_guard lock(mutex_);
  if (paused_++ == 0) { erase(); }
}

void Progress::resume() {
  const std::lock_guard lock(mutex_);
  if (--paused_ > 0 || held_.empty()) { return; }
  write_all(fd_, std::exchange(held_, {}));
}

void Progress::close(bool keep_lines) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) { return; }
    closed_ = true;
    if (mode_ == ProgressMode::kTty && paused_ == 0) { keep_lines ? draw({}) : erase(); }
    if (!held_.empty()) { write_all(fd_, std::exchange(held_, {})); }
  }
  wake_.notify_all();
  if (ticker_.joinable()) { ticker_.join(); }
}

void Progress::run_ticker() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, kFrameTime, [this] { return closed_; })) {
    if (paused_ > 0) { continue; }
    try {
      draw({});
    } catch (const std::bad_alloc&) {
      // The next frame may fit.
    }
  }
}

std::string Progress::amount_text(const Amount& amount) {
  if (!amount.of_bytes) { return fmt::format("{}/{}", amount.done, amount.total); }
  const std::size_t cells = std::min(kBarCells, amount.done * kBarCells / amount.total);
  return fmt::format("[{:<{}}] {}/{}", std::string(cells, '='), kBarCells,
                     bytes_text(static_cast<double>(amount.done)),
                     bytes_text(static_cast<double>(amount.total)));
}

std::string Progress::activity_text(const Line& line) const {
  if (line.ending) {
    std::string text(word(*line.ending));
    if (line.activity.empty()) { return text; }
    return text + (*line.ending == Ending::kDone ? " " : ": ") + printable(line.activity);
  }
  std::string text = line.activity.empty() ? "waiting" : printable(line.activity);
  if (line.amount.total > 0) { text += " " + amount_text(line.amount); }
  const auto elapsed = Clock::now() - line.since;
  if (mode_ == ProgressMode::kTty && elapsed >= kShowElapsedAfter) {
    text +=
        fmt::format(" ({} s)", std::chrono::duration_cast<std::chrono::seconds>(elapsed).count());
  }
  return text;
}

std::string Progress::line_text(const Line& line, std::size_t columns) const {
  const std::string name = printable(line.node);
  const std::size_t padding = name_width_ - std::min(name_width_, columns_of(name));
  const std::string text =
      cut_to(name + std::string(padding + 2, ' ') + activity_text(line), columns);
  if (!color_ || !line.ending) { return text; }
  return std::string(color(*line.ending)) + text + "\x1b[0m";
}

// The lines to show. Where there are more nodes than rows: those at work, the slowest first, then those that failed, then
// the others; what is chosen stands in the order of the mesh file. One line counts the rest and tells the time.
std::vector<std::string> Progress::frame() const {
  const ScreenSize size = screen_size(fd_);
  const std::size_t columns = size.columns;
  const std::size_t rows = size.room();

  std::vector<std::string> shown;
  if (lines_.size() <= rows) {
    for (const Line& line : lines_) { shown.push_back(line_text(line, columns)); }
    return shown;
  }
  const auto rank = [](const Line& line) {
    return !line.ending ? 0 : *line.ending == Ending::kDone ? 2 : 1;
  };
  std::vector<const Line*> order;
  for (const Line& line : lines_) { order.push_back(&line); }
  const auto cut = order.begin() + static_cast<std::ptrdiff_t>(rows - 1);
  std::ranges::stable_sort(order, [&](const Line* a, const Line* b) {
    if (rank(*a) != rank(*b)) { return rank(*a) < rank(*b); }
    return !a->ending && a->since < b->since;
  });
  std::sort(order.begin(), cut);  // by place in lines_
  for (auto line = order.begin(); line != cut; ++line) {
    shown.push_back(line_text(**line, columns));
  }
  const auto done =
      std::count_if(cut, order.end(), [&](const Line* line) { return rank(*line) == 2; });
  const auto elapsed = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - started_);
  shown.push_back(cut_to(fmt::format("… and {} more, {} of them done; {} s since the start",
                                     order.end() - cut, done, elapsed.count()),
                         columns));
  return shown;
}

void Progress::draw(std::string_view above) {
  const std::vector<std::string> lines = frame();
  if (above.empty() && lines == drawn_) { return; }
  std::string out;
  if (!drawn_.empty()) { out += fmt::format("\x1b[{}A\r", drawn_.size()); }
  // Each line is overwritten and only its rest erased: nothing is ever blank in between.
  for (const char c : above) { out += c == '\n' ? std::string("\x1b[K\n") : std::string(1, c); }
  for (const std::string& line : lines) { out += line + "\x1b[K\n"; }
  out += "\x1b[J";
  write_all(fd_, out);
  drawn_ = lines;
}

void Progress::erase() {
  if (drawn_.empty()) { return; }
  write_all(fd_, fmt::format("\x1b[{}A\r\x1b[J", drawn_.size()));
  drawn_.clear();
}

}  // namespace wgmesh
