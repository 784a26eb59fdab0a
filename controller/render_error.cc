#include "controller/render_error.h"

#include <iostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "controller/printable.h"
#include "proto/session.pb.h"

namespace wgmesh {

ErrorReport report_of(const Error& error, std::string_view node) {
  return {std::string(node), {}, error.message(), error.cure()};
}

ErrorReport report_of(const proto::Error& error, std::string_view node) {
  return {std::string(node), error.step(), error.message(), error.cure()};
}

std::string render_error(const ErrorReport& error) {
  std::string out = "mesh: ";
  for (const std::string* part : {&error.node, &error.step}) {
    if (!part->empty()) out += printable(*part) + ": ";
  }
  std::string message = printable(error.message, true);
  while (message.ends_with('\n')) message.pop_back();
  out += message + '\n';
  if (!error.cure.empty()) out += fmt::format("  cure: {}\n", printable(error.cure));
  return out;
}

std::string render_error_json(const ErrorReport& error) {
  nlohmann::ordered_json line = {{"format_version", 1}, {"event", "error"}};
  const auto put = [&](const char* key, const std::string& text) {
    if (!text.empty()) line[key] = text;
  };
  put("node", error.node);
  put("step", error.step);
  put("message", error.message);
  put("cure", error.cure);
  return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

void print_error(const ErrorReport& error, ProgressMode mode) {
  std::cerr << (mode == ProgressMode::kJson ? render_error_json(error) : render_error(error))
            << std::flush;
}

}  // namespace wgmesh
