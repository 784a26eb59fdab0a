#include "controller/text/yaml_writer.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>
#include <utility>

#include "controller/text/lower_case.h"

namespace wgmesh {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kIndent = 2;
constexpr std::size_t kMaxInlineList = 80;  // columns

bool consists_of(std::string_view text, std::string_view allowed) {
  return text.find_first_not_of(allowed) == std::string_view::npos;
}

bool is_alphanumeric(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

// Words that YAML 1.1 or 1.2 reads as null, a boolean, a float or a merge.
bool is_reserved(std::string_view text) {
  static constexpr std::array<std::string_view, 11> kReserved = {
      "null", "true", "false", "yes", "no", "on", "off", "y", "n", ".inf", ".nan"};
  constexpr std::size_t kLongest = 5;  // "false"
  return text.size() <= kLongest &&
         std::ranges::find(kReserved, lower_case(text)) != kReserved.end();
}

// Numbers, dates, addresses, prefixes, bridge IDs, endpoints and keys: whether such a text needs
// quotes depends on its digits, so all of them have some. Texts of one kind look alike then.
bool looks_like_data(std::string_view text) {
  const bool has_digit = text.find_first_of("0123456789") != std::string_view::npos;
  return std::isdigit(static_cast<unsigned char>(text[0])) != 0 ||
         text.find_first_of(":=") != std::string_view::npos ||
         (has_digit && consists_of(text, "0123456789abcdefABCDEFxXoOtTzZ_.+- "));
}

bool is_plain(std::string_view text) {
  if (text.empty() || is_reserved(text) || looks_like_data(text)) { return false; }
  // The first character decides whether it is an indicator; the rest may not end a key or start a
  // comment.
  if (!is_alphanumeric(text.front()) && !consists_of(text.substr(0, 1), "_/.(")) { return false; }
  if (text.back() == ' ') { return false; }
  return std::ranges::all_of(text, [](char c) {
    return is_alphanumeric(c) || std::string_view("_-./@+%()~ ").find(c) != std::string_view::npos;
  });
}

// JSON's quoting is YAML's too, but for characters that JSON leaves as they are and YAML calls
// unprintable.
std::string quoted(const std::string& text) {
  const bool is_simple = std::ranges::all_of(
      text, [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
  if (is_simple) { return '"' + text + '"'; }
  const std::string json = Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kUnprintable = {{
      {"\x7f", "\\x7F"},
      {"\xe2\x80\xa8", "\\u2028"},
      {"\xe2\x80\xa9", "\\u2029"},
      {"\xef\xbb\xbf", "\\uFEFF"},
  }};
  std::string out;
  for (std::size_t at = 0; at < json.size();) {
    const std::string_view rest = std::string_view(json).substr(at);
    const auto* found = std::ranges::find_if(
        kUnprintable, [&](const auto& entry) { return rest.starts_with(entry.first); });
    if (found != kUnprintable.end()) {
      out += found->second;
      at += found->first.size();
    } else if (rest.size() > 1 && rest[0] == '\xc2' && static_cast<unsigned char>(rest[1]) < 0xa0) {
      static constexpr std::string_view kHex = "0123456789ABCDEF";
      const auto code = static_cast<unsigned char>(rest[1]);  // U+0080..U+009F
      out += {'\\', 'x', kHex[code >> 4], kHex[code & 15]};
      at += 2;
    } else {
      out += json[at++];
    }
  }
  return out;
}

std::string scalar(const Json& value) {
  if (!value.is_string()) { return value.dump(); }
  const auto& text = value.get_ref<const std::string&>();
  return is_plain(text) ? text : quoted(text);
}

// "[a, b]" where every item is a number or a plain word without ':' (old readers trip over it
// there).
std::string inline_list(const Json& list) {
  std::string out = "[";
  for (const Json& item : list) {
    if (item.is_structured()) { return {}; }
    const std::string text = scalar(item);
    if (item.is_string() && (text[0] == '"' || text.find(':') != std::string::npos)) { return {}; }
    if (out.size() > 1) { out += ", "; }
    out += text;
  }
  return out.size() < kMaxInlineList ? out + "]" : std::string();
}

void write(const Json& value, std::size_t depth, bool continues_line, std::string& out);

// What follows "key:" or "-": on the same line where it is one line, else below.
void write_child(const Json& child, std::size_t depth, bool below_key, std::string& out) {
  if (!child.is_structured() || child.empty()) {
    out +=
        ' ' + (child.is_structured() ? std::string(child.is_array() ? "[]" : "{}") : scalar(child));
    out += '\n';
    return;
  }
  if (child.is_array()) {
    if (const std::string line = inline_list(child); !line.empty()) {
      out += ' ' + line + '\n';
      return;
    }
  }
  out += below_key ? '\n' : ' ';
  write(child, depth, !below_key, out);
}

void write(const Json& value, std::size_t depth, bool continues_line, std::string& out) {
  const std::string indent(depth * kIndent, ' ');
  bool first = continues_line;
  const auto start_line = [&] {
    if (!std::exchange(first, false)) { out += indent; }
  };
  if (value.is_array()) {
    for (const Json& item : value) {
      start_line();
      out += '-';
      write_child(item, depth + 1, false, out);
    }
    return;
  }
  for (const auto& [key, child] : value.items()) {
    start_line();
    out += scalar(key) + ':';
    write_child(child, depth + 1, true, out);
  }
}

}  // namespace

std::string to_yaml(const Json& value) {
  std::string out;
  if (value.is_structured() && !value.empty()) {
    write(value, 0, false, out);
  } else {
    write_child(value, 0, true, out);
    out.erase(0, 1);  // the blank after a "key:" that is not there
  }
  return out;
}

}  // namespace wgmesh
