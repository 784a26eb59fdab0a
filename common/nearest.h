// "Did you mean ...?": the known word that a misspelt one most likely stands for.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace wgmesh {

// The candidate with the fewest typing errors (insert, drop, change, swap neighbours) away from
// `word`; case, '-' and '_' do not count. Empty when none is near. The first of equals wins.
std::optional<std::string> find_nearest(std::string_view word,
                                        std::span<const std::string> candidates);

// How a message about `word` goes on: "; did you mean 'status'?", or nothing.
std::string did_you_mean(std::string_view word, std::span<const std::string> candidates);

}  // namespace wgmesh
