#include "controller/text/enumeration.h"

#include <fmt/format.h>

#include <algorithm>

namespace wgmesh {

std::string enumerated(const std::vector<std::string>& names, std::size_t most) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), most); ++i) {
    if (i > 0) { text += i + 1 == names.size() ? " and " : ", "; }
    text += names[i];
  }
  if (names.size() > most) { text += fmt::format(" and {} more", names.size() - most); }
  return text;
}

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

}  // namespace wgmesh
