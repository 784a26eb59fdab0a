// Texts whose letters count in either case.
#pragma once

#include <string>
#include <string_view>

namespace wgmesh {

// With ASCII letters in lower case; all other octets as they are.
std::string lower_case(std::string_view text);

}  // namespace wgmesh
