#include "agent/uninstall.h"

#include <dirent.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <set>
#include <string_view>

#include "agent/atomic_file.h"

namespace wgmesh {
namespace {

constexpr std::string_view kProgram = "wgmesh-agent";

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

std::string target_of(const std::string& link) {
  std::array<char, 4096> text{};
  const ssize_t n = ::readlink(link.c_str(), text.data(), text.size());
  return n > 0 ? std::string(text.data(), static_cast<std::size_t>(n)) : std::string();
}

std::string parent_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

// Where the controller may have put the agent: PLACE/wgmesh/bin. One that a package or a person
// installed elsewhere stays.
std::set<std::string> program_folders(const Paths& paths) {
  std::set<std::string> folders = {paths.state + "/bin"};
  for (const std::string& path :
       {target_of("/proc/self/exe"), target_of(paths.links + "/" + std::string(kProgram))}) {
    if (parent_of(path).ends_with("/wgmesh/bin")) folders.insert(parent_of(path));
  }
  return folders;
}

// The running one, and older ones beside it.
std::vector<std::string> programs_in(const std::string& folder) {
  std::vector<std::string> programs;
  const std::unique_ptr<DIR, CloseFolder> entries(::opendir(folder.c_str()));
  while (entries) {
    const dirent* entry = ::readdir(entries.get());
    if (entry == nullptr) break;
    const std::string name = entry->d_name;
    if (name.starts_with(kProgram)) programs.push_back(folder + "/" + name);
  }
  return programs;
}

}  // namespace

std::vector<std::string> agent_leaves_with(const Paths& paths, const Store& store,
                                           const std::string& mesh) {
  for (const std::string& other : store.meshes()) {
    if (other != mesh) return {};
  }
  std::vector<std::string> programs;
  for (const std::string& folder : program_folders(paths)) {
    for (std::string& path : programs_in(folder)) programs.push_back(std::move(path));
  }
  return programs;
}

bool remove_agent_with_last_mesh(const Paths& paths, const Store& store) {
  if (!store.meshes().empty()) return false;
  const std::string link = paths.links + "/" + std::string(kProgram);
  for (const std::string& folder : program_folders(paths)) {
    if (parent_of(target_of(link)) == folder) remove_file(link);
    for (const std::string& program : programs_in(folder)) remove_file(program);
    remove_folder_if_empty(folder);
    if (folder.ends_with("/wgmesh/bin")) remove_folder_if_empty(parent_of(folder));
  }
  remove_folder_if_empty(paths.state);
  remove_folder_if_empty(paths.run);
  return true;
}

}  // namespace wgmesh
