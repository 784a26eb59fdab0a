// What `version` and `version -v` say, of either program.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wgmesh {

struct Library {
  std::string name;
  std::string version;
};

// "PROGRAM VERSION", then a line for each library: the program's own, then those that both have.
std::string version_text(std::string_view program, std::vector<Library> libraries);
// The first line of it alone.
std::string version_line(std::string_view program);

// As fmt and nlohmann-json write their versions (base 100: 90100 is 9.1.0), and protobuf (base
// 1000).
std::string version_of_number(unsigned number, unsigned base);

}  // namespace wgmesh
