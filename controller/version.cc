#include "controller/version.h"

#include <zlib.h>

#include <nlohmann/json.hpp>

#include "common/version.h"
#include "controller/show/text_table.h"

namespace wgmesh {
namespace {

constexpr unsigned kJsonVersion =
    (NLOHMANN_JSON_VERSION_MAJOR * 100 + NLOHMANN_JSON_VERSION_MINOR) * 100 +
    NLOHMANN_JSON_VERSION_PATCH;

}  // namespace

std::string version_text(bool libraries) {
  if (!libraries) { return version_line("mesh"); }
  return version_text("mesh", {{"libssh", WGMESH_LIBSSH_VERSION},
                               {"libcrypto", WGMESH_CRYPTO_VERSION},
                               {"yaml-cpp", WGMESH_YAML_VERSION},
                               {"zlib", zlibVersion()},
                               {"libsmartcols", smartcols_version()},
                               {"nlohmann-json", version_of_number(kJsonVersion, 100)}});
}

}  // namespace wgmesh
