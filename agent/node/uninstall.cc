#include "agent/node/uninstall.h"

#include <string_view>

#include "agent/node/program_link.h"
#include "agent/node/units.h"
#include "agent/store/atomic_file.h"
#include "agent/store/node_lock.h"
#include "common/posix.h"

namespace wgmesh {
namespace {

constexpr std::string_view kUpload = ".wgmesh-agent.";

// The running one, what links to it, and what an interrupted upload left.
std::vector<std::string> programs_in(const std::string& folder) {
  std::vector<std::string> programs;
  for (const std::string& name : names_in(folder)) {
    if (name.starts_with(kProgram) || name.starts_with(kUpload)) {
      programs.push_back(folder + "/" + name);
    }
  }
  return programs;
}

}  // namespace

std::vector<std::string> agent_leaves_with(const Paths& paths, const Store& store,
                                           const std::string& mesh) {
  for (const std::string& other : store.meshes()) {
    if (other != mesh) { return {}; }
  }
  if (is_another_mesh_locked(paths.run, mesh)) { return {}; }
  std::vector<std::string> programs;
  for (const std::string& folder : paths.programs) {
    for (std::string& path : programs_in(folder)) { programs.push_back(std::move(path)); }
  }
  for (std::string& path : present_units(paths)) { programs.push_back(std::move(path)); }
  return programs;
}

bool remove_agent_with_last_mesh(const Paths& paths, const Store& store, const std::string& mesh) {
  NodeLock lock(paths.run);
  // One that is locked may be in its first `up`: it needs what is here, and nothing of it is
  // stored.
  const bool is_last = store.meshes().empty() && !is_another_mesh_locked(paths.run, mesh);
  remove_units(paths, mesh, is_last);
  if (!is_last) { return false; }
  remove_program_links(paths);
  for (const std::string& folder : paths.programs) {
    for (const std::string& program : programs_in(folder)) { remove_file(program); }
    remove_folder_if_empty(folder);
  }
  remove_folder_if_empty(paths.state);
  lock.remove_file();
  remove_folder_if_empty(paths.run);
  return true;
}

void forget_mesh(const Paths& paths, const Store& store, const std::string& mesh, MeshLock& lock,
                 const std::function<void(const std::string&)>& tell) {
  store.forget(mesh);
  for (const std::string& path : store.leftovers(mesh)) {
    tell(path + " is not wgmesh's, and stays");
  }
  lock.remove_file();
  remove_agent_with_last_mesh(paths, store, mesh);
}

}  // namespace wgmesh
