// mesh.yaml: any text is a mesh or a list of faults with places in it. A mesh passes check(), and
// what `conf` prints of it reads back to the same mesh, as YAML and as JSON.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "controller/file/mesh_file.h"
#include "controller/show/render_conf.h"

namespace wgmesh {
namespace {

void require(bool condition) {
  if (!condition) { std::abort(); }
}

void check_text(const std::string& text, Syntax syntax) {
  Mesh mesh;
  try {
    mesh = read_mesh_file(text, "mesh.yaml", syntax);
  } catch (const MeshFileFaults& faults) {
    require(!faults.faults().empty());
    for (const Fault& fault : faults.faults()) { require(fault.line > 0 && fault.column > 0); }
    return;
  }
  require(check(mesh).empty());
  require(read_mesh_file(render_conf(mesh, false), "conf") == mesh);
  require(read_mesh_file(render_conf(mesh, true), "conf", Syntax::kJson) == mesh);
}

}  // namespace
}  // namespace wgmesh

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t size) {
  const std::string text(octets, octets + size);
  wgmesh::check_text(text, wgmesh::Syntax::kYaml);
  wgmesh::check_text(text, wgmesh::Syntax::kJson);
  return 0;
}
