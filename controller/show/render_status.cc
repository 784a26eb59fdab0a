#include "controller/show/render_status.h"

#include <algorithm>
#include <array>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "controller/show/amounts.h"
#include "controller/show/facts_document.h"
#include "controller/show/text_table.h"
#include "controller/text/enumeration.h"
#include "controller/text/printable.h"

namespace wgmesh {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kNothing = "-";
constexpr std::size_t kWideGap = 2;

// The end of an address tells nodes of one network apart.
std::string cut_head(std::string_view text, std::size_t columns) {
  if (text.size() <= columns || columns == 0) { return std::string(text); }
  return "…" + std::string(text.substr(text.size() - (columns - 1)));
}

// How many columns the three texts take that may be cut.
struct Cuts {
  std::size_t name = 0;
  std::size_t address = 0;
  std::size_t peer = 0;  // in TREE, without the cost
};

class StatusTable {
 public:
  StatusTable(const StatusView& view, bool is_wide) : view_(view), is_wide_(is_wide) {
    const auto& nodes = view.status.nodes;
    shows_agents_ = is_wide || std::ranges::any_of(
                                   nodes, [&](const NodeRow& row) { return is_other_agent(row); });
    for (const NodeRow& row : nodes) {
      most_.name = std::max(most_.name, columns_of(printable(row.name)));
      most_.address = std::max(most_.address, address_of(row).size());
      most_.peer = std::max(most_.peer, columns_of(root_port_of(row)));
    }
  }

  std::string whole() const { return laid_out(most_, kWideGap); }

  std::string fitted(std::size_t columns) const {
    const std::string text = whole();
    std::size_t width = width_of(text);
    if (width <= columns) { return text; }
    // A narrower gap first: it takes nothing away.
    Cuts cuts = most_;
    width = width_of(laid_out(cuts, 1));
    while (width > columns && shorten(cuts)) { width = width_of(laid_out(cuts, 1)); }
    return laid_out(cuts, 1);
  }

 private:
  static std::size_t width_of(std::string_view table) {
    std::size_t width = 0;
    while (!table.empty()) {
      const std::size_t end = std::min(table.find('\n'), table.size());
      width = std::max(width, columns_of(table.substr(0, end)));
      table.remove_prefix(std::min(end + 1, table.size()));
    }
    return width;
  }

  // Takes a column from the longest of the three. False: all are as short as may be.
  static bool shorten(Cuts& cuts) {
    constexpr std::size_t kLeast = 6;
    std::size_t* const longest =
        std::max({&cuts.name, &cuts.address, &cuts.peer},
                 [](const std::size_t* a, const std::size_t* b) { return *a < *b; });
    if (*longest <= kLeast) { return false; }
    --*longest;
    return true;
  }

  bool is_other_agent(const NodeRow& row) const {
    return !row.agent_version.empty() && row.agent_version != view_.own_version;
  }

  std::string address_of(const NodeRow& row) const {
    return is_wide_ ? fmt::format("{}", fmt::join(row.addresses, ",")) : row.addresses.front();
  }

  static std::string root_port_of(const NodeRow& row) {
    if (!row.tree) { return {}; }
    return printable(row.tree->peer.empty() ? row.tree->port : row.tree->peer);
  }

  static std::string tree_text(const NodeRow& row, std::size_t columns) {
    if (!row.tree) { return std::string(kNothing); }
    if (row.tree->is_root) { return "root"; }
    return fmt::format("{} {}", cut_to(root_port_of(row), columns), row.tree->path_cost);
  }

  template <class Amount>
  static std::string amount_text(const std::optional<Amount>& amount) {
    return amount ? bytes_text(static_cast<double>(*amount)) : std::string(kNothing);
  }

  std::pair<std::string, std::string> traffic_of(std::size_t i) const {
    if (view_.is_watched) {
      const Rates rates = view_.since != nullptr ? view_.since->rates[i] : Rates();
      return {amount_text(rates.received), amount_text(rates.sent)};
    }
    const NodeRow& row = view_.status.nodes[i];
    return {amount_text(row.received), amount_text(row.sent)};
  }

  TableRow cells_of(std::size_t i, const Cuts& cuts) const {
    const NodeRow& row = view_.status.nodes[i];
    const bool is_known = row.state != NodeState::kUnreachable;
    const auto [received, sent] = traffic_of(i);
    TableRow cells = {
        cut_to(printable(row.name), cuts.name),
        to_text(row.state),
        cut_head(address_of(row), cuts.address),
        is_known ? fmt::format("{}/{}", row.peers_up, row.peers) : std::string(kNothing),
        row.oldest_handshake ? short_age_text(*row.oldest_handshake) : std::string(kNothing),
        tree_text(row, cuts.peer),
        received,
        sent};
    if (shows_agents_) {
      const bool is_shown = is_wide_ ? !row.agent_version.empty() : is_other_agent(row);
      cells.push_back(is_shown ? cut_to(printable(row.agent_version), kAgent) : std::string());
    }
    return cells;
  }

  std::string laid_out(const Cuts& cuts, std::size_t gap) const {
    std::vector<TableColumn> columns = {{"NODE"},
                                        {"STATE"},
                                        {"ADDRESS"},
                                        {"PEERS", true},
                                        {"HANDSHAKE", true},
                                        {"TREE"},
                                        {view_.is_watched ? "RX/s" : "RX", true},
                                        {view_.is_watched ? "TX/s" : "TX", true}};
    if (shows_agents_) { columns.push_back({"AGENT"}); }
    std::vector<TableRow> rows;
    for (std::size_t i = 0; i < view_.status.nodes.size(); ++i) {
      rows.push_back(cells_of(i, cuts));
    }
    return text_table(columns, rows, std::string(gap, ' '));
  }

