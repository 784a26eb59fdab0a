// One event of `--progress json`: a JSON object in a line of its own (packaging/schema/event.schema.json).
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace wgmesh {

// Format version, the event's name, `fields` in their order, and the seconds since this program began.
std::string event_line(std::string_view event, const nlohmann::ordered_json& fields);

}  // namespace wgmesh
