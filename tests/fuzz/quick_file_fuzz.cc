// A file in wg-quick's form, which people may have edited: it says something, or it is refused with an Error. What
// it says is bounded by the file, names nothing but interfaces of the mesh, and does not depend on how lines end.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>

#include "agent/store/quick_file.h"
#include "common/error.h"
#include "common/naming.h"

namespace {

void require(bool condition) {
  if (!condition) { std::abort(); }
}

std::optional<wgmesh::QuickFile> read(const std::string& text) {
  try {
    return wgmesh::parse_quick_file(text, "test");
  } catch (const wgmesh::Error&) { return std::nullopt; }
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  wgmesh::init_crypto();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(octets), size);
  const auto file = read(text);
  if (!file) { return 0; }
  require(wgmesh::is_of_predecessor(text, "test") == file->interfaces.contains("br-test"));
  for (const std::string& name : file->interfaces) {
    require(name == "br-test" || name.starts_with("gt-test"));
    require(wgmesh::is_interface_name(name) && text.find(name) != std::string::npos);
  }
  for (const auto& [name, key] : file->preshared_keys) {
    require(wgmesh::is_node_name(name) && text.find(name) != std::string::npos);
  }
  std::string carriage;
  for (const char c : text) { carriage += c == '\n' ? "\r\n" : std::string(1, c); }
  const auto again = read(carriage);
  require(again && again->interfaces == file->interfaces &&
          again->private_key.has_value() == file->private_key.has_value() &&
          again->preshared_keys.size() == file->preshared_keys.size());
  return 0;
}
