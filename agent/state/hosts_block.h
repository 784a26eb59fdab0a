// The block of a mesh in the text of /etc/hosts: two marks, and the lines between them. Every octet outside the block
// stays as it is, and a block that was put in and taken out again leaves the text that was there before. Pure.
#pragma once

#include <optional>
#include <string>

#include "agent/state/state.h"
#include "common/said.h"

namespace wgmesh {

// The marks of the mesh do not fit together: one without the other, or a block twice. Where its block ends, only
// people can say, so nothing is changed.
std::optional<Said> find_hosts_damage(const std::string& text, const std::string& mesh);

// The functions below want a text without damage.

std::optional<HostsBlock> find_hosts_block(const std::string& text, const std::string& mesh);

// The text with the block: in the place of the one that is there, else at the end, where lines of others are found
// first. `text`: absent if there is no file.
std::string with_hosts_block(const std::optional<std::string>& text, const HostsBlock& block);

// The text without the mesh's block. Absent: there was no file before the block, and nothing is left.
std::optional<std::string> without_hosts_block(const std::string& text, const std::string& mesh);

}  // namespace wgmesh
