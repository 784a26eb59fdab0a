#include "controller/load_mesh.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include "common/error.h"
#include "common/posix.h"
#include "controller/file/mesh_file.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

constexpr const char* kStandardInput = "standard input";

Error unreadable(const std::string& name, int error_number) {
  const char* why = std::strerror(error_number);
  if (error_number == ENOENT) { return Error(say<"mesh-file-missing">(name, why)); }
  if (error_number == EISDIR) { return Error(say<"mesh-file-is-folder">(name, why)); }
  return Error(say<"mesh-file-unreadable">(name, why));
}

// One octet more than the reader takes, so that it is the reader who says what is too much.
std::string text_of(int fd, const std::string& name) {
  auto text = read_all(fd, kMaxYamlText);
  if (!text) { throw unreadable(name, errno); }
  return std::move(*text);
}

}  // namespace

std::string default_mesh_file() {
  if (const char* name = std::getenv("WGMESH_FILE"); name != nullptr && *name != '\0') {
    return name;
  }
  for (const char* name : {"mesh.yaml", "mesh.yml", "mesh.json"}) {
    std::error_code ignored;
    if (std::filesystem::exists(name, ignored)) { return name; }
  }
  return "mesh.yaml";
}

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
  try {
    const bool contacts_nobody = command_line.verb == Verb::kExport && command_line.offline;
    return read_mesh_file(text, name, is_json ? Syntax::kJson : Syntax::kYaml,
                          contacts_nobody ? Targets::kOptional : Targets::kRequired);
  } catch (const MeshFileFaults& faults) {
    // Other tools print JSON with this option.
    const Fault& first = faults.faults().front();
    if (command_line.json_in && !name.ends_with(".json") && first.id == "file-not-json") {
      throw Error(say<"mesh-file-is-no-json">(to_text(first)));
    }
    throw;
  }
}

}  // namespace wgmesh
