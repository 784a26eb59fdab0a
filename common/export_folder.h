// A folder of the user's choice that files of an export are written into. Nobody but root and the
// user of this process can put anything there; a file that is no earlier export of the same node is
// never overwritten; nothing is followed. Knows nothing of what the files say beyond their first
// line.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/exported_file.h"
#include "common/unique_fd.h"

namespace wgmesh {

class ExportFolder {
 public:
  // Makes the folder (0700) where only its last part is missing. `header` is the first line of the
  // node's exports. Throws Error for a path that is not absolute, for a folder that others may
  // write to, and SystemError.
  ExportFolder(const std::string& path, std::string header);

  // The content of an earlier export; nothing where there is no such file. Throws Error for any
  // other file.
  std::optional<WipedText> read(const std::string& name) const;
  // All or, where one of the names is a file of somebody else's, none. Then removes earlier exports
  // of `mesh` in the format that `files` no longer has. Each file is replaced whole. Returns the
  // paths.
  std::vector<std::string> write(const std::vector<ExportedFile>& files, std::string_view mesh,
                                 ExportFormat format) const;

 private:
  void write_file(const ExportedFile& file) const;
  std::string path_of(const std::string& name) const { return path_ + "/" + name; }

  std::string path_;
  std::string header_;
  UniqueFd folder_;
};

}  // namespace wgmesh
