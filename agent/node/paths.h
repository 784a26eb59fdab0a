// Where the agent keeps things on a node. Tests give other roots; the program has only this one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wgmesh {

inline constexpr std::string_view kProgram = "wgmesh-agent";  // the agent's file

struct Paths {
  std::string state = "/var/lib/wgmesh";  // stored meshes
  std::string run = "/run/wgmesh";        // locks
  // Where a link to the agent may stand; see program_link.h for which one is taken.
  std::vector<std::string> links = {"/usr/local/sbin", "/usr/local/bin", "/usr/sbin",
                                    "/usr/bin",        "/sbin",          "/bin"};
  // Where the controller may have put the agent: the first that was writable and executable.
  std::vector<std::string> programs = {"/var/lib/wgmesh/bin", "/usr/local/lib/wgmesh",
                                       "/opt/wgmesh", "/run/wgmesh/bin"};
  std::string systemd = "/run/systemd/system";  // is there where systemd runs
  std::string units = "/etc/systemd/system";
  std::string systemctl = "/bin/systemctl";
  std::string journal_socket = "/run/systemd/journal/socket";  // the journal's native protocol
  std::string syslog_socket = "/dev/log";
  std::string self = "/proc/self/exe";  // the running program; empty: it stays where it is
  std::string selinux = "/sys/fs/selinux";
  std::string wireguard = "/etc/wireguard";  // wg-quick's files, a predecessor's among them
};

}  // namespace wgmesh
