// Comma-separated values (RFC 4180): quotes, doubled quotes, line ends of either kind. Knows no columns.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "controller/file/fault.h"

namespace wgmesh {

struct CsvField {
  std::string text;
  Place place;
};

using CsvRow = std::vector<CsvField>;

// Without empty lines, and at most `most` rows. Throws SyntaxError for a quote that is not closed, or that stands
// within a value.
std::vector<CsvRow> read_csv(std::string_view text, std::size_t most);

}  // namespace wgmesh
