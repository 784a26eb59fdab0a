#include "controller/show/text_table.h"

#include <algorithm>
#include <clocale>
#include <cstdlib>
#include <memory>
#include <new>

#include <libsmartcols/libsmartcols.h>

namespace wgmesh {
namespace {

// The library measures text by the thread's locale, and takes every "…" of a C locale for binary.
class Utf8Thread {
 public:
  Utf8Thread() : locale_(newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (locale_ != nullptr) { before_ = uselocale(locale_); }
  }
  Utf8Thread(const Utf8Thread&) = delete;
  Utf8Thread& operator=(const Utf8Thread&) = delete;
  ~Utf8Thread() {
    if (locale_ == nullptr) { return; }
    uselocale(before_);
    freelocale(locale_);
  }

 private:
  locale_t locale_;
  locale_t before_ = nullptr;
};

struct Unref {
  void operator()(libscols_table* table) const { scols_unref_table(table); }
};

// What the library refuses here can only be for want of memory.
void expect_done(int result) {
  if (result != 0) { throw std::bad_alloc(); }
}

std::string without_blanks_at_ends(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    out += line.substr(0, line.find_last_not_of(' ') + 1);
    out += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace

std::string text_table(std::span<const TableColumn> columns, std::span<const TableRow> rows,
                       std::string_view gap) {
  const Utf8Thread thread;
  const std::unique_ptr<libscols_table, Unref> table(scols_new_table());
  if (!table) { throw std::bad_alloc(); }
  // Where it goes is not the library's to know: it would cut what the terminal does not take.
  expect_done(scols_table_set_termforce(table.get(), SCOLS_TERMFORCE_NEVER));
  expect_done(scols_table_set_column_separator(table.get(), std::string(gap).c_str()));
  for (const TableColumn& column : columns) {
    const int flags = column.is_right ? SCOLS_FL_RIGHT : 0;
    if (scols_table_new_column(table.get(), column.head.c_str(), 0, flags) == nullptr) {
      throw std::bad_alloc();
    }
  }
  for (const TableRow& row : rows) {
    libscols_line* const line = scols_table_new_line(table.get(), nullptr);
    if (line == nullptr) { throw std::bad_alloc(); }
    for (std::size_t i = 0; i < row.size(); ++i) {
      expect_done(scols_line_set_data(line, i, row[i].c_str()));
    }
  }
  char* text = nullptr;
  expect_done(scols_print_table_to_string(table.get(), &text));
  const std::unique_ptr<char, decltype(&std::free)> owner(text, &std::free);
  return without_blanks_at_ends(text == nullptr ? "" : text);
}

std::string smartcols_version() {
  const char* version = nullptr;
  scols_get_library_version(&version);
  return version == nullptr ? "unknown" : version;
}

}  // namespace wgmesh
