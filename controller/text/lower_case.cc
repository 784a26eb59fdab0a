#include "controller/text/lower_case.h"

#include <algorithm>

namespace wgmesh {

std::string lower_case(std::string_view text) {
  std::string lower(text);
  // Not std::tolower: a locale does not change what a file means.
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

}  // namespace wgmesh
