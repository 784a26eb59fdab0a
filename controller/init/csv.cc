#include "controller/init/csv.h"

#include <utility>

#include "controller/file/source_text.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

class CsvReader {
 public:
  explicit CsvReader(std::string_view text) : text_(text), places_(text) {}

  bool at_end() const { return at_ == text_.size(); }

  CsvRow row() {
    CsvRow row;
    for (;;) {
      row.push_back(field());
      if (at_end()) { return row; }
      const char end = text_[at_++];
      if (end == '\n') { return row; }
      if (end == '\r') {
        if (!at_end() && text_[at_] == '\n') { ++at_; }
        return row;
      }
    }
  }

 private:
  static bool ends_field(char c) { return c == ',' || c == '\n' || c == '\r'; }

  CsvField field() {
    CsvField field{{}, places_.at(at_)};
    if (!at_end() && text_[at_] == '"') {
      field.text = quoted(field.place);
      if (!at_end() && !ends_field(text_[at_])) {
        throw SyntaxError(places_.at(at_), say<"init-csv-quote">());
      }
      return field;
    }
    while (!at_end() && !ends_field(text_[at_])) {
      if (text_[at_] == '"') { throw SyntaxError(places_.at(at_), say<"init-csv-quote">()); }
      field.text += text_[at_++];
    }
    return field;
  }

  std::string quoted(Place begin) {
    std::string value;
    for (++at_; !at_end(); ++at_) {
      if (text_[at_] != '"') {
        value += text_[at_];
        continue;
      }
      ++at_;
      if (at_end() || text_[at_] != '"') { return value; }
      value += '"';
    }
    throw SyntaxError(begin, say<"file-quote-open">());
  }

  std::string_view text_;
  PlaceFinder places_;
  std::size_t at_ = 0;
};

bool is_empty(const CsvRow& row) { return row.size() == 1 && row.front().text.empty(); }

}  // namespace

std::vector<CsvRow> read_csv(std::string_view text, std::size_t most) {
  std::vector<CsvRow> rows;
  CsvReader reader(text);
  while (!reader.at_end() && rows.size() < most) {
    CsvRow row = reader.row();
    if (!is_empty(row)) { rows.push_back(std::move(row)); }
  }
  return rows;
}

}  // namespace wgmesh
