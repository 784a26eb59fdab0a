// A file of another tool that has hosts in it: which tool's it is, and its hosts as a draft.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "controller/init/draft.h"

namespace wgmesh {

enum class SourceFormat : std::uint8_t { kAnsible, kMeshconf, kContainerlab, kSshConfig };

// As `--from` names them: ansible, meshconf, containerlab, ssh-config.
std::span<const std::string_view> source_format_words();

// The value of `--from`: FILE, or FORMAT:FILE.
struct SourceName {
  std::optional<SourceFormat> format;
  std::string file;
};
SourceName parse_source_name(std::string_view value);

// By what is in it; nothing if it is none of them.
std::optional<SourceFormat> guess_source_format(std::string_view text);

// Throws MeshFileFaults where the text is at fault, and Error where nobody says what it is.
Draft read_source(const SourceName& name, std::string_view text);

}  // namespace wgmesh
