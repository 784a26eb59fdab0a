// The files that `mesh init --from` reads: any text is a draft or a list of faults with places in it, and what is
// written of a draft is YAML, whatever names and notes are in it.
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>

#include "controller/file/fault.h"
#include "controller/file/yaml_tree.h"
#include "controller/init/draft_addresses.h"
#include "controller/init/draft_endpoints.h"
#include "controller/init/render_draft.h"
#include "controller/init/source.h"

namespace wgmesh {
namespace {

void require(bool condition) {
  if (!condition) { std::abort(); }
}

std::optional<Draft> draft_of(std::optional<SourceFormat> format, const std::string& text) {
  try {
    return read_source({format, "file"}, text);
  } catch (const MeshFileFaults& faults) {
    require(!faults.faults().empty());
    for (const Fault& fault : faults.faults()) { require(fault.line > 0 && fault.column > 0); }
  } catch (const Error& error) { require(error.id() == "init-format-unknown"); }
  return std::nullopt;
}

void check_text(std::optional<SourceFormat> format, const std::string& text) {
  std::optional<Draft> draft = draft_of(format, text);
  if (!draft) { return; }
  require(!draft->nodes.empty());
  if (!draft->network) { draft->network = unique_local_network({1, 2, 3, 4, 5}); }
  try {
    number_nodes(*draft);
  } catch (const Error& error) {
    require(error.id() == "init-network-full");
    return;
  }
  settle_endpoints(*draft);
  const YamlNode tree = read_yaml_tree(render_draft(*draft), Syntax::kYaml);
  require(tree.kind == YamlNode::Kind::kMap && tree.members.size() == 3);
  require(tree.members.back().value.members.size() == draft->nodes.size());
}

}  // namespace
}  // namespace wgmesh

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t size) {
  using wgmesh::SourceFormat;
  const std::string text(octets, octets + size);
  for (const SourceFormat format : {SourceFormat::kAnsible, SourceFormat::kMeshconf,
                                    SourceFormat::kContainerlab, SourceFormat::kSshConfig}) {
    wgmesh::check_text(format, text);
  }
  wgmesh::check_text(std::nullopt, text);
  return 0;
}
