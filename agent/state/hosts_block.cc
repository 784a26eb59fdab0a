#include "agent/state/hosts_block.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include "agent/text/messages.h"

namespace wgmesh {
namespace {

constexpr std::string_view kBeginMark = "# BEGIN wgmesh ";
constexpr std::string_view kEndMark = "# END wgmesh ";

// What the first mark says behind the mesh's name. The last two tell how the text was before the block.
constexpr std::string_view kPlain = ": wgmesh-agent writes these lines";
constexpr std::string_view kLineWasOpen =
    ": wgmesh-agent writes these lines; the line above them had no end";
constexpr std::string_view kFileWasNot =
    ": wgmesh-agent writes these lines; there was no file before";

// A line of the text, without its end.
struct Line {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t next = 0;  // where the line after it begins
};

std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t found = text.find('\n', begin);
    const std::size_t end = std::min(found, text.size());
    const std::size_t next = std::min(end + 1, text.size());
    lines.push_back({begin, end, next});
    begin = next;
  }
  return lines;
}

// Editors leave blanks and carriage returns behind.
std::string_view words_of(std::string_view text, const Line& line) {
  const std::string_view words = text.substr(line.begin, line.end - line.begin);
  return words.substr(0, words.find_last_not_of(" \t\r") + 1);
}

bool is_begin(std::string_view words, std::string_view mesh) {
  if (!words.starts_with(kBeginMark)) { return false; }
  words.remove_prefix(kBeginMark.size());
  return words.starts_with(mesh) && (words.size() == mesh.size() || words[mesh.size()] == ':');
}

bool is_end(std::string_view words, std::string_view mesh) {
  return words.starts_with(kEndMark) && words.substr(kEndMark.size()) == mesh;
}

bool is_any_mark(std::string_view words) {
  return words.starts_with(kBeginMark) || words.starts_with(kEndMark);
}

std::string begin_line(const std::string& mesh, std::string_view remark) {
  return std::string(kBeginMark) + mesh + std::string(remark) + '\n';
}

std::string joined(const std::vector<std::string>& lines) {
  std::string all;
  for (const std::string& line : lines) { all += line + '\n'; }
  return all;
}

// The marks of a block that is there and whole.
struct Marks {
  Line begin;
  Line end;
};

struct MarksFound {
  std::vector<std::size_t> begins;  // indices of lines
  std::vector<std::size_t> ends;
};

MarksFound marks_in(std::string_view text, const std::vector<Line>& lines, std::string_view mesh) {
  MarksFound found;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string_view words = words_of(text, lines[i]);
    if (is_begin(words, mesh)) { found.begins.push_back(i); }
    if (is_end(words, mesh)) { found.ends.push_back(i); }
  }
  return found;
}

std::optional<Marks> find_marks(std::string_view text, std::string_view mesh) {
  const std::vector<Line> lines = lines_of(text);
  const MarksFound found = marks_in(text, lines, mesh);
  if (found.begins.empty() || found.ends.empty()) { return std::nullopt; }
  return Marks{lines[found.begins.front()], lines[found.ends.front()]};
}

// How the text was before a block is kept by the block behind it, if that block goes later.
void hand_on(std::string_view remark, std::string& rest) {
  const std::vector<Line> lines = lines_of(rest);
  if (lines.empty()) { return; }
  const std::string_view words = words_of(rest, lines.front());
  if (!words.starts_with(kBeginMark) || !words.ends_with(kPlain)) { return; }
  rest.replace(words.size() - kPlain.size(), kPlain.size(), remark);
}

}  // namespace

std::optional<Said> find_hosts_damage(const std::string& text, const std::string& mesh) {
  const std::vector<Line> lines = lines_of(text);
  const auto [begins, ends] = marks_in(text, lines, mesh);
  const std::string begin = std::string(kBeginMark) + mesh;
  const std::string end = std::string(kEndMark) + mesh;
  if (begins.empty() && ends.empty()) { return std::nullopt; }
  if (begins.size() > 1 || ends.size() > 1) {
    return say<"hosts-block-damaged">("more than one block", begin, end);
  }
  if (ends.empty()) {
    return say<"hosts-block-damaged">("a block without its last line", begin, end);
  }
  if (begins.empty()) {
    return say<"hosts-block-damaged">("a block without its first line", begin, end);
  }
  if (ends.front() < begins.front()) {
    return say<"hosts-block-damaged">("a block whose last line comes first", begin, end);
  }
  for (std::size_t i = begins.front() + 1; i < ends.front(); ++i) {
    if (!is_any_mark(words_of(text, lines[i]))) { continue; }
    return say<"hosts-block-damaged">("another block in the block", begin, end);
  }
  return std::nullopt;
}

std::optional<HostsBlock> find_hosts_block(const std::string& text, const std::string& mesh) {
  const auto marks = find_marks(text, mesh);
  if (!marks) { return std::nullopt; }
  HostsBlock block{mesh, {}};
  const std::string inside = text.substr(marks->begin.next, marks->end.begin - marks->begin.next);
  for (const Line& line : lines_of(inside)) {
    block.lines.push_back(inside.substr(line.begin, line.end - line.begin));
  }
  return block;
}

std::string with_hosts_block(const std::optional<std::string>& text, const HostsBlock& block) {
  const std::string inside = joined(block.lines);
  const std::string end = std::string(kEndMark) + block.mesh + '\n';
  if (!text) { return begin_line(block.mesh, kFileWasNot) + inside + end; }
  if (const auto marks = find_marks(*text, block.mesh)) {
    return text->substr(0, marks->begin.next) + inside + text->substr(marks->end.begin);
  }
  const bool is_open = !text->empty() && !text->ends_with('\n');
  return *text + (is_open ? "\n" : "") + begin_line(block.mesh, is_open ? kLineWasOpen : kPlain) +
         inside + end;
}

std::optional<std::string> without_hosts_block(const std::string& text, const std::string& mesh) {
  const auto marks = find_marks(text, mesh);
  if (!marks) { return text; }
  const std::string_view first = words_of(text, marks->begin);
  std::string before = text.substr(0, marks->begin.begin);
  std::string rest = text.substr(marks->end.next);
  for (const std::string_view remark : {kLineWasOpen, kFileWasNot}) {
    if (first.ends_with(remark)) { hand_on(remark, rest); }
  }
  if (first.ends_with(kFileWasNot) && before.empty() && rest.empty()) { return std::nullopt; }
  if (first.ends_with(kLineWasOpen) && before.ends_with('\n') && rest.empty()) {
    before.pop_back();
  }
  return before + rest;
}

}  // namespace wgmesh
