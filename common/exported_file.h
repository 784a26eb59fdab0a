// A file of an export: a node's part of the mesh in the words of another tool. Its content may hold
// secrets, so it is wiped.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/wiped_text.h"

namespace wgmesh {

enum class ExportFormat : std::uint8_t { kWgQuick, kNetworkd };

constexpr std::string_view name_of(ExportFormat format) {
  return format == ExportFormat::kWgQuick ? "wg-quick" : "networkd";
}

constexpr std::optional<ExportFormat> find_export_format(std::string_view name) {
  for (const ExportFormat format : {ExportFormat::kWgQuick, ExportFormat::kNetworkd}) {
    if (name_of(format) == name) { return format; }
  }
  return std::nullopt;
}

// Who may read a file.
enum class Readers : std::uint8_t {
  kOwner,  // 0600: it holds secrets
  kAll,    // 0644: networkd reads it without being root
};

struct ExportedFile {
  std::string name;  // without a folder
  Readers readers = Readers::kOwner;
  WipedText content;
};

}  // namespace wgmesh
