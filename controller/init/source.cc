#include "controller/init/source.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "common/error.h"
#include "controller/init/read_ansible.h"
#include "controller/init/read_containerlab.h"
#include "controller/init/read_meshconf.h"
#include "controller/init/read_ssh_config.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

// In the order of SourceFormat.
constexpr std::array<std::string_view, 4> kFormatWords = {"ansible", "meshconf", "containerlab",
                                                          "ssh-config"};

bool is_blank_or_comment(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t\r");
  return first == line.npos || line[first] == '#';
}

// True if a line that is no comment begins with `word` and one of `ends`. Where the case of letters does not count, blanks
// before the word do not count either.
bool has_line(std::string_view text, std::string_view word, std::string_view ends,
              bool ignores_case) {
  const auto is_same = [&](char a, char b) {
    return ignores_case ? (a | 0x20) == (b | 0x20) : a == b;
  };
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (is_blank_or_comment(line)) { continue; }
    if (ignores_case) { line.remove_prefix(line.find_first_not_of(" \t")); }
    if (line.size() <= word.size() || ends.find(line[word.size()]) == ends.npos) { continue; }
    if (std::ranges::equal(line.substr(0, word.size()), word, is_same)) { return true; }
  }
  return false;
}

std::string_view first_line(std::string_view text) {
  return text.substr(0, text.find_first_of("\r\n"));
}

}  // namespace

std::span<const std::string_view> source_format_words() { return kFormatWords; }

SourceName parse_source_name(std::string_view value) {
  const std::size_t colon = value.find(':');
  if (colon != value.npos) {
    const auto* const word = std::ranges::find(kFormatWords, value.substr(0, colon));
    if (word != kFormatWords.end()) {
      return {static_cast<SourceFormat>(word - kFormatWords.begin()),
              std::string(value.substr(colon + 1))};
    }
  }
  return {std::nullopt, std::string(value)};
}

std::optional<SourceFormat> guess_source_format(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos) { return std::nullopt; }
  if (text[first] == '{') { return SourceFormat::kAnsible; }
  const std::string_view head = first_line(text);
  const bool is_table = head.find("Name") != head.npos && head.find("Address") != head.npos &&
                        head.find(',') != head.npos;
  if (is_table) { return SourceFormat::kMeshconf; }
  if (has_line(text, "topology", ":", false)) { return SourceFormat::kContainerlab; }
  if (has_line(text, "host", " \t=", true)) { return SourceFormat::kSshConfig; }
  return std::nullopt;
}

Draft read_source(const SourceName& name, std::string_view text) {
  const auto format = name.format ? name.format : guess_source_format(text);
  if (!format) {
    throw Error(
        say<"init-format-unknown">(name.file, fmt::format("{}", fmt::join(kFormatWords, ", "))));
  }
  switch (*format) {
    case SourceFormat::kAnsible:
      return read_ansible(text, name.file);
    case SourceFormat::kMeshconf:
      return read_meshconf(text, name.file);
    case SourceFormat::kContainerlab:
      return read_containerlab(text, name.file);
    case SourceFormat::kSshConfig:
      break;
  }
  return read_ssh_config(text, name.file);
}

}  // namespace wgmesh
