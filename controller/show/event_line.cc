#include "controller/show/event_line.h"

#include <chrono>

namespace wgmesh {
namespace {

using Json = nlohmann::ordered_json;

const std::chrono::steady_clock::time_point kBegun = std::chrono::steady_clock::now();

}  // namespace

std::string event_line(std::string_view event, const Json& fields) {
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - kBegun);
  Json line = {{"format_version", 1}, {"event", event}};
  line.update(fields);
  line["elapsed_s"] = static_cast<double>(elapsed.count()) / 1000;
  return line.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace wgmesh
