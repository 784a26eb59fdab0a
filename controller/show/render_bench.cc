#include "controller/show/render_bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "controller/show/amounts.h"
#include "controller/show/text_table.h"
#include "controller/text/printable.h"

namespace wgmesh {
namespace {

using Json = nlohmann::ordered_json;

std::string milliseconds_text(const std::optional<std::chrono::microseconds>& time) {
  if (!time) { return "-"; }
  const double milliseconds = static_cast<double>(time->count()) / 1000;
  return milliseconds < 10 ? fmt::format("{:.2f} ms", milliseconds)
                           : fmt::format("{:.0f} ms", milliseconds);
}

std::string loss_text(const std::optional<double>& loss) {
  return loss ? fmt::format("{:.1f}%", *loss * 100) : "-";
}

std::string path_word(const BenchRun& run) { return run.beside ? "beside" : "mesh"; }

TableRow row_of(const BenchRun& run, const BenchFigures& figures, bool tells_path) {
  TableRow row{printable(run.from), printable(run.to)};
  if (tells_path) { row.push_back(path_word(run)); }
  row.push_back(bit_rate_text(figures.tcp_rate));
  row.push_back(bit_rate_text(figures.udp_rate));
  row.push_back(loss_text(figures.udp_loss));
  row.push_back(milliseconds_text(figures.round_trip_idle));
  row.push_back(milliseconds_text(figures.round_trip_load));
  row.push_back(
      fmt::format("{}/{}%", (figures.sender_cpu + 5) / 10, (figures.receiver_cpu + 5) / 10));
  return row;
}

std::string with_cure(const Said& said) {
  return printable(said.text) + (said.cure.empty() ? "" : "; " + printable(said.cure));
}

Json milliseconds_json(const std::optional<std::chrono::microseconds>& time) {
  if (!time) { return nullptr; }
  return static_cast<double>(time->count()) / 1000;
}

Json said_json(const Said& said) {
  return {{"id", said.id}, {"message", said.text}, {"cure", said.cure}};
}

Json run_json(const BenchRun& run) {
  Json out = {{"from", run.from}, {"to", run.to}, {"path", path_word(run)}};
  if (!run.figures) {
    out["error"] = said_json(run.why_not);
    return out;
  }
  const BenchFigures& figures = *run.figures;
  out["tcp_bits_per_second"] = figures.tcp_rate;
  out["udp_bits_per_second"] = figures.udp_rate;
  out["udp_loss"] = figures.udp_loss ? Json(*figures.udp_loss) : Json(nullptr);
  out["round_trip_ms"] = {{"idle", milliseconds_json(figures.round_trip_idle)},
                          {"load", milliseconds_json(figures.round_trip_load)}};
  out["cpu"] = {{"from", figures.sender_cpu / 1000.0}, {"to", figures.receiver_cpu / 1000.0}};
  return out;
}

}  // namespace

std::string bench_announcement(std::size_t pairs, const BenchBounds& bounds) {
  const auto time = std::chrono::ceil<std::chrono::seconds>(bounds.expected(pairs));
  return fmt::format("{} pair{}, about {} s, at most {} per pair", pairs, pairs == 1 ? "" : "s",
                     time.count(), decimal_bytes_text(bounds.pair_octets));
}

std::string render_bench(const std::vector<BenchPair>& pairs, const BenchBounds& bounds) {
  std::vector<TableColumn> columns{{"FROM"}, {"TO"}};
  if (bounds.beside) { columns.push_back({"PATH"}); }
  for (const char* head : {"TCP", "UDP", "LOSS", "IDLE", "LOAD", "CPU"}) {
    columns.push_back({head, true});
  }
  std::vector<TableRow> rows;
  std::string faults;
  for (const BenchPair& pair : pairs) {
    if (pair.skipped) {
      faults += fmt::format("{}-{}: skipped: {}\n", printable(pair.a), printable(pair.b),
                            with_cure(*pair.skipped));
    }
    for (const BenchRun& run : pair.runs) {
      if (run.figures) {
        rows.push_back(row_of(run, *run.figures, bounds.beside));
      } else {
        faults +=
            fmt::format("{} to {}{}: not measured: {}\n", printable(run.from), printable(run.to),
                        run.beside ? " beside the mesh" : "", with_cure(run.why_not));
      }
    }
  }
  const std::string table = rows.empty() ? std::string() : text_table(columns, rows, "  ");
  return table + (table.empty() || faults.empty() ? "" : "\n") + faults;
}

std::string render_bench_json(const std::string& mesh, const std::vector<BenchPair>& pairs,
                              const BenchBounds& bounds) {
  Json document = {{"format_version", 1},
                   {"mesh", mesh},
                   {"seconds", bounds.stream.count()},
                   {"max_bytes", bounds.pair_octets},
                   {"ok", std::ranges::all_of(pairs, &BenchPair::is_measured)},
                   {"pairs", Json::array()}};
  for (const BenchPair& pair : pairs) {
    Json out = {{"nodes", {pair.a, pair.b}},
                {"skipped", pair.skipped ? said_json(*pair.skipped) : Json(nullptr)},
                {"runs", Json::array()}};
    for (const BenchRun& run : pair.runs) { out["runs"].push_back(run_json(run)); }
    document["pairs"].push_back(std::move(out));
  }
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace wgmesh