  static constexpr std::size_t kAgent = 8;

  const StatusView& view_;
  bool is_wide_;
  bool shows_agents_ = false;
  Cuts most_;
};

std::string mesh_text(const MeshLine& line) {
  std::string text = fmt::format("{}: {} of {} up, {} of {} with a handshake", printable(line.name),
                                 line.nodes_up, counted(line.nodes, "node"),
                                 line.pairs_with_handshake, counted(line.pairs, "pair"));
  if (line.learned > 0) { text += fmt::format(" ({} learned)", line.learned); }
  if (line.mtu) { text += fmt::format(", mtu {}", *line.mtu); }
  if (!line.root.empty()) { text += fmt::format(", root {}", printable(line.root)); }
  return text + '\n';
}

// One line for each fault, in order; nodes that share one are named in it together.
std::string faults_text(const MeshStatus& status) {
  std::vector<std::pair<std::string, std::vector<std::string>>> lines;  // what, and where
  std::unordered_map<std::string, std::size_t>
      places;  // by what: a mesh may have a fault for each of N^2 pairs
  const auto put = [&](const Finding& fault) {
    const std::string what =
        printable(fault.what) + (fault.cause.empty() ? "" : "; " + printable(fault.cause));
    const auto [place, is_new] = places.emplace(what, lines.size());
    if (is_new) { lines.emplace_back(what, std::vector<std::string>()); }
    if (!fault.where.empty()) { lines[place->second].second.push_back(printable(fault.where)); }
  };
  for (const NodeRow& row : status.nodes) { std::ranges::for_each(row.faults, put); }
  std::ranges::for_each(status.mesh.faults, put);
  std::string text;
  for (const auto& [what, where] : lines) {
    text += where.empty() ? what : fmt::format("{}: {}", enumerated(where), what);
    text += '\n';
  }
  return text;
}

std::string below_table(const StatusView& view) {
  std::string text = "\n" + mesh_text(view.status.mesh) + faults_text(view.status);
  for (const std::string& sentence : view.status.mesh.unlinked) {
    text += printable(sentence) + '\n';
  }
  if (view.since != nullptr && !view.since->sentences.empty()) {
    text += "\nsince the last look:\n";
    for (const std::string& sentence : view.since->sentences) {
      text += fmt::format("  {}\n", printable(sentence));
    }
  }
  return text;
}

template <class Value>
Json or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json();
}

Json or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json faults_json(const std::vector<Finding>& faults) {
  Json out = Json::array();
  for (const Finding& fault : faults) {
    out.push_back(
        {{"id", fault.id}, {"where", fault.where}, {"what", fault.what}, {"cause", fault.cause}});
  }
  return out;
}

Json tree_json(const std::optional<TreePlace>& tree) {
  if (!tree) { return {}; }
  if (tree->is_root) { return {{"is_root", true}}; }
  return {{"is_root", false},
          {"root_port", tree->port},
          {"peer", or_null(tree->peer)},
          {"path_cost", tree->path_cost}};
}

Json transfer_json(const NodeRow& row) {
  if (!row.received || !row.sent) { return {}; }
  return {{"rx_bytes", *row.received}, {"tx_bytes", *row.sent}};
}

Json drift_json(const NodeReport& report) {
  if (!report.status || !report.status->has_drift()) { return {}; }
  return report.status->drift().operations();
}

Json row_json(const NodeRow& row, const Mesh& mesh, const NodeReport& report, const Rates* rates) {
  Json out = {{"state", word_of(row.state)}};
  out.update(node_facts(mesh, *std::ranges::find(mesh.nodes, row.name, &Node::name), report));
  out["peers_up"] = row.peers_up;
  out["oldest_handshake_age"] = or_null(row.oldest_handshake);
  out["tree"] = tree_json(row.tree);
  out["wireguard_transfer"] = transfer_json(row);
  if (rates != nullptr) {
    out["wireguard_rate"] = {{"rx_bytes_per_second", or_null(rates->received)},
                             {"tx_bytes_per_second", or_null(rates->sent)}};
  }
  if (report.status) {
    out["generation"] = report.status->generation();
    out["taken_down"] = report.status->taken_down();
  } else {
    out["unreachable"] = report.unreachable;
  }
  out["drift"] = drift_json(report);
  out["agent_version"] = or_null(row.agent_version);
  out["faults"] = faults_json(row.faults);
  return out;
}

}  // namespace

std::string render_status(const StatusView& view, std::size_t columns) {
  return StatusTable(view, false).fitted(columns) + below_table(view);
}

std::string render_status_wide(const StatusView& view) {
  return StatusTable(view, true).whole() + below_table(view);
}

Json status_document(const StatusView& view, const Mesh& mesh,
                     std::span<const NodeReport> reports) {
  const MeshLine& line = view.status.mesh;
  Json document = {{"format_version", 1}};
  document.update(mesh_facts(mesh, reports));
  document["nodes_up"] = line.nodes_up;
  document["pairs"] = line.pairs;
  document["pairs_with_handshake"] = line.pairs_with_handshake;
  document["faults"] = faults_json(line.faults);
  document["nodes"] = Json::object();
  for (std::size_t i = 0; i < view.status.nodes.size(); ++i) {
    const NodeRow& row = view.status.nodes[i];
    const Rates* rates = view.since != nullptr ? &view.since->rates[i] : nullptr;
    document["nodes"][row.name] = row_json(row, mesh, reports[i], rates);
  }
  if (view.since != nullptr) { document["changes"] = view.since->sentences; }
  return document;
}

std::string render_status_names(const MeshStatus& status) {
  std::string text;
  for (const NodeRow& row : status.nodes) { text += printable(row.name) + '\n'; }
  return text;
}

}  // namespace wgmesh
