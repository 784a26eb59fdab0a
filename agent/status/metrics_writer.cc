#include "agent/status/metrics_writer.h"

#include <fmt/format.h>

namespace wgmesh {

void MetricFamily::add(Labels labels, std::uint64_t value) {
  if (!has_head_) {
    out_ += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", name_, help_, type_);
    has_head_ = true;
  }
  out_ += name_;
  char separator = '{';
  for (const auto& [label, text] : labels) {
    out_ += fmt::format("{}{}=\"{}\"", separator, label, escaped_label(text));
    separator = ',';
  }
  if (labels.size() > 0) { out_ += '}'; }
  out_ += fmt::format(" {}\n", value);
}

std::string escaped_label(std::string_view value) {
  std::string text;
  for (const char c : value) {
    const auto octet = static_cast<unsigned char>(c);
    if (c == '\\' || c == '"') {
      text += '\\';
      text += c;
    } else if (c == '\n') {
      text += "\\n";
    } else if (octet >= 0x80) {
      text += static_cast<char>(0xc0 | (octet >> 6));
      text += static_cast<char>(0x80 | (octet & 0x3f));
    } else {
      text += c;
    }
  }
  return text;
}

}  // namespace wgmesh
