#include "controller/version.h"

#include <fmt/format.h>
#include <gnu/libc-version.h>
#include <google/protobuf/stubs/common.h>
#include <sodium.h>
#include <zlib.h>

#include <CLI/Version.hpp>
#include <nlohmann/json.hpp>

namespace wgmesh {
namespace {

// As protobuf and fmt write their versions: 3021012 is 3.21.12, 90100 is 9.1.0.
std::string from_number(unsigned number, unsigned base) {
  return fmt::format("{}.{}.{}", number / base / base, number / base % base, number % base);
}

}  // namespace

std::string version_text(bool libraries) {
  std::string text = "mesh " WGMESH_VERSION "\n";
  if (!libraries) return text;
  const auto add = [&](const char* name, const std::string& version) {
    text += fmt::format("  {} {}\n", name, version);
  };
  add("libssh", WGMESH_LIBSSH_VERSION);
  add("libcrypto", WGMESH_CRYPTO_VERSION);
  add("yaml-cpp", WGMESH_YAML_VERSION);
  add("protobuf", from_number(GOOGLE_PROTOBUF_VERSION, 1000));
  add("libsodium", sodium_version_string());
  add("zlib", zlibVersion());
  add("CLI11", CLI11_VERSION);
  add("nlohmann-json", fmt::format("{}.{}.{}", NLOHMANN_JSON_VERSION_MAJOR,
                                   NLOHMANN_JSON_VERSION_MINOR, NLOHMANN_JSON_VERSION_PATCH));
  add("fmt", from_number(FMT_VERSION, 100));
  add("libstdc++", __VERSION__);
  add("glibc", gnu_get_libc_version());
  return text;
}

}  // namespace wgmesh
