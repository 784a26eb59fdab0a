#include "controller/load_mesh.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include <fmt/format.h>

#include "common/error.h"
#include "common/posix.h"
#include "controller/file/mesh_file.h"

namespace wgmesh {
namespace {

constexpr const char* kStandardInput = "standard input";

Error unreadable(const std::string& name, int error_number) {
  std::string cure;
  if (error_number == ENOENT) { cure = "name the mesh file with -f FILE, or go to where it is"; }
  if (error_number == EISDIR) { cure = "name the file in it, such as " + name + "/mesh.yaml"; }
  return Error(fmt::format("read {}: {}", name, std::strerror(error_number)), cure);
}

// One octet more than the reader takes, so that it is the reader who says what is too much.
std::string text_of(int fd, const std::string& name) {
  auto text = read_all(fd, kMaxYamlText);
  if (!text) { throw unreadable(name, errno); }
  return std::move(*text);
}

}  // namespace

Mesh load_mesh(const CommandLine& command_line) {
  std::string name = command_line.file.empty() ? default_mesh_file() : command_line.file;
  const bool is_json = command_line.json_in || name.ends_with(".json");
  std::string text;
  if (name == "-") {
    name = kStandardInput;
    text = text_of(STDIN_FILENO, name);
  } else {
    const UniqueFd fd(open(name.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) { throw unreadable(name, errno); }
    text = text_of(fd.get(), name);
  }
  return read_mesh_file(text, name, is_json ? Syntax::kJson : Syntax::kYaml);
}

}  // namespace wgmesh
