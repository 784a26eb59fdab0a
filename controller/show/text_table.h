// Cells laid out in columns. The only file that includes libsmartcols is this one's source.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wgmesh {

struct TableColumn {
  std::string head;
  bool is_right = false;  // aligned to the right

  bool operator==(const TableColumn&) const = default;
};

using TableRow = std::vector<std::string>;  // a cell for each column, UTF-8 in one line

// A line of heads, then one for each row, with `gap` between columns. Ends with a newline. Nothing is
// cut, and no line ends in blanks. Throws std::bad_alloc.
std::string text_table(std::span<const TableColumn> columns, std::span<const TableRow> rows,
                       std::string_view gap);

// Of the library.
std::string smartcols_version();

}  // namespace wgmesh
