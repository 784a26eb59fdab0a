// A list of paths that `ssh -G` printed: separated by blanks and without quotes, so a blank inside
// a path looks like one between two. What exists tells them apart. Pure but for the question.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace wgmesh {

using PathExists = std::function<bool(const std::string&)>;

// Every part that exists is one path. Of the rest, a path begins with `/`, `~`, `%` or `${`, and a
// word that begins otherwise belongs to the one before it. Throws Error when two ways of reading
// the list lead to files that exist, and for more than 63 blanks.
std::vector<std::string> split_path_list(std::string_view text, const PathExists& exists);

}  // namespace wgmesh
