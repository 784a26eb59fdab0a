// An error or warning as part of a JSON document: `id`, `node`, `step`, `message` and `cure`, without
// those that are empty. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "controller/show/render_error.h"

namespace wgmesh {

nlohmann::ordered_json error_document(const ErrorReport& error);

}  // namespace wgmesh
