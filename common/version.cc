#include "common/version.h"

#include <fmt/format.h>
#include <gnu/libc-version.h>
#include <google/protobuf/stubs/common.h>
#include <sodium.h>

namespace wgmesh {

std::string version_of_number(unsigned number, unsigned base) {
  return fmt::format("{}.{}.{}", number / base / base, number / base % base, number % base);
}

std::string version_line(std::string_view program) {
  return fmt::format("{} " WGMESH_VERSION "\n", program);
}

std::string version_text(std::string_view program, std::vector<Library> libraries) {
  libraries.push_back({"protobuf", version_of_number(GOOGLE_PROTOBUF_VERSION, 1000)});
  libraries.push_back({"libsodium", sodium_version_string()});
  libraries.push_back({"fmt", version_of_number(FMT_VERSION, 100)});
  libraries.push_back({"libstdc++", __VERSION__});
  libraries.push_back({"glibc", gnu_get_libc_version()});
  std::string text = version_line(program);
  for (const Library& library : libraries) {
    text += fmt::format("  {} {}\n", library.name, library.version);
  }
  return text;
}

}  // namespace wgmesh
