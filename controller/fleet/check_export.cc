#include "controller/fleet/check_export.h"

#include <cstddef>

#include "controller/fleet/facts.h"

namespace wgmesh {
namespace {

constexpr std::size_t kMostName = 255;
constexpr std::size_t kMostPath = 4096;

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
    // It would hold secrets.
    if (is_written && !file.lines().empty()) { refuse_fact("what is in {}", file.name()); }
    for (const std::string& line : file.lines()) { expect_line(line, "a line of a file"); }
  }
}

}  // namespace wgmesh
