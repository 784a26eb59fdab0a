// --interactive: shows what would be done, by a dry run that locks nothing, and asks.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>

#include "controller/command_line.h"
#include "controller/mesh/mesh.h"
#include "controller/result_document.h"
#include "proto/session.pb.h"

namespace wgmesh {

// The nodes' generations that the user has agreed to see changed: a node that has another one by
// then has been changed by somebody else meanwhile. Or the exit code, when it ends here: the user
// has declined, a node has failed. Then everything is told, and what would have been done is in `document`.
std::variant<std::map<std::string, std::uint64_t>, int> agreed_generations(
    const CommandLine& command_line, const Mesh& mesh, proto::Goal goal, std::string_view question,
    ResultDocument& document);

}  // namespace wgmesh
