// What an export was: the paths of files that were written, or the files themselves with
// placeholders for secrets. As text and as JSON. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/exported_file.h"
#include "controller/show/render_error.h"

namespace wgmesh {

struct ShownFile {
  std::string name;                 // with the folder, if it was written
  std::optional<std::string> text;  // absent: it was written. Without secrets
};

struct NodeExport {
  std::string node;
  std::vector<ShownFile> files;
  std::optional<ErrorReport> error;  // why there are no files
};

// Each file behind a line with its name, as `# NODE/FILE`; of written files the line "NODE: PATH".
std::string render_export(const std::vector<NodeExport>& nodes);
std::string render_export_json(const std::string& mesh, ExportFormat format,
                               const std::vector<NodeExport>& nodes);

}  // namespace wgmesh
