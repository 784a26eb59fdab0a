#include "controller/reach/local_account.h"

#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <vector>

namespace wgmesh {

LocalAccount local_account() {
  std::vector<char> texts(16384);
  passwd entry{};
  passwd* found = nullptr;
  if (getpwuid_r(getuid(), &entry, texts.data(), texts.size(), &found) == 0 && found != nullptr) {
    return {found->pw_name, found->pw_dir};
  }
  const char* home = getenv("HOME");
  return {std::to_string(getuid()), home == nullptr ? "/" : home};
}

std::string local_host() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

}  // namespace wgmesh
