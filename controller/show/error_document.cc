#include "controller/show/error_document.h"

#include <nlohmann/json.hpp>

namespace wgmesh {

nlohmann::ordered_json error_document(const ErrorReport& error) {
  nlohmann::ordered_json out = nlohmann::ordered_json::object();
  const auto put = [&](const char* key, const std::string& text) {
    if (!text.empty()) { out[key] = text; }
  };
  put("id", error.id);
  put("node", error.node);
  put("step", error.step);
  out["message"] = error.message;
  put("cure", error.cure);
  return out;
}

}  // namespace wgmesh
