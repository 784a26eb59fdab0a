// The keys of a node that say where it is: `ssh` (text, or a map in ssh's or Fabric's words),
// `exec` and `endpoint`.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "common/net.h"
#include "controller/file/yaml_value.h"
#include "controller/mesh/mesh.h"

namespace wgmesh {

std::optional<SshTarget> read_ssh(const Value& value);
std::optional<ExecTarget> read_exec(const Value& value);
// Where the text or map names no port it is `listen_port`.
std::optional<HostPort> read_endpoint(const Value& value, std::uint16_t listen_port);

// The keys within `ssh`, within `connect_kwargs` of `ssh`, and within `endpoint`.
std::span<const std::string> ssh_keys();
std::span<const std::string> connect_keys();
std::span<const std::string> endpoint_keys();

}  // namespace wgmesh
