#include "agent/store/kernel_text.h"

#include <fcntl.h>
#include <unistd.h>

#include "common/posix.h"

namespace wgmesh {
namespace {

constexpr std::size_t kMaxText = 16U << 20;

}  // namespace

std::string read_kernel_text(const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) { return {}; }
  return read_all(file.get(), kMaxText).value_or("");
}

}  // namespace wgmesh
