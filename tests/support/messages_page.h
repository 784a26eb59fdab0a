// docs/messages.md is made of the tables of messages: one part for each, between its heading and the next. With
// WGMESH_WRITE_DOCS=1 a test writes its part, otherwise the test fails where the part is not what the table says.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "common/said.h"

namespace wgmesh {

// A format string as readers see it: "…" for what is put in.
inline std::string as_read(std::string_view format) {
  std::string text;
  for (std::size_t at = 0; at < format.size(); ++at) {
    const char letter = format[at];
    if (letter == '{' && format.substr(at).starts_with("{{")) {
      text += format[++at];
    } else if (letter == '{') {
      at = format.find('}', at);
      text += "…";
    } else if (letter == '}') {
      text += format[++at];
    } else {
      text += letter == '|' ? "\\|" : std::string(1, letter == '\n' ? ' ' : letter);
    }
  }
  return text;
}

inline std::string page_of(std::span<const Message> table) {
  std::string page = "\n| Identifier | Kind | Message | What to do |\n|---|---|---|---|\n";
  for (const Message& message : table) {
    page +=
        fmt::format("| `{}` | {} | {} | {} |\n", message.id,
                    message.kind == MessageKind::kWarning ? "warning" : "error",
                    as_read(message.text) +
                        (message.meaning.empty() ? "" : " (" + std::string(message.meaning) + ")"),
                    as_read(message.cure));
  }
  return page + '\n';
}

// `path`: docs/messages.md. `heading`: "## agent", a line of it.
inline void expect_on_page(const std::string& path, const std::string& heading,
                           std::span<const Message> table) {
  std::ifstream file(path);
  std::string text(std::istreambuf_iterator<char>(file), {});
  std::size_t begin = text.find(heading + '\n');
  ASSERT_NE(begin, std::string::npos) << path << " has no line " << heading;
  begin += heading.size() + 1;
  const std::size_t end = std::min(text.find("## ", begin), text.size());
  if (std::getenv("WGMESH_WRITE_DOCS") != nullptr) {
    text.replace(begin, end - begin, page_of(table));
    std::ofstream(path) << text;
  } else {
    EXPECT_EQ(text.substr(begin, end - begin), page_of(table))
        << "WGMESH_WRITE_DOCS=1 on this test's program writes " << path;
  }
}

inline void expect_well_formed(std::span<const Message> table) {
  std::set<std::string_view> ids;
  for (const Message& message : table) {
    EXPECT_TRUE(ids.insert(message.id).second) << message.id << " is there twice";
    EXPECT_TRUE(std::regex_match(std::string(message.id), std::regex("[a-z0-9]+(-[a-z0-9]+)*")))
        << message.id;
    EXPECT_FALSE(message.text.empty()) << message.id;
    EXPECT_TRUE(!message.meaning.empty() ||
                std::regex_search(as_read(message.text), std::regex("[a-z]")))
        << message.id << " tells a reader of the page nothing without a meaning";
    EXPECT_FALSE(message.text.ends_with('.')) << message.id << " ends in a full stop";
    EXPECT_FALSE(message.cure.ends_with('.')) << message.id << " ends in a full stop";
  }
}

}  // namespace wgmesh
