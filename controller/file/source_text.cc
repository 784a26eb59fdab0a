#include "controller/file/source_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>

#include "controller/text/messages.h"

namespace wgmesh {
namespace {

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0u) == 0x80u; }

// The length in octets of the UTF-8 character that starts here; 0 where there is none (RFC 3629: no
// overlong forms, no surrogates, nothing above U+10FFFF).
std::size_t character_length(std::string_view text) {
  const auto octet = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const auto follow = [&](std::size_t count) {
    for (std::size_t i = 1; i <= count; ++i) {
      if ((octet(i) & 0xc0u) != 0x80u) { return false; }
    }
    return true;
  };
  const unsigned first = octet(0);
  if (first < 0x80) { return 1; }
  if (first >= 0xc2 && first <= 0xdf) { return follow(1) ? 2 : 0; }
  if (first >= 0xe0 && first <= 0xef) {
    if ((first == 0xe0 && octet(1) < 0xa0) || (first == 0xed && octet(1) > 0x9f)) { return 0; }
    return follow(2) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    if ((first == 0xf0 && octet(1) < 0x90) || (first == 0xf4 && octet(1) > 0x8f)) { return 0; }
    return follow(3) ? 4 : 0;
  }
  return 0;
}

// "\ud83d" at the start of `text`.
std::optional<std::uint32_t> escaped_unit(std::string_view text) {
  if (text.size() < 6 || text[0] != '\\' || text[1] != 'u') { return std::nullopt; }
  std::uint32_t unit = 0;
  const char* end = text.data() + 6;
  const auto result = std::from_chars(text.data() + 2, end, unit, 16);
  if (result.ec != std::errc() || result.ptr != end) { return std::nullopt; }
  return unit;
}

// "\ud83d\ude00" at the start of `text`.
std::optional<std::uint32_t> escaped_pair(std::string_view text) {
  const auto high = escaped_unit(text);
  if (!high || *high < 0xd800 || *high > 0xdbff) { return std::nullopt; }
  const auto low = escaped_unit(text.substr(6));
  if (!low || *low < 0xdc00 || *low > 0xdfff) { return std::nullopt; }
  return 0x10000 + ((*high - 0xd800) << 10) + (*low - 0xdc00);
}

constexpr std::size_t kPairLength = 12;        // \ud83d\ude00
constexpr std::size_t kYamlEscapeLength = 10;  // \U0001f600

}  // namespace

void throw_as_fault(const SyntaxError& error, const std::string& file) {
  throw MeshFileFaults(
      {{file, error.place().line, error.place().column, {}, error.message(), error.id()}});
}

Place PlaceFinder::at(std::size_t octet) {
  if (octet < octet_) { *this = PlaceFinder(text_); }
  for (; octet_ < std::min(octet, text_.size()); ++octet_) {
    if (text_[octet_] == '\n') {
      ++place_.line;
      place_.column = 1;
    } else if (octet_ + 1 == text_.size() || !is_continuation(text_[octet_ + 1])) {
      ++place_.column;
    }
  }
  return place_;
}

void check_characters(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = character_length(text.substr(at));
    const auto octet = static_cast<unsigned char>(text[at]);
    if (length == 0) { throw SyntaxError(PlaceFinder(text).at(at), say<"file-not-utf8">(octet)); }
    if (octet < 0x20 && octet != '\t' && octet != '\n' && octet != '\r') {
      throw SyntaxError(PlaceFinder(text).at(at), say<"file-control-character">(octet));
    }
    at += length;
  }
}

bool is_json(const std::string& text) { return nlohmann::json::accept(text); }

void check_json(const std::string& text) {
  // A callback that drops every value: the syntax is checked, nothing is built.
  const auto drop = [](int, nlohmann::json::parse_event_t, nlohmann::json&) { return false; };
  try {
    [[maybe_unused]] const auto nothing = nlohmann::json::parse(text, drop);
  } catch (const nlohmann::json::parse_error& error) {
    // "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while ..."
    std::string reason = error.what();
    const auto column = reason.find(", column ");
    const auto colon = column == reason.npos ? reason.npos : reason.find(": ", column);
    if (colon != reason.npos) { reason = reason.substr(colon + 2); }
    const std::size_t octet = error.byte == 0 ? 0 : error.byte - 1;
    throw SyntaxError(PlaceFinder(text).at(octet), say<"file-not-json">(reason));
  } catch (const nlohmann::json::exception& error) {
    throw SyntaxError({}, say<"file-not-json">(error.what()));
  }
}

YamlizedJson::YamlizedJson(std::string_view valid_json) {
  // Outside of strings JSON has no backslash, so an escape can be recognised without parsing.
  for (std::size_t at = 0; at < valid_json.size();) {
    const std::string_view rest = valid_json.substr(at);
    if (const auto code_point = escaped_pair(rest)) {
      text_ += fmt::format("\\U{:08x}", *code_point);
      shorter_after_.push_back(text_.size());
      at += kPairLength;
      continue;
    }
    // A backslash takes the next character with it: in "\\ud83d" nothing is escaped but the
    // backslash.
    const std::size_t length = rest[0] == '\\' && rest.size() > 1 ? 2 : 1;
    text_ += rest.substr(0, length);
    at += length;
  }
}

std::size_t YamlizedJson::original_octet(std::size_t octet) const {
  static_assert(kPairLength - kYamlEscapeLength == 2);
  const auto end = std::ranges::upper_bound(shorter_after_, octet);
  return octet + 2 * static_cast<std::size_t>(end - shorter_after_.begin());
}

}  // namespace wgmesh
