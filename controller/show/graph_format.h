// The formats of `mesh graph`, by the words that name them: those of --format, which are also the
// endings of files.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace wgmesh {

enum class GraphFormat : std::uint8_t { kMermaid, kDot, kSvg, kHtml };

inline constexpr std::array<std::pair<std::string_view, GraphFormat>, 4> kGraphFormats = {
    {{"dot", GraphFormat::kDot},
     {"mmd", GraphFormat::kMermaid},
     {"svg", GraphFormat::kSvg},
     {"html", GraphFormat::kHtml}}};

constexpr std::optional<GraphFormat> find_graph_format(std::string_view word) {
  for (const auto& [name, format] : kGraphFormats) {
    if (name == word) { return format; }
  }
  return std::nullopt;
}

// By what follows the last point of a file's name.
constexpr std::optional<GraphFormat> graph_format_of_file(std::string_view path) {
  const std::size_t point = path.rfind('.');
  if (point == std::string_view::npos) { return std::nullopt; }
  return find_graph_format(path.substr(point + 1));
}

}  // namespace wgmesh
