#include "agent/node/program_link.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <functional>

#include "agent/store/atomic_file.h"
#include "common/error.h"

namespace wgmesh {
namespace {

bool is_ours(const Paths& paths, const std::string& target) {
  return std::ranges::any_of(
      paths.programs, [&](const std::string& folder) { return target.starts_with(folder + "/"); });
}

bool leads_to_folder(const std::string& path) {
  struct stat facts {};
  return ::stat(path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode);
}

bool is_there(const std::string& path) {
  struct stat facts {};
  return ::lstat(path.c_str(), &facts) == 0;
}

bool has_folder(std::string_view path, std::string_view folder) {
  while (!path.empty()) {
    std::string_view each = path.substr(0, path.find(':'));
    path.remove_prefix(std::min(path.size(), each.size() + 1));
    while (each.size() > 1 && each.ends_with('/')) { each.remove_suffix(1); }
    if (each == folder) { return true; }
  }
  return false;
}

// Replaces what is there in one step, so that the name never leads nowhere.
void link_to(const std::string& program, const std::string& link) {
  const std::string next = link + ".next";
  ::unlink(next.c_str());
  if (::symlink(program.c_str(), next.c_str()) != 0) {
    throw SystemError("symlink " + link, errno);
  }
  if (::rename(next.c_str(), link.c_str()) == 0) { return; }
  const int fault = errno;
  ::unlink(next.c_str());
  throw SystemError("rename " + link, fault);
}

}  // namespace

std::string lasting_program() {
  const std::string path = target_of("/proc/self/exe");
  const std::string link = path.substr(0, path.rfind('/') + 1) + std::string(kProgram);
  return exists(link) ? link : path;
}

std::vector<std::string> link_folders(const std::vector<std::string>& usual, std::string_view path,
                                      bool over_ssh) {
  std::vector<std::string> folders;
  std::ranges::copy_if(usual, std::back_inserter(folders), leads_to_folder);
  std::ranges::stable_sort(folders, std::greater(), [&](const std::string& folder) {
    return has_folder(path, folder) || (over_ssh && folder == usual.front());
  });
  return folders;
}

std::optional<std::string> put_program_link(const Paths& paths, const std::string& program) {
  const char* const path = std::getenv("PATH");
  const bool over_ssh = std::getenv("SSH_CONNECTION") != nullptr;
  std::string refusals;
  for (const std::string& folder :
       link_folders(paths.links, path == nullptr ? "" : path, over_ssh)) {
    const std::string link = fmt::format("{}/{}", folder, kProgram);
    const std::string target = target_of(link);
    if (target == program) { return std::nullopt; }
    if (is_there(link) && !is_ours(paths, target)) {
      return fmt::format("{} is not wgmesh's and stays; the agent of this node is {}", link,
                         program);
    }
    try {
      link_to(program, link);
      return std::nullopt;
    } catch (const SystemError& error) {
      refusals += (refusals.empty() ? " (" : "; ") + error.message();
    }
  }
  if (!refusals.empty()) { refusals += ')'; }
  return fmt::format("no folder of the PATH takes a link{}: call the agent there as {}", refusals,
                     program);
}

void remove_program_links(const Paths& paths) {
  for (const std::string& folder : paths.links) {
    const std::string link = fmt::format("{}/{}", folder, kProgram);
    if (is_ours(paths, target_of(link))) { remove_file(link); }
  }
}

}  // namespace wgmesh
