#include "agent/status/json_writer.h"

#include <fmt/format.h>

#include <utility>

namespace wgmesh {

void JsonWriter::text(std::string_view key, std::string_view value) {
  begin(key);
  quote(value);
}

void JsonWriter::number(std::string_view key, std::uint64_t value) {
  begin(key);
  out_ += std::to_string(value);
}

void JsonWriter::boolean(std::string_view key, bool value) {
  begin(key);
  out_ += value ? "true" : "false";
}

void JsonWriter::null(std::string_view key) {
  begin(key);
  out_ += "null";
}

std::string JsonWriter::take() {
  out_ += '\n';
  return std::exchange(out_, {});
}

void JsonWriter::open(std::string_view key, char bracket) {
  begin(key);
  out_ += bracket;
  ++depth_;
  first_ = true;
}

void JsonWriter::close(char bracket) {
  --depth_;
  if (!first_) {
    out_ += '\n';
    out_.append(depth_ * 2, ' ');
  }
  out_ += bracket;
  first_ = false;
}

// What comes before a value: the comma, the line, the key.
void JsonWriter::begin(std::string_view key) {
  if (depth_ > 0) {
    out_ += first_ ? "\n" : ",\n";
    out_.append(depth_ * 2, ' ');
  }
  first_ = false;
  if (key.empty()) { return; }
  quote(key);
  out_ += ": ";
}

// Names come from a stored plan and interfaces from the kernel: octets beyond ASCII need not be
// UTF-8, so they are written as the code points of their values, which is always valid.
void JsonWriter::quote(std::string_view text) {
  out_ += '"';
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out_ += '\\';
      out_ += c;
    } else if (octet < 0x20 || octet > 0x7e) {
      out_ += fmt::format("\\u{:04x}", octet);
    } else {
      out_ += c;
    }
  }
  out_ += '"';
}

}  // namespace wgmesh
