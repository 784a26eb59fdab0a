#include "common/shell_quoted.h"

namespace wgmesh {

std::string shell_quoted(std::string_view word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:,./-_[]~";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) {
    return std::string(word);
  }
  std::string made = "'";
  for (const char c : word) {
    if (c == '\'') {
      made += "'\\''";
    } else {
      made += c;
    }
  }
  return made + "'";
}

}  // namespace wgmesh
