// The mesh that wireguard-mesh, the tool before this one, made on this node: found by its file in
// wg-quick's form, and set aside when it was taken over. Knows files, not the kernel.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/key.h"
#include "common/said.h"

namespace wgmesh {

inline constexpr std::string_view kAdoptedEnding = ".wgmesh-adopted";

struct Predecessor {
  std::string file;                   // "/etc/wireguard/wg-test0.conf"
  std::string kept_as;                // the name that the file gets at the commit
  std::string device;                 // "wg-test0"
  std::set<std::string> interfaces;   // the device, and what the file's commands name
  std::vector<std::string> enablers;  // links that start the file's unit at boot
  Secret private_key;
  std::map<std::string, Secret> preshared_keys;  // by peer node
};

struct PredecessorSearch {
  std::optional<Predecessor> found;
  // Why the folder, or a file with such a name, cannot be read: nobody knows whose it is.
  std::optional<Said> unread;
};

// The mesh's file among those in `folder` (/etc/wireguard), or nothing. `units`: where systemd has
// what the administrator has enabled (/etc/systemd/system). Throws Error, with the file as context,
// if the file is the predecessor's and cannot be taken over.
PredecessorSearch find_predecessor(const std::string& folder, const std::string& units,
                                   const std::string& mesh);

// What leaves its place when the mesh is taken over: the file, and the links to its unit.
std::vector<std::string> left_places(const Predecessor& predecessor);
// Whether `path` may be such a place of a predecessor of `mesh`.
bool is_left_place(std::string_view path, std::string_view mesh);
// The file is renamed (no file that was kept earlier is lost), and the links are removed. Can be
// repeated after an interruption. Throws SystemError.
void leave_places(const std::vector<std::string>& paths);

}  // namespace wgmesh
