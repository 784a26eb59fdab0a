#include "controller/show/render_error.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "controller/show/event_line.h"
#include "controller/show/output.h"
#include "controller/show/told.h"
#include "controller/text/printable.h"
#include "proto/session.pb.h"

namespace wgmesh {
namespace {

using Json = nlohmann::ordered_json;

}  // namespace

ErrorReport report_of(const Error& error, std::string_view node) {
  return {std::string(node), {}, error.message(), error.cure(), error.id()};
}

ErrorReport report_of(const Said& said, std::string_view node, std::string_view step) {
  return {std::string(node), std::string(step), said.text, said.cure, said.id};
}

ErrorReport report_of(const proto::Error& error, std::string_view node) {
  return {std::string(node), error.step(), error.message(), error.cure(), error.id()};
}

std::string render_error(const ErrorReport& error) {
  std::string out = "mesh: ";
  if (!error.node.empty()) { out += printable(error.node) + ": "; }
  // "connect to 192.0.2.3: …" says which step it was.
  if (!error.step.empty() && !error.message.starts_with(error.step + ' ')) {
    out += printable(error.step) + ": ";
  }
  out += printable_lines(error.message) + '\n';
  if (!error.cure.empty()) { out += fmt::format("  cure: {}\n", printable(error.cure)); }
  return out;
}

std::string render_error_json(const ErrorReport& error) {
  Json line = Json::object();
  const auto put = [&](const char* key, const std::string& text) {
    if (!text.empty()) { line[key] = text; }
  };
  put("id", error.id);
  put("node", error.node);
  put("step", error.step);
  put("message", error.message);
  put("cure", error.cure);
  return event_line("error", line);
}

std::string render_fault(const Fault& fault) { return printable(to_text(fault)) + '\n'; }

std::string render_fault_json(const Fault& fault) {
  Json line = Json::object();
  if (!fault.id.empty()) { line["id"] = fault.id; }
  line.update(Json{{"file", fault.file},
                   {"line", fault.line},
                   {"column", fault.column},
                   {"path", fault.path},
                   {"message", fault.message}});
  return event_line("fault", line);
}

void print_error(const ErrorReport& error, ProgressMode mode) {
  keep_told(error);
  say(mode == ProgressMode::kJson ? render_error_json(error) : render_error(error));
}

void print_fault(const Fault& fault, ProgressMode mode) {
  keep_told(fault);
  say(mode == ProgressMode::kJson ? render_fault_json(fault) : render_fault(fault));
}

}  // namespace wgmesh
