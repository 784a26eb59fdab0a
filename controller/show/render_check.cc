#include "controller/show/render_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "controller/mesh/measurements.h"
#include "controller/mesh/node_findings.h"
#include "controller/text/printable.h"

namespace wgmesh {
namespace {

using Json = nlohmann::ordered_json;

struct Cell {
  bool asked = false;  // somebody answers for the row
  PairMeasurement measured;
  std::optional<std::int64_t> handshake_age;  // seconds
  unsigned mtu = 0;                           // of the segment, as the row's node has it
};

Cell cell_of(const Examination& examination, const Node& from, const Node& to) {
  Cell cell;
  const auto examined = examination.nodes.find(from.name);
  if (examined == examination.nodes.end() || !examined->second.status) { return cell; }
  const proto::Status& status = *examined->second.status;
  cell.asked = true;
  cell.mtu = status.bridge().mtu();
  for (const proto::PeerStatus& peer : status.device().peers()) {
    if (peer.node() == to.name && peer.latest_handshake() > 0) {
      cell.handshake_age = std::max<std::int64_t>(status.time() - peer.latest_handshake(), 0);
    }
  }
  const auto row = examination.measured.find(from.name);
  if (row == examination.measured.end()) { return cell; }
  if (const auto found = row->second.find(to.name); found != row->second.end()) {
    cell.measured = found->second;
  }
  return cell;
}

double in_milliseconds(std::chrono::microseconds time) {
  return static_cast<double>(time.count()) / 1000;
}

std::string cell_text(const Cell& cell) {
  if (!cell.asked) { return "?"; }
  std::string text = "lost";
  if (cell.measured.segment && cell.measured.segment->round_trip) {
    text = fmt::format("{:.1f}ms", in_milliseconds(*cell.measured.segment->round_trip));
    if (!cell.measured.segment->large_passes) { text += " mtu!"; }
  }
  if (cell.handshake_age) { text += fmt::format(" {}s", *cell.handshake_age); }
  return text;
}

std::string table_text(const Mesh& mesh, const Examination& examination) {
  std::vector<std::string> head{"from \\ to"};
  for (const Node& node : mesh.nodes) { head.push_back(printable(node.name)); }
  std::vector<std::vector<std::string>> rows{head};
  for (const Node& from : mesh.nodes) {
    std::vector<std::string>& row = rows.emplace_back();
    row.push_back(printable(from.name));
    for (const Node& to : mesh.nodes) {
      row.push_back(from.name == to.name ? "-" : cell_text(cell_of(examination, from, to)));
    }
  }
  std::vector<std::size_t> widths(head.size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) { widths[i] = std::max(widths[i], row[i].size()); }
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += fmt::format("{:<{}}  ", row[i], widths[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  }
  return out;
}

Json path_json(const std::optional<PathMeasurement>& path) {
  if (!path) { return nullptr; }
  Json out = {{"reachable", path->round_trip.has_value()},
              {"round_trip_ms", nullptr},
              {"mtu_passes", path->large_passes}};
  if (path->round_trip) { out["round_trip_ms"] = in_milliseconds(*path->round_trip); }
  if (!path->error.empty()) { out["error"] = path->error; }
  return out;
}

}  // namespace

std::string render_check(const Mesh& mesh, const Examination& examination,
                         const std::vector<Finding>& findings) {
  std::string out = table_text(mesh, examination);
  out += "\nround trip over the segment, age of the latest handshake\n";
  for (const Finding& finding : findings) {
    out += fmt::format("\n{}{}{}\n", printable(finding.where), finding.where.empty() ? "" : ": ",
                       printable(finding.what));
    if (!finding.cause.empty()) { out += fmt::format("  {}\n", printable(finding.cause)); }
  }
  if (findings.empty()) { out += "\nNothing is wrong.\n"; }
  return out;
}

std::string render_check_json(const Mesh& mesh, const Examination& examination,
                              const std::vector<Finding>& findings) {
  Json document = {{"format_version", 1},
                   {"ok", findings.empty()},
                   {"paths", Json::object()},
                   {"findings", Json::array()}};
  for (const Node& from : mesh.nodes) {
    Json& row = document["paths"][from.name] = Json::object();
    for (const Node& to : mesh.nodes) {
      if (from.name == to.name) { continue; }
      const Cell cell = cell_of(examination, from, to);
      if (!cell.asked) { continue; }
      row[to.name] = {{"segment", path_json(cell.measured.segment)},
                      {"wireguard", path_json(cell.measured.inner)},
                      {"handshake_age", nullptr},
                      {"mtu", cell.mtu}};
      if (cell.handshake_age) { row[to.name]["handshake_age"] = *cell.handshake_age; }
    }
  }
  for (const Finding& finding : findings) {
    document["findings"].push_back({{"id", finding.id},
                                    {"where", finding.where},
                                    {"what", finding.what},
                                    {"cause", finding.cause}});
  }
  document["warnings"] = Json::array();
  for (const Said& warning : find_foreign_roots(mesh, views_of(examination))) {
    document["warnings"].push_back(warning.text);
  }
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace wgmesh
