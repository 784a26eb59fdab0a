#include "controller/fleet/check_export.h"

#include <cstddef>
#include <cstdint>
#include <string>

#include "controller/fleet/facts.h"

namespace wgmesh {
namespace {

constexpr std::size_t kMostName = 255;
constexpr std::size_t kMostPath = 4096;
constexpr std::size_t kMostWarnings = 16;
constexpr std::size_t kMostWarning = 2 * kMostPath + 1024;  // it may name a file twice
constexpr std::size_t kMostId = 64;

bool is_in(const std::string& path, std::string folder) {
  while (folder.ends_with('/')) { folder.pop_back(); }
  if (!path.starts_with(folder + "/")) { return false; }
  const std::string name = path.substr(folder.size() + 1);
  return !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos;
}

void check_warnings(const proto::ExportedFiles& exported) {
  for (const auto count : {exported.warnings_size(), exported.warning_ids_size()}) {
    expect_at_most(static_cast<std::uint64_t>(count), kMostWarnings, "a number of warnings");
  }
  for (const std::string& warning : exported.warnings()) {
    expect_line(warning, "a warning");
    expect_at_most(warning.size(), kMostWarning, "a length of a warning");
  }
  for (const std::string& id : exported.warning_ids()) {
    expect_word(id, kMostId, "the name of a warning");
  }
}

}  // namespace

void check_export(const proto::ExportFiles& wanted, const proto::ExportedFiles& exported) {
  if (exported.files().empty()) { refuse_fact("an export without a file"); }
  const bool is_written = !wanted.folder().empty();
  for (const proto::ExportedFile& file : exported.files()) {
    if (file.name().empty() || file.name().size() > (is_written ? kMostPath : kMostName)) {
      refuse_fact("a file's name of {} octets", file.name().size());
    }
    expect_line(file.name(), "a file's name");
    if (!is_written && file.name().find('/') != std::string::npos) {
      refuse_fact("a file '{}', which has a folder", file.name());
    }
    if (is_written && !is_in(file.name(), wanted.folder())) {
      refuse_fact("a file '{}', which is not in {}", file.name(), wanted.folder());
    }
    // It would hold secrets.
    if (is_written && !file.lines().empty()) { refuse_fact("what is in {}", file.name()); }
    for (const std::string& line : file.lines()) { expect_line(line, "a line of a file"); }
  }
  check_warnings(exported);
}

}  // namespace wgmesh
