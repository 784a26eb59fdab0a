#include "tests/support/controller/noted_mesh_file.h"

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

namespace wgmesh {
namespace {

void note(const std::string& text, Syntax syntax, const nlohmann::json& faults) {
  const char* notes = std::getenv("WGMESH_MESH_FILES");
  if (notes == nullptr) { return; }
  const nlohmann::json line = {
      {"text", text}, {"is_json", syntax == Syntax::kJson}, {"faults", faults}};
  try {
    std::ofstream(notes, std::ios::app) << line.dump() + '\n';
  } catch (const nlohmann::json::type_error&) {
    // No file of JSON or YAML has octets that are not UTF-8.
  }
}

}  // namespace

Mesh read_noted_mesh_file(const std::string& text, const std::string& file_name, Syntax syntax) {
  auto faults = nlohmann::json::array();
  try {
    Mesh mesh = read_mesh_file(text, file_name, syntax);
    note(text, syntax, faults);
    return mesh;
  } catch (const MeshFileFaults& error) {
    for (const Fault& fault : error.faults()) {
      faults.push_back({{"id", fault.id}, {"path", fault.path}, {"message", fault.message}});
    }
    note(text, syntax, faults);
    throw;
  }
}

}  // namespace wgmesh
