#include "agent/node/units.h"

#include <fmt/format.h>

#include "agent/node/program_link.h"
#include "agent/node/systemctl.h"
#include "agent/store/atomic_file.h"
#include "common/error.h"
#include "common/locate_port.h"
#include "common/posix.h"

namespace wgmesh {
namespace {

constexpr std::string_view kPackagedProgram = "/usr/local/sbin/wgmesh-agent";
constexpr std::string_view kAnyAddress = "[fd00::1]:21820";
static_assert(kLocatePort == 21820);
constexpr std::string_view kLocate = "wgmesh-locate@";

std::string boot_instance(const std::string& mesh) { return "wgmesh@" + mesh + ".service"; }
std::string refresh_instance(const std::string& mesh) {
  return "wgmesh-refresh@" + mesh + ".timer";
}
std::string locate_socket(const std::string& mesh) {
  return fmt::format("{}{}.socket", kLocate, mesh);
}
std::string locate_service(const std::string& mesh) {
  return fmt::format("{}{}.service", kLocate, mesh);
}

// A file that says that systemd has not taken the instances of `mesh`.
std::string owed_path(const Paths& paths, const std::string& mesh) {
  return paths.state + "/.units-owed-" + mesh;
}

void owe_units(const Paths& paths, const std::string& mesh) {
  try {
    write_file(owed_path(paths, mesh), "");
  } catch (const Error&) {
    // The line for the user says what is to be done.
  }
}

std::string path_of(const Paths& paths, const Unit& unit) { return paths.units + "/" + unit.name; }

std::string text_of(const Unit& unit, const std::string& agent) {
  std::string text = unit.text;
  const std::size_t at = text.find(kPackagedProgram);
  if (at != std::string::npos) { text.replace(at, kPackagedProgram.size(), agent); }
  return text;
}

std::string socket_path(const Paths& paths, const std::string& mesh) {
  return paths.units + "/" + locate_socket(mesh);
}

void try_to(const Paths& paths, const std::vector<std::string>& words) {
  try {
    run_systemctl(paths.systemctl, words);
  } catch (const Error&) {
    // The caller wants an end of something, and that may have come before.
  }
}

// A socket cannot be started again while its service runs, and without the socket nothing starts that.
void stop_answering(const Paths& paths, const std::string& mesh) {
  try_to(paths, {"stop", locate_socket(mesh), locate_service(mesh)});
}

void remove_socket(const Paths& paths, const std::string& mesh) {
  const std::string path = socket_path(paths, mesh);
  if (!exists(path)) { return; }
  stop_answering(paths, mesh);
  try_to(paths, {"disable", locate_socket(mesh)});
  remove_file(path);
  try_to(paths, {"daemon-reload"});
}

// `is_owed`: systemd has refused something before.
void settle_socket(const Paths& paths, const std::string& mesh, const IpAddress& answers_at,
                   bool is_owed) {
  std::string text = kLocateSocket;
  text.replace(text.find(kAnyAddress), kAnyAddress.size(),
               to_text(SocketAddress{answers_at, kLocatePort}));
  const std::string path = socket_path(paths, mesh);
  const auto present = read_file(path);
  if (present == text && !is_owed) { return; }
  if (present) { stop_answering(paths, mesh); }
  write_file_atomically(path, text, kPublic);
  run_systemctl(paths.systemctl, {"enable", "--now", locate_socket(mesh)});
}

}  // namespace

std::vector<std::string> unit_instances(const std::string& mesh, bool answers) {
  std::vector<std::string> instances{boot_instance(mesh), refresh_instance(mesh)};
  if (answers) { instances.push_back(locate_socket(mesh)); }
  return instances;
}

std::vector<std::string> present_units(const Paths& paths) {
  std::vector<std::string> present;
  for (const Unit& unit : kUnits) {
    std::string path = path_of(paths, unit);
    if (exists(path)) { present.push_back(std::move(path)); }
  }
  for (const std::string& name : names_in(paths.units)) {
    if (name.starts_with(kLocate) && name.ends_with(".socket")) {
      present.push_back(paths.units + "/" + name);
    }
  }
  return present;
}

std::optional<std::string> install_units(const Paths& paths, const std::string& mesh, bool is_first,
                                         const std::string& program,
                                         const std::optional<IpAddress>& answers_at) {
  const std::string agent = program.empty() ? lasting_program() : program;
  if (!exists(paths.systemd) || agent.starts_with("/run/")) {
    if (!is_first) { return std::nullopt; }
    if (agent.starts_with("/run/")) {
      return "no place but " + agent + " took the agent, so nothing can bring the mesh up at boot";
    }
    return "systemd does not run here: to bring the mesh up at boot, let it "
           "run `" +
           agent + " restore`; where endpoints are names or learned, let a timer run `" + agent +
           " refresh`";
  }
  try {
    bool any_was_missing = false;
    bool any_is_new = false;
    for (const Unit& unit : kUnits) {
      const std::string path = path_of(paths, unit);
      const std::string text = text_of(unit, agent);
      const auto present = read_file(path);
      if (present == text) { continue; }
      write_file_atomically(path, text, kPublic);
      any_was_missing = any_was_missing || !present;
      any_is_new = true;
    }
    const bool is_owed = units_are_owed(paths, mesh);
    // Enabling makes systemd read the files again too. The service itself is for the next boot: it
    // would only find the mesh up, and wait for this change to end.
    if (is_first || any_was_missing || is_owed) {
      run_systemctl(paths.systemctl, {"enable", boot_instance(mesh)});
      run_systemctl(paths.systemctl, {"enable", "--now", refresh_instance(mesh)});
    } else if (any_is_new) {
      run_systemctl(paths.systemctl, {"daemon-reload"});
    }
    if (answers_at) {
      settle_socket(paths, mesh, *answers_at, is_owed);
    } else {
      remove_socket(paths, mesh);
    }
    remove_file(owed_path(paths, mesh));
  } catch (const Error& error) {
    owe_units(paths, mesh);
    return "systemd does not take care of the mesh (" + error.message() +
           "); see `systemctl enable " + boot_instance(mesh) + "` and `systemctl enable --now " +
           refresh_instance(mesh) + (answers_at ? " " + locate_socket(mesh) : std::string()) +
           "`; the next `mesh up` tries again";
  }
  return std::nullopt;
}

bool units_are_owed(const Paths& paths, const std::string& mesh) {
  return exists(paths.systemd) && exists(owed_path(paths, mesh));
}

void remove_units(const Paths& paths, const std::string& mesh, bool is_last) {
  remove_file(owed_path(paths, mesh));
  const std::vector<std::string> present = present_units(paths);
  if (present.empty()) { return; }
  remove_socket(paths, mesh);
  try_to(paths, {"disable", "--now", refresh_instance(mesh)});
  try_to(paths, {"disable", boot_instance(mesh)});
  if (!is_last) { return; }
  for (const std::string& path : present) { remove_file(path); }
  try_to(paths, {"daemon-reload"});
}

}  // namespace wgmesh
