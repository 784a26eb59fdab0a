// Text from nodes, files and libraries, made safe for a terminal: no control character and no
// broken UTF-8 gets through, so no one but us moves the cursor or sets a title.
#pragma once

#include <string>
#include <string_view>

namespace wgmesh {

// Escapes come out as \x1b, what is not UTF-8 as \xff. Newlines stay only with `keep_newlines`.
std::string printable(std::string_view text, bool keep_newlines = false);

// How many columns it takes: one per code point, which is right for what names and messages are
// made of.
std::size_t columns_of(std::string_view text);
// At most `columns` of it, with "…" in place of what was cut.
std::string cut_to(std::string_view text, std::size_t columns);

}  // namespace wgmesh
