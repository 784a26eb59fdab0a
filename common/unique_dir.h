// Owns one open folder and closes it. Nothing else.
#pragma once

#include <dirent.h>

#include <memory>

namespace wgmesh {

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};
using UniqueDir = std::unique_ptr<DIR, CloseFolder>;

}  // namespace wgmesh
