// A line, or a part of one, without the blanks around it. Pure.
#pragma once

#include <string_view>

namespace wgmesh {

std::string_view trimmed(std::string_view text);

}  // namespace wgmesh
