#include "tests/support/agent/temporary_folder.h"

#include <stdlib.h>

#include <cerrno>
#include <filesystem>

#include "common/error.h"

namespace wgmesh {

TemporaryFolder::TemporaryFolder() {
  // In memory where that can be: the agent syncs all that it writes.
  const std::filesystem::path memory = "/dev/shm";
  std::string name =
      (std::filesystem::exists(memory) ? memory : std::filesystem::temp_directory_path()) /
      "wgmesh-test-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) { throw SystemError("mkdtemp " + name, errno); }
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() { std::filesystem::remove_all(path_); }

}  // namespace wgmesh
