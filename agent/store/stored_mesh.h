// What a node keeps of a mesh, as values and as the content of its files. Every file starts with a
// line "wgmesh FORMAT CHECKSUM", so that damage is found and a newer format is named. No paths
// here.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "agent/state/state.h"
#include "common/error.h"
#include "common/key.h"
#include "common/wiped_text.h"
#include "proto/plan.pb.h"

namespace wgmesh {

inline constexpr unsigned kStoredFormat = 1;
inline constexpr std::array<std::string_view, 6> kStoredFiles = {
    "private_key", "preshared_keys", "plan", "former_ports", "endpoints", "down"};

// A file that does not say what it said when it was written.
class Damaged : public Error {
 public:
  using Error::Error;
};

// Written by a newer agent: whole, but not to be understood here, and not to be overwritten.
class NewerFormat : public Error {
 public:
  NewerFormat(const std::string& what, unsigned format, unsigned known);
};

struct StoredMesh {
  std::optional<Secret> private_key;
  std::map<std::string, Secret> preshared_keys;     // by peer node
  std::optional<proto::Plan> plan;                  // the committed one
  std::map<std::string, ForeignPort> former_ports;  // what bridge_ports were before they joined
  // What endpoints resolved to when something was last committed, by peer node: `restore` asks no
  // name server.
  std::map<std::string, SocketAddress> endpoints;
  bool taken_down = false;  // and is to stay down

  bool empty() const;
};

// Contents by name (kStoredFiles); a part that is empty has no file.
std::map<std::string, WipedText> put_stored(const StoredMesh& stored);

// Reads one such content into `stored`. Throws Damaged (also for values that no agent would have
// written, such as an MTU of 1), NewerFormat, or Error for an unknown name.
void parse_stored(std::string_view name, std::string_view content, StoredMesh& stored);

// The committed plan, without the number that each commit counts up.
bool same_plan(const proto::Plan& a, const proto::Plan& b);

}  // namespace wgmesh
