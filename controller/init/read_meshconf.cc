#include "controller/init/read_meshconf.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "common/limits.h"
#include "common/trimmed.h"
#include "controller/file/source_text.h"
#include "controller/file/yaml_value.h"
#include "controller/init/csv.h"
#include "controller/init/draft_addresses.h"
#include "controller/init/foreign_file.h"
#include "controller/text/enumeration.h"
#include "controller/text/messages.h"
#include "controller/text/printable.h"

namespace wgmesh {
namespace {

constexpr std::array<std::string_view, 5> kTakenColumns = {"Name", "Address", "Endpoint",
                                                           "ListenPort", "PersistentKeepalive"};

class MeshconfTable {
 public:
  MeshconfTable(std::vector<CsvRow> rows, const std::string& file)
      : rows_(std::move(rows)), faults_(file) {}

  Draft read() {
    expect_columns();
    for (std::size_t i = 1; i < rows_.size(); ++i) { add(rows_[i]); }
    expect_nodes(draft_.nodes.size(), "a CSV file of wg-meshconf with peers", faults_);
    draft_.network = covering_network(addresses_);
    put_notes();
    return std::move(draft_);
  }

 private:
  void expect_columns() {
    if (rows_.empty()) { rows_.emplace_back(); }
    for (const char* const column : {"Name", "Address"}) {
      if (!column_of(column)) { faults_.add({}, {}, say<"init-column-missing">(column)); }
    }
    faults_.throw_if_any();
  }

  std::optional<std::size_t> column_of(std::string_view name) const {
    const CsvRow& head = rows_.front();
    const auto found = std::ranges::find(head, name, &CsvField::text);
    if (found == head.end()) { return std::nullopt; }
    return static_cast<std::size_t>(found - head.begin());
  }

  // Null where the row has nothing in that column.
  const CsvField* find(const CsvRow& row, std::string_view name) const {
    const auto column = column_of(name);
    if (!column || trimmed(row[*column].text).empty()) { return nullptr; }
    return &row[*column];
  }

  void add(const CsvRow& row) {
    const Place place = row.front().place;
    if (row.size() != rows_.front().size()) {
      faults_.add(place, {}, say<"init-row-unfit">(rows_.front().size(), row.size()));
      return;
    }
    const CsvField* name = find(row, "Name");
    if (name == nullptr) {
      faults_.add(place, "Name", say<"file-key-missing">("the peer's name"));
      return;
    }
    DraftNode node;
    node.name = trimmed(name->text);
    const std::string usable = as_node_name(node.name);
    node.target = parse_ssh_target(usable.empty() ? "node" : usable);
    put_addresses(row, node);
    put_numbers(row, node);
    put_endpoint(row, node);
    note_left_out(row);
    add_node(draft_, std::move(node));
  }

  void put_addresses(const CsvRow& row, DraftNode& node) {
    const CsvField* field = find(row, "Address");
    if (field == nullptr) { return; }
    std::string_view rest = field->text;
    while (!rest.empty()) {
      const std::string_view word = trimmed(rest.substr(0, rest.find(',')));
      rest.remove_prefix(std::min(rest.find(','), rest.size() - 1) + 1);
      if (word.empty()) { continue; }
      auto prefix = parse_prefix(word);
      if (const auto address = parse_ip(word)) { prefix = Prefix{*address, address->bits()}; }
      if (!prefix) {
        faults_.add(field->place, "Address",
                    say<"file-value-unfit">("addresses with prefix length, such as 10.0.0.1/24",
                                            fmt::format("\"{}\"", shown(word)), ""));
        continue;
      }
      node.addresses.push_back(*prefix);
      addresses_.push_back(*prefix);
    }
  }

  void put_numbers(const CsvRow& row, DraftNode& node) {
    if (const CsvField* port = find(row, "ListenPort")) {
      node.listen_port = port_in(trimmed(port->text), port->place, "ListenPort", faults_);
      if (node.listen_port == Node().listen_port) { node.listen_port.reset(); }
    }
    const CsvField* keepalive = find(row, "PersistentKeepalive");
    if (keepalive == nullptr) { return; }
    const std::string_view text = trimmed(keepalive->text);
    std::uint16_t seconds = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (text != "off" && (result.ec != std::errc() || result.ptr != text.data() + text.size())) {
      faults_.add(keepalive->place, "PersistentKeepalive",
                  say<"file-number-unfit">("a number of seconds", 0, 65535,
                                           fmt::format("\"{}\"", shown(text)), ""));
      return;
    }
    if (seconds != Node().persistent_keepalive) { node.persistent_keepalive = seconds; }
  }

  // A host alone: its port is the listen port.
  void put_endpoint(const CsvRow& row, DraftNode& node) {
    const CsvField* field = find(row, "Endpoint");
    if (field == nullptr) {
      node.no_endpoint = "The CSV file has none for it, so it dials its peers.";
      return;
    }
    try {
      node.endpoint = split_host_port(trimmed(field->text));
    } catch (const Error& error) {
      faults_.add(field->place, "Endpoint", {error.id(), error.message(), error.cure()});
    }
  }

  void note_left_out(const CsvRow& row) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string& column = rows_.front()[i].text;
      const bool is_taken = std::ranges::find(kTakenColumns, column) != kTakenColumns.end();
      if (!is_taken && !trimmed(row[i].text).empty()) { left_out_.insert(printable(column)); }
    }
  }

  void put_notes() {
    if (draft_.network) { draft_.network_note = "The network of the peers' addresses."; }
    draft_.notes.emplace_back(
        "The hosts after `ssh:` are guesses: the CSV file has no logins. Write how `ssh` reaches "
        "each node.");
    draft_.notes.emplace_back(
        "The old WireGuard interfaces have the same addresses: take them down (`wg-quick down`) "
        "before `mesh up`.");
    if (left_out_.empty()) { return; }
    draft_.notes.push_back(
        fmt::format("Not taken from the CSV file: {}. Each node makes its own keys.",
                    enumerated({left_out_.begin(), left_out_.end()}, left_out_.size())));
  }

  std::vector<CsvRow> rows_;
  FaultList faults_;
  Draft draft_;
  std::vector<Prefix> addresses_;  // of all peers
  std::set<std::string> left_out_;
};

}  // namespace

Draft read_meshconf(std::string_view text, const std::string& file) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";  // spreadsheets write it
  if (text.starts_with(kByteOrderMark)) { text.remove_prefix(kByteOrderMark.size()); }
  check_foreign_text(text, file);
  return MeshconfTable(with_place(file, [&] { return read_csv(text, kMaxNodes + 2); }), file)
      .read();
}

}  // namespace wgmesh
