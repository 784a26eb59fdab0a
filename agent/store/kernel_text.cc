#include "agent/store/kernel_text.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "common/unique_fd.h"

namespace wgmesh {

std::string read_kernel_text(const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text;
  if (!file) return text;
  std::array<char, 4096> chunk;
  ssize_t size = 0;
  while ((size = ::read(file.get(), chunk.data(), chunk.size())) > 0) {
    text.append(chunk.data(), static_cast<std::size_t>(size));
  }
  return text;
}

}  // namespace wgmesh
