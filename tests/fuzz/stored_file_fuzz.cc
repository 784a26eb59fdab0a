// Files that a disk or a person has spoilt: the stored mesh, the lock's holder line, saved states.
// The checksum would stop almost every input, so it is mended first, as a file of another program
// version would have it right.
#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "agent/store/lock.h"
#include "agent/store/state_file.h"
#include "agent/store/stored_mesh.h"
#include "common/hash.h"

namespace {

std::string with_checksum(std::string_view payload) {
  const wgmesh::Hash hash = wgmesh::hash_of({"wgmesh stored file", payload});
  std::string text = "wgmesh 1 ";
  for (std::size_t i = 0; i < 16; ++i) { text += fmt::format("{:02x}", hash[i]); }
  return text + "\n" + std::string(payload);
}

void read_stored(const char* name, std::string_view content) {
  wgmesh::StoredMesh stored;
  try {
    wgmesh::parse_stored(name, content, stored);
    wgmesh::put_stored(stored);
  } catch (const wgmesh::Error&) {}
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  wgmesh::init_crypto();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view octets(reinterpret_cast<const char*>(data), size);
  const std::string mended = with_checksum(octets);
  for (const char* name :
       {"private_key", "preshared_keys", "plan", "former_ports", "endpoints", "down"}) {
    read_stored(name, octets);
    read_stored(name, mended);
  }
  wgmesh::parse_holder(octets);
  wgmesh::proto::SavedState saved;
  if (saved.ParseFromArray(data, static_cast<int>(size))) {
    try {
      wgmesh::load(saved);
    } catch (const wgmesh::Error&) {}
  }
  return 0;
}
