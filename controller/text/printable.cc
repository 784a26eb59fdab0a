#include "controller/text/printable.h"

#include <fmt/format.h>

#include <algorithm>

#include "controller/text/invisible.h"

namespace wgmesh {
namespace {

constexpr std::ptrdiff_t kMostLines = 40;

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// The length of the well-formed code point that `text` begins with; 0: there is none. C1 controls,
// which some terminals obey, and surrogates count as ill-formed, as do forms longer than need be.
std::size_t code_point_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) { return 1; }
  const std::size_t length = lead < 0xc2   ? 0
                             : lead < 0xe0 ? 2
                             : lead < 0xf0 ? 3
                             : lead < 0xf5 ? 4
                                           : 0;
  if (length == 0 || text.size() < length) { return 0; }
  for (std::size_t i = 1; i < length; ++i) {
    if (!is_continuation(text[i])) { return 0; }
  }
  const auto second = static_cast<unsigned char>(text[1]);
  if ((lead == 0xc2 && second < 0xa0) || (lead == 0xe0 && second < 0xa0) ||
      (lead == 0xed && second >= 0xa0) || (lead == 0xf0 && second < 0x90) ||
      (lead == 0xf4 && second >= 0x90)) {
    return 0;
  }
  return length;
}

// Of a well-formed code point.
char32_t code_point_of(std::string_view octets) {
  const auto lead = static_cast<unsigned char>(octets[0]);
  if (octets.size() == 1) { return lead; }
  char32_t code_point = lead & (0x7fU >> octets.size());
  for (const char c : octets.substr(1)) {
    code_point = code_point << 6 | (static_cast<unsigned char>(c) & 0x3fU);
  }
  return code_point;
}

}  // namespace

std::string printable(std::string_view text, bool keep_newlines) {
  std::string out;
  while (!text.empty()) {
    const auto lead = static_cast<unsigned char>(text[0]);
    const std::size_t length = code_point_length(text);
    if (lead == '\t') {
      out += ' ';
    } else if (lead == '\n' && keep_newlines) {
      out += '\n';
    } else if (length == 0 || lead < 0x20 || lead == 0x7f) {
      out += fmt::format("\\x{:02x}", lead);
    } else {
      const char32_t code_point = code_point_of(text.substr(0, length));
      if (is_invisible(code_point)) {
        out += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(code_point));
      } else {
        out += text.substr(0, length);
      }
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

std::string printable_lines(std::string_view text) {
  while (text.ends_with('\n')) { text.remove_suffix(1); }
  std::string out;
  for (std::ptrdiff_t lines = 1;; ++lines) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out += printable(text.substr(0, end));
    if (end == text.size()) { return out; }
    text.remove_prefix(end + 1);
    out += "\n  | ";
    if (lines == kMostLines) {
      return out + fmt::format("… and {} lines more", std::ranges::count(text, '\n') + 1);
    }
  }
}

std::string shortened(std::string_view text, std::size_t octets) {
  if (text.size() <= octets) { return std::string(text); }
  std::size_t end = octets;
  while (end > 0 && is_continuation(text[end])) { --end; }
  return fmt::format("{}… ({} octets more)", text.substr(0, end), text.size() - end);
}

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  for (const char c : text) { columns += is_continuation(c) ? 0 : 1; }
  return columns;
}

std::string cut_to(std::string_view text, std::size_t columns) {
  if (columns_of(text) <= columns) { return std::string(text); }
  if (columns == 0) { return {}; }
  std::size_t end = 0;
  for (std::size_t seen = 0; end < text.size(); ++end) {
    if (!is_continuation(text[end]) && seen++ == columns - 1) { break; }
  }
  return std::string(text.substr(0, end)) + "…";
}

}  // namespace wgmesh
