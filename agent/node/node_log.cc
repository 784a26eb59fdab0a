#include "agent/node/node_log.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "agent/linux/wall_clock.h"
#include "agent/store/atomic_file.h"
#include "common/unique_fd.h"

namespace wgmesh {
namespace {

constexpr int kNotice = 5;
constexpr int kDaemon = 3;  // syslog's facility

// False when nobody takes it at once.
bool send_to(const std::string& path, int type, std::string_view octets) {
  sockaddr_un address{};
  if (path.empty() || path.size() >= sizeof address.sun_path) { return false; }
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  const UniqueFd socket(::socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) { return false; }
  const auto* to = reinterpret_cast<const sockaddr*>(&address);
  if (::connect(socket.get(), to, sizeof address) != 0) { return false; }
  return ::send(socket.get(), octets.data(), octets.size(), MSG_DONTWAIT | MSG_NOSIGNAL) ==
         static_cast<ssize_t>(octets.size());
}

// The journal's native protocol: a field a line.
std::string fields_of(const std::string& mesh, const LastChange& change, const std::string& text) {
  return fmt::format(
      "MESSAGE={}\nPRIORITY={}\nSYSLOG_FACILITY={}\nSYSLOG_IDENTIFIER=wgmesh-agent\n"
      "WGMESH_MESH={}\nWGMESH_GENERATION={}\nWGMESH_CHANGES={}\n",
      text, kNotice, kDaemon, mesh, change.generation, change.changes);
}

bool keeps_something(const Store& store, const std::string& mesh) {
  const auto there = [&](std::string_view file) {
    return exists(store.folder(mesh) + "/" + std::string(file));
  };
  return std::ranges::any_of(kStoredFiles, there);
}

}  // namespace

void NodeLog::tell(const Store& store, const std::string& mesh, LastChange change) const noexcept {
  try {
    change.time = wall_clock();
    if (const auto plan = store.load(mesh).mesh.plan) { change.generation = plan->generation(); }
    send(mesh, change);
    if (!keeps_something(store, mesh)) { return; }
    // Not synced: nobody shall wait for the disk for a note, and it is whole or not there.
    const std::string path = store.folder(mesh) + "/" + std::string(kLastChange);
    write_unsynced(path + ".tmp", put_last_change(change));
    rename_file(path + ".tmp", path);
  } catch (...) {
    // Full and read-only disks have been told of by the change itself.
  }
}

void NodeLog::send(const std::string& mesh, const LastChange& change) const {
  const std::string text = mesh + ": " + describe(change);
  if (send_to(journal_socket_, SOCK_DGRAM, fields_of(mesh, change, text))) { return; }
  // Without a time: who receives it knows that better.
  const std::string line =
      fmt::format("<{}>wgmesh-agent[{}]: {}", kDaemon * 8 + kNotice, ::getpid(), text);
  if (send_to(syslog_socket_, SOCK_DGRAM, line)) { return; }
  send_to(syslog_socket_, SOCK_STREAM, line + '\n');
}

}  // namespace wgmesh
