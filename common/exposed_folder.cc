#include "common/exposed_folder.h"

#include <fmt/format.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "common/error.h"

namespace wgmesh {
namespace {

struct Free {
  void operator()(char* text) const { ::free(text); }
};

}  // namespace

std::string why_others_may_write(const std::string& folder) {
  const std::unique_ptr<char, Free> real(::realpath(folder.c_str(), nullptr));
  if (!real) { return SystemError(folder, errno).message(); }
  std::string at = real.get();
  for (bool is_leaf = true;; is_leaf = false) {
    const std::string path = at.empty() ? "/" : at;
    struct stat facts {};
    if (::lstat(path.c_str(), &facts) != 0) { return SystemError(path, errno).message(); }
    if (facts.st_uid != 0 && facts.st_uid != ::geteuid()) {
      return fmt::format("{} belongs to user {}", path, facts.st_uid);
    }
    const bool others_write = (facts.st_mode & (S_IWGRP | S_IWOTH)) != 0;
    if (others_write && (is_leaf || (facts.st_mode & S_ISVTX) == 0)) {
      return fmt::format("others may write to {}", path);
    }
    if (path == "/") { return {}; }
    at = at.substr(0, at.rfind('/'));
  }
}

}  // namespace wgmesh
