// Splits a command prefix into words as a POSIX shell would, without one: quotes and backslashes
// count, nothing is expanded. What a shell would treat otherwise (;, |, $ ...) is an error, not a
// literal: whoever writes it expects a shell.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wgmesh {

// At least one word, none with a NUL. Throws Error that says what is wrong.
std::vector<std::string> split_words(std::string_view text);

}  // namespace wgmesh
