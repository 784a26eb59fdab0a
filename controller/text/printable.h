// Text from nodes, files and libraries, made safe for a terminal and for its reader: no control
// character, no broken UTF-8 and nothing invisible gets through, so no one but us moves the cursor,
// turns a line around or begins one.
#pragma once

#include <string>
#include <string_view>

namespace wgmesh {

// Escapes come out as \x1b, what is not UTF-8 as \xff, what is invisible as \u202e. Newlines stay
// only with `keep_newlines`.
std::string printable(std::string_view text, bool keep_newlines = false);
// Several lines in a message of ours: each after the first is indented and marked ("  | "), so that
// it cannot pass for a line of ours, and there are 40 of them at most.
std::string printable_lines(std::string_view text);

// At most `octets` of it, cut before a code point, with a note that says how many were left out.
std::string shortened(std::string_view text, std::size_t octets);

// How many columns it takes: one per code point, which is right for what names and messages are
// made of.
std::size_t columns_of(std::string_view text);
// At most `columns` of it, with "…" in place of what was cut.
std::string cut_to(std::string_view text, std::size_t columns);

}  // namespace wgmesh
