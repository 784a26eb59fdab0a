#include "common/program_file.h"

#include <fcntl.h>

#include <cerrno>
#include <utility>

#include "common/error.h"
#include "common/messages.h"
#include "common/posix.h"

namespace wgmesh {
namespace {

constexpr std::size_t kMaxProgram = 256U << 20;

}  // namespace

std::string read_program(const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) { throw SystemError("open " + path, errno); }
  auto content = read_all(file.get(), kMaxProgram);
  if (!content) { throw SystemError("read " + path, errno); }
  if (content->size() > kMaxProgram) { throw Error(say_common<"program-too-large">(path)); }
  return std::move(*content);
}

}  // namespace wgmesh
